import { ArgumentError, describeValue, NotSupportedError, QueryCanceledError } from "../errors/index.ts";
import { CopyEncoder } from "../sql/copy-encoder.ts";
import type { Target } from "../sql/definitions.ts";
import type { Channel } from "./channel.ts";
import type { EngineContext } from "./context.ts";
import { startWatch } from "./execute.ts";
import { type Limits, within } from "./limits.ts";
import { type OnProgress, reportProgress } from "./progress.ts";
import { Interrupted, RowSource } from "./row-source.ts";

/** Options of `copyFrom`. */
export interface CopyOptions extends Limits {
  /**
   * The keys of the columns to fill; other properties of the rows are left out. Default: the columns that the first row
   * has. Columns with a default of the program's are always filled.
   */
  readonly columns?: readonly string[] | undefined;
  /** UTF-16 units of text that are sent together. Default 65,536. */
  readonly batchSize?: number | undefined;
  /** Called after each batch with the rows that were sent, and at the end. */
  readonly onProgress?: OnProgress | undefined;
}

/** What {@link copyRows} copies. */
export interface CopyRequest {
  readonly target: Target;
  readonly rows: Iterable<unknown> | AsyncIterable<unknown>;
  readonly options: CopyOptions;
  readonly limits: Limits;
}

/** @throws {ArgumentError} the rows cannot be iterated, or an option is not valid. */
export function checkCopy(rows: unknown, { batchSize, columns }: CopyOptions): void {
  const iterable =
    typeof rows === "object" && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows);
  if (!iterable) throw new ArgumentError(`copyFrom() expects an iterable of rows, got ${describeValue(rows)}`);
  if (batchSize !== undefined && (!Number.isSafeInteger(batchSize) || batchSize < 1)) {
    throw new ArgumentError(`batchSize takes a positive integer; got ${JSON.stringify(batchSize)}`);
  }
  if (columns !== undefined && !Array.isArray(columns)) {
    throw new ArgumentError(`columns takes an array of keys; got ${describeValue(columns)}`);
  }
}

/**
 * Copies rows into a table by COPY FROM STDIN. Where no transaction is open it gets one of its own, because CockroachDB
 * before 22.2 commits a COPY in parts.
 *
 * @returns how many rows there were
 */
export async function copyRows(channel: Channel, context: EngineContext, request: CopyRequest): Promise<number> {
  if (channel.driver.copyIn === undefined) {
    throw new NotSupportedError(
      `The driver "${context.driver}" cannot copy: use the driver pg (cockroachdb://), or insert(t).values(rows)`,
    );
  }
  const source = new RowSource(request.rows);
  const own = !channel.inTransaction;
  const stop = (): void => {
    if (!source.interrupt()) channel.cancel();
  };
  try {
    return await within(channel, request.limits, () => copyAll(channel, context, request, source), stop);
  } catch (error) {
    source.leave();
    if (own) await channel.rollback();
    if (source.failure !== undefined) throw source.failure.error;
    if (!(error instanceof Interrupted)) throw error;
    throw new QueryCanceledError(`The copy was ended: it ran longer than its timeout of ${request.limits.timeout} ms`);
  }
}

async function copyAll(
  channel: Channel,
  context: EngineContext,
  { target, options }: CopyRequest,
  source: RowSource,
): Promise<number> {
  const first = await source.next();
  if (first.done === true) return 0;
  const encoder = new CopyEncoder(target, options.columns, first.value);
  const own = !channel.inTransaction;
  if (own) channel.begin({});
  const shape = { sql: encoder.sql, prepare: false, columns: undefined };
  const watch = startWatch(channel, context, { shape, parameters: [], values: [] });
  const { batchSize = 65_536, onProgress } = options;
  const sent = { rows: 0 };
  const report = (total?: number): void => {
    if (onProgress !== undefined) reportProgress(onProgress, { rows: sent.rows, total });
  };
  const lines = batches(first.value, source, encoder, batchSize, sent, report);
  await channel.copyIn(encoder.sql, lines);
  if (own) {
    await channel.finish("COMMIT");
    channel.log("COMMIT");
    channel.announce("commit");
  }
  watch?.({ rowCount: sent.rows });
  report(sent.rows);
  return sent.rows;
}

/** The lines of all rows, some at a time. */
async function* batches(
  firstRow: unknown,
  source: RowSource,
  encoder: CopyEncoder,
  batchSize: number,
  sent: { rows: number },
  report: () => void,
): AsyncGenerator<string> {
  let rows = 1;
  let text = encoder.line(firstRow, 1);
  for (;;) {
    if (text.length >= batchSize) {
      yield text;
      text = "";
      sent.rows = rows;
      report();
    }
    const step = source.next();
    const result = step instanceof Promise ? await step : step;
    if (result.done === true) break;
    text += encoder.line(result.value, ++rows);
  }
  sent.rows = rows;
  if (text !== "") yield text;
}
