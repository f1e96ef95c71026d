import type { DriverResult, DriverStatement } from "../drivers/driver.ts";
import type { CompiledStatement } from "../sql/executable.ts";
import type { Channel } from "./channel.ts";
import type { EngineContext } from "./context.ts";
import { logStatement } from "./logger.ts";
import { Result, type ResultData } from "./result.ts";
import { RowReader } from "./row-reader.ts";

/** Runs one compiled statement on a channel and reads its rows. */
export async function executeOne<Row>(
  channel: Channel,
  context: EngineContext,
  compiled: CompiledStatement,
): Promise<Result<Row>> {
  const { shape, values } = compiled;
  const reader = new RowReader(channel.memory.plans, shape);
  const statement = { sql: shape.sql, parameters: compiled.parameters, prepare: shape.prepare, consumer: reader };
  const stake = channel.inTransaction || shape.readsOnly === true ? "transaction" : "autocommit";
  const watch = startWatch(channel, context, compiled);
  const { results, failure } = await channel.send(statement, values, stake);
  if (failure !== undefined) throw channel.fail(failure, stake, shape.sql, values);
  const data = toData(reader, results);
  watch?.(data);
  return new Result<Row>(data);
}

/** How many statements of an executemany share one Sync. */
const manyChunk = 500;
/** How many such chunks may be under way at once. */
const manyWindow = 4;

/** Runs one statement for many sets of parameters, pipelined. Rows and counts are added up in order. */
export async function executeMany<Row>(
  channel: Channel,
  context: EngineContext,
  all: readonly CompiledStatement[],
): Promise<Result<Row>> {
  const [first] = all;
  if (first === undefined) return new Result<Row>({ ...nothing, statusMessage: "" });
  const reader = new RowReader(channel.memory.plans, first.shape);
  const watch = startWatch(channel, context, first);
  const results: DriverResult[] = [];
  // Where each statement commits by itself, those after a failure are not to be run.
  const window = channel.inTransaction ? manyWindow : 1;
  const underWay: Promise<readonly DriverResult[]>[] = [];
  const collect = async (): Promise<void> => {
    for (const result of await underWay.shift()!) results.push(result);
  };
  try {
    for (let from = 0; from < all.length; from += manyChunk) {
      const chunk = all.slice(from, from + manyChunk).map(({ shape, parameters }): DriverStatement => ({
        sql: shape.sql,
        parameters,
        prepare: true,
        consumer: reader,
      }));
      const values = all.slice(from, from + manyChunk).map((each) => each.values);
      underWay.push(channel.sendAll(chunk, values).then((outcome) => outcome.results));
      if (underWay.length >= window) await collect();
    }
    while (underWay.length > 0) await collect();
  } finally {
    await Promise.allSettled(underWay);
  }
  const data = toData(reader, results);
  watch?.(data);
  return new Result<Row>(data);
}

/** Announces a statement, if anybody wants to know; returns what announces its end. */
export function startWatch(
  channel: Channel,
  { events, logger, hideParameters }: EngineContext,
  { shape: { sql }, values }: CompiledStatement,
): ((data: { readonly rowCount: number | null }) => void) | undefined {
  const before = events.has("beforeExecute");
  const after = events.has("afterExecute");
  if (logger === undefined && !before && !after) return undefined;
  const connection = channel.pooled.id;
  const shared = { sql, parameters: hideParameters ? undefined : values, connection, context: {} };
  if (before) events.emit("beforeExecute", shared);
  const start = performance.now();
  return ({ rowCount }) => {
    const durationMs = performance.now() - start;
    if (logger !== undefined) logStatement(logger, { connection, sql, values, hideParameters, durationMs, rowCount });
    if (after) events.emit("afterExecute", { ...shared, durationMs, rowCount });
  };
}

const nothing = { columns: undefined, rows: [], duplicate: undefined, rowCount: 0 } as const;

/** What the answers add up to. */
export function toData(reader: RowReader, results: readonly DriverResult[]): ResultData {
  const { plan, rows } = reader;
  const tag = results.at(-1)?.tag ?? "";
  let rowCount = results.length === 1 ? countOf(tag) : null;
  if (results.length > 1) {
    rowCount = 0;
    for (const result of results) rowCount += countOf(result.tag) ?? 0;
  }
  return { columns: plan?.names, rows, duplicate: plan?.duplicate, rowCount, statusMessage: tag };
}

/** The number at the end of a command tag. */
function countOf(tag: string): number | null {
  const space = tag.lastIndexOf(" ");
  const count = space < 0 ? Number.NaN : Number(tag.slice(space + 1));
  return Number.isNaN(count) ? null : count;
}
