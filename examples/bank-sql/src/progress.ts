const width = 40;
const interval = 50;

/** A bar that shows how far the work is, on a terminal; nothing elsewhere. */
export class Progress {
  readonly #total: number;
  #done = 0;
  #drawn = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** One more piece of work is done. */
  step(): void {
    this.#done += 1;
    if (!process.stdout.isTTY) return;
    const now = performance.now();
    if (now - this.#drawn < interval && this.#done < this.#total) return;
    this.#drawn = now;
    const filled = Math.round((this.#done / this.#total) * width);
    process.stdout.write(`\r  ${"█".repeat(filled)}${"░".repeat(width - filled)} ${this.#done}/${this.#total}`);
  }

  /** Takes the bar away. */
  end(): void {
    if (process.stdout.isTTY && this.#drawn > 0) process.stdout.write("\r\u001B[K");
  }
}
