import { describeParameters, redactSecrets } from "../errors/index.ts";

/** Where `echo` writes to: pino, console, or anything with these two methods. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
}

/** `echo: true`: one line for each statement on standard output. */
const consoleLogger: Logger = {
  debug: (message) => console.debug(message),
  info: (message) => console.info(message),
};

export function toLogger(echo: boolean | Logger | undefined): Logger | undefined {
  if (echo === undefined || echo === false) return undefined;
  return echo === true ? consoleLogger : echo;
}

/** What the log says of one statement. */
export interface LogEntry {
  readonly connection: number;
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly hideParameters: boolean;
  readonly durationMs?: number | undefined;
  readonly rowCount?: number | null | undefined;
  readonly error?: unknown;
}

/** `[c1] SELECT 1 {1.2 ms, 1 row}`, parameters after the statement; the password of a CREATE USER is left out. */
export function logStatement(logger: Logger, entry: LogEntry): void {
  const { connection, sql, values, hideParameters, durationMs, rowCount, error } = entry;
  const facts: string[] = [];
  if (durationMs !== undefined) facts.push(`${durationMs.toFixed(1)} ms`);
  if (rowCount !== undefined && rowCount !== null) facts.push(rowCount === 1 ? "1 row" : `${rowCount} rows`);
  if (error !== undefined) facts.push(`failed: ${firstLine(error)}`);
  const parameters =
    values.length === 0 ? "" : ` ${hideParameters ? "[parameters hidden]" : describeParameters(values)}`;
  logger.info(`[c${connection}] ${redactSecrets(sql)}${parameters}${facts.length > 0 ? ` {${facts.join(", ")}}` : ""}`);
}

function firstLine(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : String(error);
  const [first = ""] = message.split("\n", 1);
  return typeof code === "string" ? `${code} ${first}` : first;
}
