import type { ConnectTarget, Driver, DriverConnection } from "../driver.ts";

/** The default driver: `pg` in pipeline mode. It is loaded with the first connection: to load pg takes some time. */
export const pgDriver: Driver = {
  name: "pg",

  async connect(target: ConnectTarget): Promise<DriverConnection> {
    const { pipelinedPgDriver } = await import("./pg-driver.ts");
    return pipelinedPgDriver.connect(target);
  },
};
