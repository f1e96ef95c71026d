import { createServer } from "node:net";
import { SqlError } from "../rewrite/sql-error.ts";
import { BackendLostError, BackendQueryError } from "../session/backend-errors.ts";
import { Session } from "../session/session.ts";
import { SessionVariables } from "../session/variables.ts";
import { authenticate, TLS_REQUIRED, wrongPassword } from "./authentication.ts";
import { ClientConnection } from "./client-connection.ts";
import { FramingError } from "../wire/message-reader.ts";
import { BACKEND, ProtocolError, writeError, writeParameterStatus, writeReady } from "../wire/messages.ts";
import { parseOptions, readStartup } from "./startup.ts";
import type { GatewaySecurity } from "./authentication.ts";
import type { AddressInfo, Server, Socket } from "node:net";
import type { ClusterContext } from "../session/cluster-context.ts";

/** How a gateway behaves towards its clients. */
export interface GatewayOptions {
  readonly cluster: ClusterContext;
  /**
   * TLS and passwords, as with `cockroach start`. Without it every user that exists is trusted, as with
   * `cockroach start --insecure`.
   */
  readonly security?: GatewaySecurity | undefined;
}

/** Where a gateway listens: a TCP port (0 picks a free one) or the path of a unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** A connection that has not finished its startup by then is closed. */
const STARTUP_TIMEOUT_MS = 30_000;

const SSL_REFUSED = Buffer.from("N");

/** The server clients connect to: accepts connections and runs a session for each. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #servers: Server[] = [];
  readonly #clients = new Set<ClientConnection>();
  readonly #serving = new Set<Promise<void>>();
  #closing = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** Starts to listen. Returns the port (0 for a unix socket). May be called for several addresses. */
  async listen(address: ListenAddress): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(address, () => {
        server.off("error", reject);
        resolve();
      });
    });
    server.on("error", (error) => this.#options.cluster.log(`the listener failed: ${error.message}`));
    this.#servers.push(server);
    return "path" in address ? 0 : (server.address() as AddressInfo).port;
  }

  /** Cuts every client's connection without a word, as a machine that loses its power does. */
  dropClients(): void {
    for (const client of this.#clients) client.destroy();
  }

  /** Stops listening, ends all sessions and waits until they are over. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const session of this.#options.cluster.sessions) session.terminate();
    this.dropClients();
    await Promise.all([...this.#serving, ...closed]);
  }

  #accept(socket: Socket): void {
    const client = new ClientConnection(socket);
    if (this.#closing) {
      client.destroy();
      return;
    }
    this.#clients.add(client);
    const timer = setTimeout(() => client.destroy(), STARTUP_TIMEOUT_MS);
    const serving = this.#serve(client, socket, timer).catch((cause: unknown) => {
      this.#options.cluster.log(`a connection failed: ${(cause as Error)?.stack ?? String(cause)}`);
      client.destroy();
    });
    this.#serving.add(serving);
    void serving.finally(() => {
      clearTimeout(timer);
      this.#clients.delete(client);
      this.#serving.delete(serving);
    });
  }

  async #serve(client: ClientConnection, socket: Socket, timer: NodeJS.Timeout): Promise<void> {
    let session: Session | undefined;
    try {
      session = await this.#start(client, socket);
    } catch (cause) {
      if (client.closed) return;
      const known = cause instanceof ProtocolError || cause instanceof FramingError;
      if (!known && !(cause instanceof SqlError)) throw cause;
      const fields = cause instanceof SqlError ? cause : { message: cause.message };
      writeError(client.out, { code: "08P01", ...pick(fields), severity: "ERROR" });
      client.end();
    }
    clearTimeout(timer);
    await session?.serve();
  }

  /** The startup phase. Resolves to a session that is ready, or undefined when the connection wants none. */
  async #start(client: ClientConnection, socket: Socket): Promise<Session | undefined> {
    const { cluster, security } = this.#options;
    for (;;) {
      const message = client.nextStartup();
      if (message === undefined) {
        if (!(await client.wait())) return undefined;
        continue;
      }
      const request = readStartup(message);
      switch (request.kind) {
        case "ssl":
        case "gssenc":
          if (request.kind === "ssl" && security && !client.isSecure) {
            await client.secure(security.tls);
          } else socket.write(SSL_REFUSED); // The client goes on in the clear, or leaves.
          continue;
        case "cancel":
          cluster.sessions.cancel(request.processId, request.secret);
          client.end();
          return undefined;
        case "unsupported":
          throw new ProtocolError(
            `unknown protocol version ${request.version >>> 16}.${request.version & 0xffff}: only protocol 3.0 is supported`,
          );
        case "startup":
          if (security && !client.isSecure) throw TLS_REQUIRED;
          return this.#startSession(client, request.parameters, request.minorVersion, socket);
      }
    }
  }

  async #startSession(
    client: ClientConnection,
    parameters: ReadonlyMap<string, string>,
    minorVersion: number,
    socket: Socket,
  ): Promise<Session | undefined> {
    const { cluster } = this.#options;
    const { out } = client;
    const user = (parameters.get("user") ?? "").normalize("NFC").toLowerCase();
    if (user === "")
      throw new SqlError({ code: "28000", message: "no PostgreSQL user name specified in startup packet" });
    const database = parameters.get("database") || "defaultdb";
    if (minorVersion > 0) negotiateVersion(client, parameters);
    const { security } = this.#options;
    if (security) await authenticate(client, user, security);
    const sessionId = cluster.sessions.newId();
    const variables = new SessionVariables({
      crdb_version: cluster.version,
      database,
      session_id: sessionId,
      session_user: user,
      session_authorization: user,
    });
    applyParameters(variables, parameters);
    const key = cluster.sessions.newKey();
    const clientAddress = socket.remoteAddress ? `${socket.remoteAddress}:${socket.remotePort}` : "local";
    const session = new Session({ cluster, client, variables, user, database, clientAddress, key });
    try {
      await session.connect();
    } catch (cause) {
      if (cause instanceof BackendLostError) throw refusal(cause, user);
      if (cause instanceof BackendQueryError) throw new SqlError(cause.fields);
      throw cause;
    }
    out.begin(BACKEND.authentication).int32(0).end();
    const isRoot = user === "root" ? "on" : "off";
    const status: readonly (readonly [string, string])[] = [
      ["server_version", "13.0.0"],
      ["server_encoding", "UTF8"],
      ["client_encoding", "UTF8"],
      ["application_name", variables.get("application_name")],
      ["DateStyle", variables.get("datestyle")],
      ["IntervalStyle", variables.get("intervalstyle")],
      ["TimeZone", variables.get("timezone")],
      ["integer_datetimes", "on"],
      ["standard_conforming_strings", "on"],
      ["crdb_version", cluster.version],
      ["session_authorization", user],
      ["is_superuser", isRoot],
    ];
    for (const [name, value] of status) writeParameterStatus(out, name, value);
    out.begin(BACKEND.backendKeyData).int32(key.processId).int32(key.secret).end();
    writeReady(out, "I");
    return session;
  }
}

function refusal(cause: BackendLostError, user: string): SqlError {
  const code = cause.fields?.code;
  if (code === "28000" || code === "28P01") return wrongPassword(user);
  if (code === "53300") return new SqlError({ code, message: "sorry, too many clients already" });
  return new SqlError({ code: code ?? "57P03", message: cause.fields?.message ?? "the demo cluster is not ready" });
}

function applyParameters(variables: SessionVariables, parameters: ReadonlyMap<string, string>): void {
  const settings = [...parameters].filter(([name]) => !["user", "database", "options"].includes(name));
  const options = parameters.get("options");
  if (options) settings.push(...parseOptions(options));
  for (const [name, value] of settings) {
    // Unknown settings are ignored, as CockroachDB does.
    if (!SessionVariables.knows(name) || name.toLowerCase() === "database") continue;
    const text = value.toLowerCase() === "default" ? undefined : value;
    const values =
      text === undefined
        ? undefined
        : (name.toLowerCase() === "search_path" ? text.split(",") : [text]).map((part) => ({
            kind: "string" as const,
            text: part.trim(),
          }));
    variables.applyAtConnect(variables.change(name, values));
  }
}

/** A client that speaks a newer minor version is told that 3.0 is all there is. */
function negotiateVersion(client: ClientConnection, parameters: ReadonlyMap<string, string>): void {
  const unknown = [...parameters.keys()].filter((name) => name.startsWith("_pq_."));
  client.out.begin(0x76).int32(0).int32(unknown.length);
  for (const name of unknown) client.out.string(name);
  client.out.end();
}

function pick(fields: { code?: string; message: string; detail?: string | undefined; hint?: string | undefined }): {
  code?: string;
  message: string;
  detail?: string | undefined;
  hint?: string | undefined;
} {
  const { code, message, detail, hint } = fields;
  return { ...(code !== undefined && { code }), message, detail, hint };
}
