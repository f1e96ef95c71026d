import { ArgumentError } from "../errors/index.ts";
import { quoteLiteral } from "../text/index.ts";

/** How much a transaction is kept apart from others; AUTOCOMMIT is none: every statement commits by itself. */
export type IsolationLevel = "SERIALIZABLE" | "READ COMMITTED" | "AUTOCOMMIT";

/** Who wins when two transactions conflict. */
export type Priority = "LOW" | "NORMAL" | "HIGH";

/** How transactions begin. */
export interface BeginOptions {
  /** Default: as the server has it, SERIALIZABLE unless configured otherwise. */
  readonly isolationLevel?: IsolationLevel | undefined;
  readonly readOnly?: boolean | undefined;
  /**
   * Read the database as it was: an interval (`"-10s"`), a timestamp, or a call of
   * `follower_read_timestamp()`. Makes the transaction read-only.
   */
  readonly asOfSystemTime?: string | Date | undefined;
  readonly priority?: Priority | undefined;
}

const levels: readonly string[] = ["SERIALIZABLE", "READ COMMITTED", "AUTOCOMMIT"] satisfies IsolationLevel[];
const priorities: readonly string[] = ["LOW", "NORMAL", "HIGH"] satisfies Priority[];

/**
 * Checks what a user wrote.
 * @throws {ArgumentError} naming the option and what it takes
 */
export function checkBeginOptions(options: BeginOptions): void {
  const { isolationLevel, priority, readOnly, asOfSystemTime } = options;
  if (isolationLevel !== undefined && !levels.includes(isolationLevel)) {
    throw new ArgumentError(
      `isolationLevel takes ${levels.map((level) => `"${level}"`).join(", ")}; got ${JSON.stringify(isolationLevel)}`,
    );
  }
  if (priority !== undefined && !priorities.includes(priority)) {
    throw new ArgumentError(`priority takes "LOW", "NORMAL" or "HIGH"; got ${JSON.stringify(priority)}`);
  }
  if (readOnly !== undefined && typeof readOnly !== "boolean") {
    throw new ArgumentError(`readOnly takes true or false; got ${JSON.stringify(readOnly)}`);
  }
  if (asOfSystemTime !== undefined) systemTime(asOfSystemTime);
  if (isolationLevel === "AUTOCOMMIT" && needsTransaction(options)) {
    throw new ArgumentError(
      'readOnly, asOfSystemTime and priority are options of a transaction, and isolationLevel "AUTOCOMMIT" has none',
    );
  }
}

/** Whether these options say something that only holds inside of a transaction. */
export function needsTransaction({ readOnly, asOfSystemTime, priority }: BeginOptions): boolean {
  return readOnly === true || asOfSystemTime !== undefined || priority !== undefined;
}

/** The statement that begins a transaction so. */
export function beginSql(options: BeginOptions): string {
  const modes: string[] = [];
  const { isolationLevel, priority, readOnly, asOfSystemTime } = options;
  if (isolationLevel !== undefined && isolationLevel !== "AUTOCOMMIT") modes.push(`ISOLATION LEVEL ${isolationLevel}`);
  if (priority !== undefined) modes.push(`PRIORITY ${priority}`);
  if (asOfSystemTime !== undefined) modes.push(`AS OF SYSTEM TIME ${systemTime(asOfSystemTime)}`);
  if (readOnly !== undefined) modes.push(readOnly ? "READ ONLY" : "READ WRITE");
  return modes.length === 0 ? "BEGIN" : `BEGIN ${modes.join(", ")}`;
}

/**
 * Whether the server may refuse to begin so. Then nothing may be sent before it has
 * agreed: it would run outside of the transaction.
 */
export function mayFailToBegin(options: BeginOptions): boolean {
  return (
    options.asOfSystemTime !== undefined ||
    options.isolationLevel === "READ COMMITTED" ||
    options.priority !== undefined
  );
}

/**
 * AS OF SYSTEM TIME takes no placeholder, so its value is written into the
 * statement: as a quoted literal, or as one of the functions that are allowed there.
 */
export function systemTime(value: string | Date): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new ArgumentError("asOfSystemTime: the Date is not valid");
    return quoteLiteral(value.toISOString());
  }
  if (typeof value !== "string" || value.trim() === "") {
    throw new ArgumentError(
      `asOfSystemTime takes an interval such as "-10s", a timestamp, a Date, or "follower_read_timestamp()"; ` +
        `got ${JSON.stringify(value)}`,
    );
  }
  const call = /^\s*((?:experimental_)?follower_read_timestamp)\s*\(\s*\)\s*$/i.exec(value);
  return call?.[1] === undefined ? quoteLiteral(value) : `${call[1].toLowerCase()}()`;
}
