import type { LocalColumn, Statement, TranslateContext, Translation } from "../rewrite/contract.ts";
import { widenRowDescription } from "./result-shape.ts";
import type { ResultColumn } from "./result-shape.ts";
import type { CachedText } from "./translator.ts";

/** A statement the client prepared. */
export interface PreparedStatement {
  readonly name: string;
  /** Its name in the backend. */
  readonly backendName: string;
  readonly text: CachedText;
  readonly statement: Statement | undefined;
  readonly parameterTypes: readonly number[];
  translation: Translation | undefined;
  /** What the translation depends on. */
  context: TranslateContext | undefined;
  /** The backend connection that knows it; another number means it must be parsed again. */
  generation: number;
  /** How many simple queries the backend had had then: each ends its unnamed statement. */
  queries: number;
  /** What Describe said of its rows; null when it returns none. */
  columns: readonly ResultColumn[] | null | undefined;
  /** The last RowDescription for it: as it came, and as the client gets it. */
  described: Described | undefined;
  /** Its rows have other types by now than {@link columns} says: it cannot be executed. */
  stale: boolean;
}

/** A RowDescription of the backend's and what becomes of it. */
export interface Described {
  readonly raw: Buffer;
  readonly bytes: Buffer;
  readonly columns: readonly ResultColumn[];
}

/** What a RowDescription of a statement says; the same as last time is not read again. */
export function describedAs(prepared: PreparedStatement, buffer: Buffer, start: number, end: number): Described {
  const { described } = prepared;
  if (described && buffer.compare(described.raw, 0, described.raw.length, start, end) === 0) return described;
  const raw = Buffer.from(buffer.subarray(start, end));
  const bytes = Buffer.from(raw);
  const columns = widenRowDescription(bytes, 0, bytes.length);
  prepared.described = { raw, bytes, columns };
  return prepared.described;
}

/** A bound statement, ready to run. */
export interface Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly formats: readonly number[];
  /** The Bind message for the backend, kept for statements that run with bookkeeping around them. */
  readonly bind: Buffer | undefined;
  /** Rows the gateway itself made and did not send yet. */
  rest: { readonly columns: readonly LocalColumn[]; rows: (readonly (string | null)[])[]; tag: string } | undefined;
  executed: boolean;
}

const LONGEST_NAME = 60;

/** The name of a prepared statement in the backend, which cuts names at 63 bytes. */
export function backendStatementName(name: string, number: number): string {
  return Buffer.byteLength(name) <= LONGEST_NAME ? name : `${name.slice(0, 12)}_${number}`;
}

/** How a statement is run when the client executes a portal of it. */
export function isPlainQuery(translation: Translation): boolean {
  return (
    translation.kind === "query" &&
    translation.ddl === undefined &&
    translation.asOf === undefined &&
    !translation.before?.length &&
    !translation.after?.length &&
    !translation.virtualTables?.length
  );
}
