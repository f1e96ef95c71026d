import type { ExecutionOptions } from "../../engine/connection.ts";
import { ArgumentError } from "../../errors/index.ts";
import { didYouMean } from "../../text/index.ts";

/** Options of a Session. */
export interface SessionOptions {
  /**
   * Drops the values of all objects at commit, so that they have to be read anew. By default they stay readable, and
   * the next query that reads their rows replaces them. Default false.
   */
  readonly expireOnCommit?: boolean | undefined;
  /** Writes what was changed before each query, so that queries see it. Default true. */
  readonly autoflush?: boolean | undefined;
  /** How its transactions begin, and how long its statements may take. */
  readonly executionOptions?: ExecutionOptions | undefined;
  /** Has `ConcurrentSessionError` show the stacks of both calls, at the cost of capturing one for every call. Default false. */
  readonly debug?: boolean | undefined;
}

const known: Readonly<Record<keyof SessionOptions, true>> = {
  expireOnCommit: true,
  autoflush: true,
  executionOptions: true,
  debug: true,
};

/** @throws {ArgumentError} naming the option that does not exist. */
export function checkSessionOptions(options: SessionOptions): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new ArgumentError(`a Session has no option "${name}": ${didYouMean(name, Object.keys(known))}`);
    }
  }
}
