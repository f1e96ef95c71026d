import { ConcurrentSessionError } from "../errors.ts";

/** A call of a Session that is under way. */
interface Call {
  readonly name: string;
  /** Its stack, if the Session has the option `debug`. */
  readonly place: Error | undefined;
}

/**
 * Keeps two tasks from using one Session at the same time. Calls that only read may be started together; one that
 * writes has the Session for itself.
 */
export class Guard {
  readonly #debug: boolean;
  #reading = 0;
  #reader: Call | undefined;
  #writer: Call | undefined;
  /** Listeners of the call that writes are running: what they do is part of it. */
  #listening = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(debug: boolean) {
    this.#debug = debug;
  }

  /** Whether a call that has the Session for itself is under way. */
  get isWriting(): boolean {
    return this.#writer !== undefined && this.#listening === 0;
  }

  /** Whether listeners are being waited for. */
  get isListening(): boolean {
    return this.#listening > 0;
  }

  /** Waits until nothing is under way. */
  async idle(): Promise<void> {
    while (this.#reading > 0 || this.#writer !== undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /**
   * Runs a call that only reads.
   *
   * @throws {ConcurrentSessionError} another one writes
   */
  async read<T>(name: string, work: () => Promise<T>): Promise<T> {
    const end = this.startReading(name);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /**
   * Begins a call that only reads.
   *
   * @returns what ends it
   * @throws {ConcurrentSessionError} another one writes
   */
  startReading(name: string): () => void {
    this.check(name);
    this.#reading++;
    this.#reader = this.#call(name);
    return () => {
      this.#reading--;
      this.#ended();
    };
  }

  /**
   * Runs a call that has the Session for itself.
   *
   * @throws {ConcurrentSessionError} another one is under way
   */
  async write<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#writer;
    if (before !== undefined) throw this.#conflict(name, before);
    if (this.#reading > 0) throw this.#conflict(name, this.#reader!);
    this.#writer = this.#call(name);
    try {
      return await work();
    } finally {
      this.#writer = undefined;
      this.#ended();
    }
  }

  /** Runs listeners, which may use the Session though a call has it for itself. */
  async listen(work: () => Promise<void>): Promise<void> {
    this.#listening++;
    try {
      await work();
    } finally {
      this.#listening--;
    }
  }

  /** @throws {ConcurrentSessionError} a call that writes is under way */
  check(name: string): void {
    if (this.isWriting) throw this.#conflict(name, this.#writer!);
  }

  #ended(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #call(name: string): Call {
    return { name, place: this.#debug ? new Error("the first call") : undefined };
  }

  #conflict(name: string, { name: other, place }: Call): ConcurrentSessionError {
    const error = new ConcurrentSessionError(
      `session.${name} was called while session.${other} was under way. A Session is for one task at a time: await ` +
        "one call before the next, or give each task its own Session" +
        (this.#debug ? "" : ". The option debug: true of the Session shows where the other call was made"),
    );
    if (place !== undefined) {
      const frames = (place.stack ?? "").split("\n").slice(1).join("\n");
      error.stack = `${error.stack ?? error.message}\n  while this call was under way:\n${frames}`;
    }
    return error;
  }
}
