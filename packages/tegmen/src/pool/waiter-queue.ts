import { type Linked, LinkedList } from "./linked-list.ts";

/** The longest delay that a timer of Node takes; a longer one would fire at once. */
export const maxDelay: number = 2_147_483_647;

/** How long a waiter stays, and what else ends its wait. */
export interface WaitTerms {
  /** Milliseconds; 0 and what no timer can measure set no limit. */
  readonly timeout: number;
  /** Makes the error of a waiter whose time is up. Called while it still counts as waiting. */
  readonly onTimeout: () => Error;
  readonly signal: AbortSignal | undefined;
}

class Waiter<T> implements Linked<Waiter<T>> {
  previous: Waiter<T> | undefined = undefined;
  next: Waiter<T> | undefined = undefined;
  timer: NodeJS.Timeout | undefined = undefined;
  signal: AbortSignal | undefined = undefined;
  onAbort: (() => void) | undefined = undefined;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;

  constructor(resolve: (value: T) => void, reject: (reason: unknown) => void) {
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** Those who wait for a connection, strictly first come first served. */
export class WaiterQueue<T> {
  readonly #waiters = new LinkedList<Waiter<T>>();

  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Stands in line at the end.
   * @returns a promise that settles by `serve` or `fail`, by timeout, or with the signal's reason.
   */
  wait(terms: WaitTerms): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter = new Waiter<T>(resolve, reject);
      const { timeout, onTimeout, signal } = terms;
      // The timer keeps the process alive: someone waits for the answer, even if that is an error.
      if (timeout > 0 && timeout <= maxDelay) {
        waiter.timer = setTimeout(() => {
          const error = onTimeout();
          this.#leave(waiter);
          reject(error);
        }, timeout);
      }
      if (signal !== undefined) {
        waiter.signal = signal;
        waiter.onAbort = () => {
          this.#leave(waiter);
          reject(signal.reason);
        };
        signal.addEventListener("abort", waiter.onAbort);
      }
      this.#waiters.push(waiter);
    });
  }

  /** Ends the wait of the first in line; false when there is none. */
  serve(value: T): boolean {
    const waiter = this.#waiters.first;
    if (waiter === undefined) return false;
    this.#leave(waiter);
    waiter.resolve(value);
    return true;
  }

  /** Fails the first in line; false when there is none. */
  fail(reason: unknown): boolean {
    const waiter = this.#waiters.first;
    if (waiter === undefined) return false;
    this.#leave(waiter);
    waiter.reject(reason);
    return true;
  }

  /** Fails the one who came last; false when there is none. */
  failLast(reason: unknown): boolean {
    const waiter = this.#waiters.last;
    if (waiter === undefined) return false;
    this.#leave(waiter);
    waiter.reject(reason);
    return true;
  }

  #leave(waiter: Waiter<T>): void {
    this.#waiters.remove(waiter);
    if (waiter.timer !== undefined) clearTimeout(waiter.timer);
    if (waiter.onAbort !== undefined) waiter.signal?.removeEventListener("abort", waiter.onAbort);
  }
}
