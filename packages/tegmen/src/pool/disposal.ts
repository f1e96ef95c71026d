import { maxDelay } from "./waiter-queue.ts";

/** The end of a pool: begun once, over when no connection is left. */
export class Disposal {
  readonly #cutAll: () => void;
  readonly #drained: Promise<void>;
  #resolve: () => void = () => {};
  #timers: NodeJS.Timeout[] = [];
  #over = false;

  /** @param cutAll cuts the connections that are still in use */
  constructor(cutAll: () => void) {
    this.#cutAll = cutAll;
    this.#drained = new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether no connection is left, or none is waited for any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /**
   * Waits for the end.
   * @param timeout milliseconds after which connections in use are cut; 0 cuts them now, Infinity waits for ever
   */
  wait(timeout: number): Promise<void> {
    if (this.#over) return this.#drained;
    if (timeout <= 0) this.#cutAll();
    else if (timeout <= maxDelay) this.#timers.push(setTimeout(this.#cutAll, timeout));
    return this.#drained;
  }

  finish(): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#resolve();
  }
}
