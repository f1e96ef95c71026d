import { createServer, type Server, type Socket } from "node:net";
import { ProxiedConnection, type Side } from "./proxied-connection.ts";

/** When a connection is cut, counted from the statement that was waited for. */
export type CutMoment =
  /** The server never sees the statement. */
  | "before"
  /** The server gets the statement and all that was sent with it; the client gets no more of anything. */
  | "after"
  /** The server has answered the statement, and its answer is thrown away. */
  | "answered"
  /** The server has answered, and only its ReadyForQuery is thrown away. */
  | "unready";

/** What to wait for, and what to do then. */
export interface Fault {
  readonly sql: RegExp;
  readonly moment: CutMoment;
  /** How many times; default once. */
  times: number;
  /** Called when it comes to pass. */
  readonly hit: () => void;
}

/** How a proxy is to be. */
export interface FaultProxyOptions {
  /** Remember turns, statements and closed connections; a long run has no memory for them. Default true. */
  readonly records?: boolean;
}

/**
 * A TCP proxy in front of a server without TLS, which can break connections at any moment of the
 * protocol, and counts how often a client waits for the server.
 */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #connections = new Set<ProxiedConnection>();
  readonly #faults: Fault[] = [];
  #mode: "open" | "refuse" | "stall" = "open";
  #fragment = 0;
  #faultsHit = 0;
  readonly #records: boolean;
  /** Every connection that was accepted, in order. */
  readonly history: ProxiedConnection[] = [];

  private constructor(
    server: Server,
    target: { readonly host: string; readonly port: number },
    { records = true }: FaultProxyOptions,
  ) {
    this.#records = records;
    this.#server = server;
    this.#target = target;
    server.on("connection", (client) => this.#accept(client));
  }

  /** @param url the server's connection URL */
  static async start(url: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const { hostname, port } = new URL(url.replace(/^[a-z+]+:/, "http:"));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultProxy(server, { host: hostname, port: Number(port) }, options);
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** The same URL, through the proxy. */
  url(url: string): string {
    return url.replace(/@[^/?]+/, `@127.0.0.1:${this.port}`);
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#connections.size;
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<ProxiedConnection> {
    return this.#connections;
  }

  /** How many faults have come to pass. */
  get faultsHit(): number {
    return this.#faultsHit;
  }

  /** Cuts the connection on which a statement like this passes. */
  cutAt(sql: RegExp, moment: CutMoment, times = 1, hit: () => void = () => {}): void {
    this.#faults.push({ sql, moment, times, hit });
  }

  /** Takes back the faults of {@link cutAt} that have not come to pass. */
  forgetFaults(): void {
    this.#faults.length = 0;
  }

  /** Cuts the connection on which a statement like this passes between its answer and ReadyForQuery. */
  dropReadyAfter(sql: RegExp): void {
    this.cutAt(sql, "unready");
  }

  /** Cuts each open connection after so many more bytes in one direction. */
  cutAfterBytes(direction: Side, bytes: number): void {
    for (const connection of this.#connections) connection.cutAfterBytes(direction, bytes);
  }

  /** Cuts all connections now. */
  cutAll(): void {
    for (const connection of this.#connections) connection.cut();
  }

  /** Closes all connections as a server does that goes away in order. */
  endAll(): void {
    for (const connection of this.#connections) connection.end();
  }

  /** Passes nothing on, on old connections and new ones, until {@link resume}. */
  stall(): void {
    this.#mode = "stall";
    for (const connection of this.#connections) connection.stall(true);
  }

  /** New connections are closed at once, until {@link resume}. */
  refuse(): void {
    this.#mode = "refuse";
  }

  resume(): void {
    this.#mode = "open";
    for (const connection of this.#connections) connection.stall(false);
  }

  /** Delivers what the server sends in pieces of at most so many bytes; 0 as it comes. */
  fragment(bytes: number): void {
    this.#fragment = bytes;
  }

  /** The wire turns of all connections: each holds the statements that were sent before anything was waited for. */
  get turns(): readonly (readonly string[])[] {
    return this.history.flatMap((connection) => connection.turns);
  }

  /** Forgets the turns and connections so far. */
  forgetTurns(): void {
    for (const connection of this.history) connection.forgetTurns();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    client.on("error", () => {});
    if (this.#mode === "refuse") {
      client.destroy();
      return;
    }
    const connection = new ProxiedConnection(client, this.#target, {
      fragment: () => this.#fragment,
      fault: (text) => this.#take(text),
      hit: () => this.#faultsHit++,
      closed: () => this.#connections.delete(connection),
      records: this.#records,
    });
    this.#connections.add(connection);
    if (this.#records) this.history.push(connection);
    if (this.#mode === "stall") connection.stall(true);
  }

  #take(text: string): CutMoment | undefined {
    const at = this.#faults.findIndex((each) => each.sql.test(text));
    const fault = this.#faults[at];
    if (fault === undefined) return undefined;
    fault.times--;
    if (fault.times <= 0) this.#faults.splice(at, 1);
    fault.hit();
    return fault.moment;
  }
}
