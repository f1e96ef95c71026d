import type { ConnectTarget } from "../driver.ts";
import { PgConnection } from "./pg-internals.ts";

/**
 * Delivers a CancelRequest for the session with this key, by a connection of
 * its own with the same TLS settings. The server closes it without an answer.
 *
 * @throws {Error} when the server could not be reached in time.
 */
export function sendCancelRequest(target: ConnectTarget, processId: number, secretKey: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const wire = new PgConnection({ ssl: target.tls });
    const limit = target.connectTimeout > 0 ? target.connectTimeout : 10_000;
    const late = setTimeout(() => finish(new Error(`no answer to the cancel request within ${limit} ms`)), limit);
    const finish = (error?: Error): void => {
      clearTimeout(late);
      wire.stream.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    wire.on("error", (error: Error) => finish(error));
    wire.on("end", () => finish());
    wire.on("connect", () => {
      if (target.tls === false) wire.cancel(processId, secretKey);
      else wire.requestSsl();
    });
    wire.on("sslconnect", () => wire.cancel(processId, secretKey));
    if (target.host.startsWith("/")) wire.connect(`${target.host}/.s.PGSQL.${target.port}`);
    else wire.connect(target.port, target.host);
  });
}
