/** Why a source of rows was left: a limit was reached while its next row was awaited. */
export class Interrupted extends Error {
  override readonly name: string = "Interrupted";
}

type Step = IteratorResult<unknown, unknown>;

/** Rows of an iterable of either kind, which can be left while the next row is awaited. */
export class RowSource {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  #reject: ((error: Error) => void) | undefined;
  #interrupted = false;
  #ended = false;
  /** What the source itself threw. */
  failure: { readonly error: unknown } | undefined;

  constructor(rows: Iterable<unknown> | AsyncIterable<unknown>) {
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  }

  /** The next row: at once, where the source has it at once. */
  next(): Step | Promise<Step> {
    if (this.#interrupted) throw new Interrupted();
    let step: Step | Promise<Step>;
    try {
      step = this.#iterator.next();
    } catch (error) {
      throw this.#failed(error);
    }
    if (step instanceof Promise) return this.#wait(step);
    this.#ended = step.done === true;
    return step;
  }

  /** @returns whether a row was being awaited: then this ends the wait; otherwise there is no next row. */
  interrupt(): boolean {
    this.#interrupted = true;
    const reject = this.#reject;
    this.#reject = undefined;
    reject?.(new Interrupted());
    return reject !== undefined;
  }

  /** Tells the source that no more rows are wanted. Does not wait for it, because it may be waiting itself. */
  leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    void Promise.resolve(this.#return()).catch(() => {});
  }

  #return(): unknown {
    try {
      return this.#iterator.return?.();
    } catch {
      return undefined;
    }
  }

  // Not Promise.race: a promise that outlives the rows would remember every one of them.
  #wait(step: Promise<Step>): Promise<Step> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      step.then(
        (result) => {
          this.#reject = undefined;
          this.#ended = result.done === true;
          resolve(result);
        },
        (error: unknown) => {
          this.#reject = undefined;
          reject(this.#failed(error));
        },
      );
    });
  }

  #failed(error: unknown): Error {
    this.#ended = true;
    this.failure = { error };
    return error instanceof Error ? error : new Error(String(error));
  }
}
