import { createConnection } from "node:net";
import pg from "pg";
import { startPostgres } from "../../backend/postgres.ts";
import { Gateway } from "../../server/gateway.ts";
import { ClusterSettings } from "../cluster-settings.ts";
import { Databases } from "../databases.ts";
import { SessionRegistry } from "../session-registry.ts";
import { passthrough } from "./passthrough.ts";
import type { Socket } from "node:net";
import type { PostgresServer } from "../../backend/postgres-options.ts";

/** A gateway whose SQL side passes everything on, in front of a PostgreSQL of its own. */
export interface TestGateway extends AsyncDisposable {
  readonly port: number;
  readonly sessions: SessionRegistry;
  readonly databases: Databases;
  readonly postgres: PostgresServer;
  /** What the gateway had to say about its insides. */
  readonly log: string[];
  /** A connected client; it is closed with the gateway. */
  connect(options?: pg.ClientConfig): Promise<pg.Client>;
  /** A plain TCP connection. */
  socket(): Promise<Socket>;
}

/** Starts one. */
export async function startTestGateway(): Promise<TestGateway> {
  const postgres = await startPostgres({ superuser: "root", templateDatabases: ["postgres", "system", "defaultdb"] });
  const address = { socketPath: postgres.socketDir, port: postgres.port };
  const settings = { address, superuser: "root", maintenanceDatabase: "system", templateDatabase: "template1" };
  const databases = new Databases(settings, passthrough);
  const sessions = new SessionRegistry();
  const log: string[] = [];
  const gateway = new Gateway({
    cluster: {
      sql: passthrough,
      databases,
      sessions,
      version: "CockroachDB CCL v21.2.0 (test)",
      clusterId: "test",
      clusterSettings: new ClusterSettings(),
      log: (line) => log.push(line),
    },
  });
  const port = await gateway.listen({ host: "127.0.0.1", port: 0 });
  const clients: pg.Client[] = [];
  return {
    port,
    sessions,
    databases,
    postgres,
    log,
    async connect(options = {}) {
      const client = new pg.Client({ host: "127.0.0.1", port, user: "root", database: "defaultdb", ...options });
      client.on("error", () => {});
      clients.push(client);
      await client.connect();
      return client;
    },
    async socket() {
      const socket = createConnection({ host: "127.0.0.1", port });
      socket.on("error", () => {});
      await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
      return socket;
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      databases.close();
      await Promise.allSettled(clients.map((client) => client.end()));
      await postgres.stop();
    },
  };
}
