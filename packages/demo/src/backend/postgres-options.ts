import type { ServerExit } from "./child.ts";
import type { InstallationOptions } from "./installation.ts";
import type { PostgresSettings } from "./settings.ts";

/** What may be chosen about the demo cluster's PostgreSQL. */
export interface StartPostgresOptions extends InstallationOptions {
  /** The name of the superuser; the default is `root`, as in CockroachDB. */
  readonly superuser?: string;
  /** Settings that add to the demo cluster's own or replace them. */
  readonly settings?: PostgresSettings;
  /**
   * SQL run once when the template data folder is made, then found in every server started from it.
   * It runs as the superuser and as one transaction. It is part of the template's key: other SQL, another
   * template.
   */
  readonly templateSql?: string;
  /**
   * The databases that have what {@link templateSql} makes: it is run in one, and the others are copies of that.
   * The default is `template1` (hence every database created later) and `postgres`.
   */
  readonly templateDatabases?: readonly string[];
  /**
   * Keeps the data in this folder, made at the first start and not removed at the end. By default the
   * data is temporary. Data kept survives the end of the process, however it comes, but not a power
   * failure, unless `settings` turns `fsync` and `full_page_writes` on.
   */
  readonly dataFolder?: string;
  /**
   * Where the server listens: on a Unix socket in a folder only this user can enter, or on a free port
   * of 127.0.0.1 with a random password. The default is `socket`, on Windows `loopback`.
   */
  readonly listen?: "socket" | "loopback";
  /** Where the templates are kept; the default is the user's cache folder. */
  readonly cacheFolder?: string;
  /** Called when the start waits for other threads and processes: time for work of one's own. */
  readonly meanwhile?: () => void;
  /** How long the server may take to accept connections, in milliseconds; the default is 30,000. */
  readonly timeout?: number;
}

/** A running PostgreSQL. It ends with this process, however this process ends. */
export interface PostgresServer {
  /** The folder of its Unix socket: what libpq and `pg` take as `host`. Empty if it listens on loopback. */
  readonly socketDir: string;
  /** The port number, also part of the socket's name. */
  readonly port: number;
  /** The address, if it listens on loopback. */
  readonly host?: string;
  /** The superuser's password, if it listens on loopback; on a socket everyone is trusted. */
  readonly password?: string;
  readonly superuser: string;
  /** The postmaster's process number; another one after {@link restart}. */
  readonly pid: number;
  /** PostgreSQL's version, for example `18.4`. */
  readonly version: string;
  /** Its log file, there until the server is stopped. */
  readonly logFile: string;
  /**
   * Calls back when the server ends without having been stopped.
   *
   * @returns a function that takes the callback back.
   */
  onExit(callback: (exit: ServerExit) => void): () => void;
  /**
   * Ends the server at once, as a crash would, and starts it again on the same data: for fault tests.
   *
   * @param signal - `SIGQUIT` (the default) lets it tell its clients, `SIGKILL` does not, `SIGINT` is an
   *   orderly end
   * @throws BackendError if it does not start again.
   */
  restart(signal?: "SIGQUIT" | "SIGKILL" | "SIGINT"): Promise<void>;
  /** Ends the server and removes its folder. May be called again. */
  stop(): Promise<void>;
}
