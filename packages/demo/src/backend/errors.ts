/**
 * The demo cluster's server could not be found, prepared, started or kept running. The message says
 * what was tried and what to install or change.
 */
export class BackendError extends Error {
  override readonly name: string = "BackendError";

  /** What the server (or its preparation) had written before it failed, if anything. */
  readonly output: string;

  constructor(message: string, options: { readonly cause?: unknown; readonly output?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.output = options.output ?? "";
  }
}
