/**
 * Waits for a promise, but not for ever.
 *
 * The timer keeps the process alive, for at most `timeout` milliseconds: something is being waited for.
 *
 * @returns what it resolves to, or undefined when the time is up. What it does later is ignored.
 * @throws what it rejects with in time.
 */
export function settledWithin<T>(promise: Promise<T>, timeout: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, timeout, undefined);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
