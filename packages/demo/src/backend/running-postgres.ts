import { setTimeout as delay } from "node:timers/promises";
import { endChild, watchEnd, type ServerExit } from "./child.ts";
import { BackendError } from "./errors.ts";
import type { PostgresServer } from "./postgres-options.ts";
import { startPostmaster, type Postmaster, type PostmasterStart } from "./postmaster.ts";
import type { ServerFolder } from "./server-folder.ts";

/** How long the server may take to end before it is killed, in milliseconds. */
const GRACE = 10_000;

/** Where a server listens. */
export interface Listener {
  readonly socketDir: string;
  readonly port: number;
  readonly host?: string;
  readonly password?: string;
}

/** What makes up a started server. */
export interface RunningPostgresParts {
  readonly listener: Listener;
  readonly superuser: string;
  /** The server's own folder, removed when it stops. */
  readonly folder: ServerFolder;
  /** How it was started, to start it again. */
  readonly start: PostmasterStart;
  /** Whether the data outlives the server. */
  readonly keepsData: boolean;
  readonly postmaster: Postmaster;
}

/** The server that `startPostgres` returns. */
export class RunningPostgres implements PostgresServer {
  readonly socketDir: string;
  readonly port: number;
  declare readonly host?: string;
  declare readonly password?: string;
  readonly superuser: string;
  readonly version: string;
  readonly logFile: string;
  readonly #parts: RunningPostgresParts;
  readonly #callbacks = new Set<(exit: ServerExit) => void>();
  #postmaster: Postmaster;
  #expected = false;
  #restarting: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(parts: RunningPostgresParts) {
    const { listener, start } = parts;
    this.socketDir = listener.socketDir;
    this.port = listener.port;
    if (listener.host !== undefined) this.host = listener.host;
    if (listener.password !== undefined) {
      // Not listed, so that printing the server does not print the password.
      Object.defineProperty(this, "password", { value: listener.password, enumerable: false });
    }
    this.superuser = parts.superuser;
    this.version = start.installation.version;
    this.logFile = start.logFile;
    this.#parts = parts;
    this.#postmaster = parts.postmaster;
    this.#watch();
  }

  get pid(): number {
    return this.#postmaster.pid;
  }

  onExit(callback: (exit: ServerExit) => void): () => void {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  restart(signal: "SIGQUIT" | "SIGKILL" | "SIGINT" = "SIGQUIT"): Promise<void> {
    const restart = this.#restarting.then(() => this.#restart(signal));
    this.#restarting = restart.catch(() => undefined);
    return restart;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #watch(): void {
    watchEnd(
      this.#postmaster.child,
      this.logFile,
      () => this.#expected,
      (exit) => {
        for (const callback of this.#callbacks) callback(exit);
      },
    );
  }

  async #restart(signal: NodeJS.Signals): Promise<void> {
    if (this.#stopping !== undefined) throw new BackendError("The server has been stopped");
    this.#expected = true;
    await endChild(this.#postmaster.child, signal, GRACE);
    this.#postmaster = await this.#startAgain();
    this.#expected = this.#stopping !== undefined;
    this.#watch();
  }

  async #startAgain(): Promise<Postmaster> {
    const begin = Date.now();
    for (;;) {
      try {
        return await startPostmaster(this.#parts.start);
      } catch (error) {
        // After SIGKILL the server's processes need a moment to notice that the postmaster is gone.
        const occupied = error instanceof BackendError && error.output.includes("shared memory block");
        if (!occupied || Date.now() - begin > GRACE) throw error;
        await delay(20);
      }
    }
  }

  async #stop(): Promise<void> {
    this.#expected = true;
    await this.#restarting;
    // Data that is thrown away needs no orderly end.
    await endChild(this.#postmaster.child, this.#parts.keepsData ? "SIGINT" : "SIGQUIT", GRACE);
    await this.#parts.folder.remove();
  }
}
