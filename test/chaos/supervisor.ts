import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** What the server's process is told. */
export type ToServer = "restart" | "stop";

/** What it says. */
export type FromServer = { readonly url: string } | { readonly done: ToServer } | { readonly failed: string };

/** Keeps a server in a process of its own, kills it and starts it again. */
export class Supervisor {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** @param program the compiled server-process.ts */
  static async start(program: URL): Promise<Supervisor> {
    const child = fork(program, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const message = await answer(child);
    if ("url" in message) return new Supervisor(child, message.url);
    throw new Error(`The server did not start: ${JSON.stringify(message)}`);
  }

  /** Kills the server and starts it again, on the same port and data. */
  async restart(): Promise<void> {
    const answered = answer(this.#child);
    this.#child.send("restart" satisfies ToServer);
    const message = await answered;
    if ("failed" in message) throw new Error(`The server could not be restarted: ${message.failed}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.send("stop" satisfies ToServer);
    await gone;
  }
}

async function answer(child: ChildProcess): Promise<FromServer> {
  const controller = new AbortController();
  try {
    return await Promise.race([
      once(child, "message", { signal: controller.signal }).then(([message]) => message as FromServer),
      once(child, "exit", { signal: controller.signal }).then(([code]) => {
        throw new Error(`The server's process ended with exit code ${String(code)}`);
      }),
    ]);
  } finally {
    controller.abort();
  }
}
