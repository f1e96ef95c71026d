import { Writable } from "node:stream";

/**
 * A terminal for readline that can be muted: what is typed while a statement runs is not echoed into its
 * output, and shows up with the next prompt.
 */
export class TerminalOutput extends Writable {
  muted = false;
  readonly isTTY = true;
  readonly #terminal: NodeJS.WriteStream;
  readonly #onResize = (): void => void this.emit("resize");

  constructor(terminal: NodeJS.WriteStream) {
    super({ decodeStrings: false });
    this.#terminal = terminal;
    terminal.on("resize", this.#onResize);
  }

  get columns(): number {
    return this.#terminal.columns || 80;
  }

  get rows(): number {
    return this.#terminal.rows || 24;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.muted) this.#terminal.write(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#terminal.off("resize", this.#onResize);
    done(error);
  }
}
