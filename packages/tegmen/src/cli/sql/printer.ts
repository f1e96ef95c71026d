import type { Field, RawRow, RowConsumer } from "../../drivers/driver.ts";
import { styled } from "../report.ts";
import { failureLines, noticeLines } from "./errors.ts";
import { type Format, recordLines, rowCount, separatedLine, tableLines, tableWidth } from "./format.ts";
import type { SqlSession } from "./session.ts";
import type { Notice } from "../../drivers/driver.ts";

/** How results are printed. */
export interface PrinterOptions {
  readonly format: Format;
  /** Tables that are wider than the terminal become records. */
  readonly expandWide: boolean;
  /** Print how long each statement took. */
  readonly timing: boolean;
}

/** Prints results to standard output; errors and notices to standard error. */
export class Printer {
  format: Format;
  expandWide: boolean;
  timing: boolean;

  constructor({ format, expandWide, timing }: PrinterOptions) {
    this.format = format;
    this.expandWide = expandWide;
    this.timing = timing;
  }

  /** Runs one statement and prints what comes of it. */
  async run(session: SqlSession, sql: string): Promise<void> {
    const begun = performance.now();
    const separated = this.format === "csv" || this.format === "tsv" ? this.format : undefined;
    const sink = separated === undefined ? new Rows() : new SeparatedRows(separated);
    const tag = await session.execute(sql, sink);
    const duration = performance.now() - begun;
    if (sink instanceof SeparatedRows) sink.end();
    else if (sink.columns !== undefined) this.#printRows(sink.columns, sink.rows);
    if (!sink.hasColumns && tag !== "") this.out([tag]);
    if (this.timing) this.out([styled(process.stdout, "dim", `Time: ${formatDuration(duration)}`), ""]);
  }

  error(error: unknown): void {
    const [first = "", ...rest] = failureLines(error);
    const blank = this.timing ? "\n" : "";
    process.stderr.write(`${[styled(process.stderr, "red", first), ...rest].join("\n")}\n${blank}`);
  }

  notice(notice: Notice): void {
    process.stderr.write(`${noticeLines(notice).join("\n")}\n`);
  }

  out(lines: readonly string[]): void {
    if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  }

  #printRows(columns: readonly Field[], rows: readonly RawRow[]): void {
    const table = tableLines(columns, rows);
    // A terminal that does not know its size says 0.
    const tooWide = this.expandWide && rows.length > 0 && tableWidth(table) > (process.stdout.columns || Infinity);
    const lines = this.format === "records" || tooWide ? recordLines(columns, rows) : table;
    this.out([...lines, rowCount(rows.length)]);
  }
}

/** Keeps the rows: a table can only be laid out when all are there. */
class Rows implements RowConsumer {
  columns: readonly Field[] | undefined;
  readonly rows: RawRow[] = [];

  get hasColumns(): boolean {
    return this.columns !== undefined;
  }
  fields(fields: readonly Field[]): void {
    this.columns = fields;
  }
  row(values: RawRow): void {
    this.rows.push(values);
  }
}

const chunkSize = 65_536;

/** Writes the rows as they arrive. */
class SeparatedRows implements RowConsumer {
  readonly #format: "csv" | "tsv";
  #chunk = "";
  hasColumns = false;

  constructor(format: "csv" | "tsv") {
    this.#format = format;
  }
  fields(fields: readonly Field[]): void {
    this.hasColumns = true;
    this.row(fields.map(({ name }) => name));
  }
  row(values: RawRow): void {
    this.#chunk += `${separatedLine(values, this.#format)}\n`;
    if (this.#chunk.length >= chunkSize) this.end();
  }
  end(): void {
    if (this.#chunk !== "") process.stdout.write(this.#chunk);
    this.#chunk = "";
  }
}

/** `0.4 ms`, `25 ms`, `1.234 s`, `2 min 5 s` */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(3)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
