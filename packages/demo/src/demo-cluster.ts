import type { ServerExit } from "./backend/child.ts";

/** What may be chosen about a demo cluster. */
export interface DemoClusterOptions {
  /** The address to listen on; only loopback is possible, because nobody is asked for a password. */
  readonly host?: "127.0.0.1" | undefined;
  /** The TCP port; 0 (the default) picks a free one. */
  readonly port?: number | undefined;
  /** The path of a unix socket to listen on as well (the emulation only). */
  readonly socketPath?: string | undefined;
  /** The database of `url`, created if it does not exist; the default is `defaultdb`. */
  readonly database?: string | undefined;
  /** Path of a `cockroach` binary; by default COCKROACH_BINARY, then PATH. */
  readonly cockroachBinary?: string | undefined;
  /** False: the emulation even where there is a `cockroach` binary. The default is true. */
  readonly preferRealBinary?: boolean | undefined;
  /**
   * TLS, passwords and client certificates, as with `cockroach start` (the emulation only). `url` and `urlFor`
   * name the certificates, which are made anew at every start, in `dataFolder` if that is given. The default is false: nobody is asked who they are.
   */
  readonly secure?: boolean | undefined;
  /** Keeps the emulation's data in this folder; by default it is thrown away at the end. */
  readonly dataFolder?: string | undefined;
  /** Gives up the start when it is aborted: what was started until then is stopped. */
  readonly signal?: AbortSignal | undefined;
  /** Gets lines about what happens inside, for debugging. */
  readonly log?: ((line: string) => void) | undefined;
}

/** A running demo cluster. It ends with this process, however this process ends. */
export interface DemoCluster extends AsyncDisposable {
  /** The connection string, for `root` and the database asked for. */
  readonly url: string;
  /** The connection string for another database or user. */
  urlFor(target: { readonly database?: string; readonly user?: string }): string;
  /** `cockroach` for a real server, `emulation` for the one on an embedded PostgreSQL. */
  readonly kind: "cockroach" | "emulation";
  /** What the server calls itself: `CockroachDB CCL v21.2...`. */
  readonly version: string;
  /** Says plainly what this cluster is. */
  readonly banner: string;
  readonly host: string;
  readonly port: number;
  /**
   * Kills the server as a crash would and starts it again on the same port and data: for fault tests.
   * Every connection is lost.
   *
   * @throws Error on a real `cockroach`, whose data is in memory and would be gone.
   */
  restart(): Promise<void>;
  /**
   * Keeps a database as it is now, to come back to with {@link DemoCluster.restore}: quick isolation of tests.
   * Transactions that are open in the database are lost.
   *
   * @param name - of the snapshot, unique for the database
   * @param options - `database`: by default that of `url`
   * @throws Error if the name is taken, or on a real `cockroach`, which has nothing like it.
   */
  snapshot(name: string, options?: { readonly database?: string }): Promise<void>;
  /**
   * Makes a database again what it was at a snapshot. Sessions on it go on; their open transactions are lost.
   *
   * @throws Error if there is no such snapshot, or on a real `cockroach`.
   */
  restore(name: string, options?: { readonly database?: string }): Promise<void>;
  /**
   * Calls back when the server ends without having been stopped.
   *
   * @returns a function that takes the listener back.
   */
  onExit(listener: (exit: ClusterExit) => void): () => void;
  /** Ends the cluster and everything it started. May be called again. */
  stop(): Promise<void>;
}

/** How a cluster came to its end by itself. */
export interface ClusterExit {
  /** What to tell a person: that it ended, how, and the end of its log. */
  readonly message: string;
}

/** What both kinds of cluster have in common. */
export abstract class Cluster implements DemoCluster {
  abstract readonly kind: "cockroach" | "emulation";
  abstract readonly version: string;
  abstract readonly banner: string;
  readonly host: string;
  readonly port: number;
  /** The database of {@link url}. */
  protected readonly database: string;

  constructor(address: { readonly host: string; readonly port: number }, database: string) {
    this.host = address.host;
    this.port = address.port;
    this.database = database;
  }

  get url(): string {
    return this.urlFor({});
  }

  urlFor(target: { readonly database?: string; readonly user?: string }): string {
    const database = encodeURIComponent(target.database ?? this.database);
    const user = encodeURIComponent(target.user ?? "root");
    return `postgresql://${user}@${this.host}:${this.port}/${database}?${this.tlsParameters(target.user ?? "root")}`;
  }

  /** The part of a connection string that says how the server is to be trusted. */
  protected tlsParameters(_user: string): string {
    return "sslmode=disable";
  }

  abstract onExit(listener: (exit: ClusterExit) => void): () => void;
  abstract restart(): Promise<void>;
  abstract snapshot(name: string, options?: { readonly database?: string }): Promise<void>;
  abstract restore(name: string, options?: { readonly database?: string }): Promise<void>;
  abstract stop(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** What {@link ClusterExit.message} says of a server's end. */
export function exitMessage(name: string, exit: ServerExit): string {
  const how = exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`;
  return `${name} ended ${how}${exit.log === "" ? "" : `. Its log ends:\n${exit.log}`}`;
}
