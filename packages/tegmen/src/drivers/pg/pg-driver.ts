import { DriverFailureError, type ConnectTarget, type Driver, type DriverConnection } from "../driver.ts";
import { asError, serverFields } from "./batch-query.ts";
import { PgDriverConnection } from "./pg-connection.ts";
import { PgClientBase, PgDatabaseError, type PgClient } from "./pg-internals.ts";

/** A client that says more at startup than pg knows of. */
class Client extends PgClientBase {
  startup: Readonly<Record<string, string>> = {};

  override getStartupConf(): Record<string, string> {
    const { user, database } = super.getStartupConf();
    return { user: user ?? "", database: database ?? "", ...this.startup };
  }
}

/** `pg` in pipeline mode, loaded. */
export const pipelinedPgDriver: Driver = {
  name: "pg",

  async connect(target: ConnectTarget): Promise<DriverConnection> {
    target.signal?.throwIfAborted();
    const client = new Client({
      host: target.host,
      port: target.port,
      user: target.user,
      password: () => Promise.resolve(target.password ?? noPassword()),
      database: target.database,
      ssl: target.tls,
      connectionTimeoutMillis: target.connectTimeout,
      keepAlive: true,
      pipeline: true,
    });
    client.startup = target.startup;
    // Parameters are reported before the connection is ready, and again whenever they change.
    const parameters = new Map<string, string>();
    client.connection.on("parameterStatus", (message: { parameterName: string; parameterValue: string }) => {
      parameters.set(message.parameterName, message.parameterValue);
    });
    // Made before there is a connection: the server may say goodbye together with its welcome.
    const connection = new PgDriverConnection(client, target, parameters);
    const abort = (): void => {
      client.connection.stream.destroy(asError(target.signal?.reason));
    };
    target.signal?.addEventListener("abort", abort, { once: true });
    try {
      await connected(client, target);
    } catch (error) {
      // A client that failed to connect may leave its socket open.
      client.connection.stream.destroy();
      target.signal?.throwIfAborted();
      throw error;
    } finally {
      target.signal?.removeEventListener("abort", abort);
    }
    return connection;
  },
};

async function connected(client: PgClient, target: ConnectTarget): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    const cause = asError(error);
    if (cause instanceof PgDatabaseError) {
      throw new DriverFailureError({ kind: "server", index: 0, fields: serverFields(cause), cause });
    }
    const said =
      cause.message === "timeout expired" ? new Error(`no connection within ${target.connectTimeout} ms`) : cause;
    throw new DriverFailureError({ kind: "lost", index: 0, sent: false, cause: said });
  }
}

function noPassword(): never {
  throw new Error("the server asks for a password, and the connection URL has none");
}
