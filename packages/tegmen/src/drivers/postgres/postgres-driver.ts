import { DriverFailureError, type ConnectTarget, type Driver, type DriverConnection } from "../driver.ts";
import { openSocket } from "./open-socket.ts";
import { makeClient, PostgresError } from "./postgres-client.ts";
import { PostgresDriverConnection } from "./postgres-connection.ts";
import { errorFields } from "./wire-tap.ts";

/** The driver on postgres.js itself, which must be installed to import this. */
export const postgresJsDriver: Driver = {
  name: "postgres",

  async connect(target: ConnectTarget): Promise<DriverConnection> {
    target.signal?.throwIfAborted();
    const attempt = new AbortController();
    const abort = (): void => attempt.abort(target.signal?.reason);
    target.signal?.addEventListener("abort", abort, { once: true });
    const { connectTimeout } = target;
    const late =
      connectTimeout > 0
        ? setTimeout(() => attempt.abort(new Error(`no connection within ${connectTimeout} ms`)), connectTimeout)
        : undefined;
    try {
      return await open(target, attempt.signal);
    } catch (error) {
      target.signal?.throwIfAborted();
      throw failure(attempt.signal.aborted ? attempt.signal.reason : error);
    } finally {
      clearTimeout(late);
      target.signal?.removeEventListener("abort", abort);
    }
  },
};

async function open(target: ConnectTarget, signal: AbortSignal): Promise<DriverConnection> {
  const socket = await openSocket(target, signal);
  const stop = (): void => void socket.destroy(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const connection = new PostgresDriverConnection(socket, target);
  const closed = new Promise<never>((_, reject) => connection.onClose(reject));
  closed.catch(() => {});
  let taken = false;
  const client = makeClient({
    host: [target.host],
    port: [target.port],
    user: target.user,
    database: target.database,
    pass: () => {
      if (target.password === undefined) {
        socket.destroy(new Error("the server asks for a password, and the connection URL has none"));
      }
      return target.password ?? "";
    },
    // The name has a default of postgres.js's own.
    connection: { application_name: undefined, ...target.startup },
    // One connection, once: postgres.js would open another when this one is lost.
    socket: () => {
      if (taken) throw new Error("the connection is gone");
      taken = true;
      return socket;
    },
    onnotice: (notice) => connection.noticed(notice),
    onparameter: (name, value) => connection.parameterChanged(name, value),
  });
  try {
    // A query of nothing: postgres.js connects with the first one (its reserve() does not end without fetch_types).
    await Promise.race([client.unsafe("", [], { simple: true, prepare: false }), closed]);
    return connection.begin(client);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function failure(error: unknown): DriverFailureError {
  const cause = error instanceof Error ? error : new Error(String(error));
  return new DriverFailureError(
    cause instanceof PostgresError
      ? { kind: "server", index: 0, fields: errorFields(cause as unknown as Record<string, string>), cause }
      : { kind: "lost", index: 0, sent: false, cause },
  );
}
