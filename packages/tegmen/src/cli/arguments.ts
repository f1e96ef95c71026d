import { didYouMean } from "../text/did-you-mean.ts";

/** The command line makes no sense. Its message is for the user; the exit code is 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/**
 * Runs `util.parseArgs`, and says what is wrong in the words of this program.
 *
 * @param options the options that are given to `parseArgs`
 * @param parse calls `parseArgs`
 * @returns what `parse` returns
 * @throws {UsageError} an option does not exist, lacks its value or has one too many
 */
export function checked<T>(options: Readonly<Record<string, unknown>>, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !String(error.code).startsWith("ERR_PARSE_ARGS"))
      throw error;
    if (error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
      const option = /'(-[^']*)'/.exec(error.message)?.[1] ?? "";
      const known = Object.keys(options).map((name) => `--${name}`);
      throw new UsageError(`unknown option ${option}: ${didYouMean(option, known)}`);
    }
    const [problem = ""] = error.message.split(/\.\s|\n/);
    throw new UsageError(problem.charAt(0).toLowerCase() + problem.slice(1));
  }
}

/**
 * Reads a port number.
 *
 * @throws {UsageError} it is none
 */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new UsageError(`--port takes a number from 0 (any free port) to 65535, not ${JSON.stringify(text)}`);
  }
  return port;
}
