import { type DriverStream, DriverFailureError } from "../drivers/driver.ts";
import type { CompiledStatement } from "../sql/executable.ts";
import type { Channel } from "./channel.ts";
import type { EngineContext } from "./context.ts";
import { startWatch } from "./execute.ts";
import type { Stake } from "./failure.ts";
import { type Limits, within } from "./limits.ts";
import { decodeRow, type RowPlan } from "./row-reader.ts";

/** What a stream needs when its first row is asked for. */
export interface StreamStart {
  readonly channel: Channel;
  readonly context: EngineContext;
  readonly compiled: CompiledStatement;
  readonly limits: Limits;
}

/**
 * Rows as they come, with constant memory. Nothing is sent before the first row is
 * asked for; leaving the loop early ends the statement and frees the connection.
 * While it is open, the connection does nothing else.
 *
 * SQLAlchemy: `AsyncConnection.stream`.
 */
export class RowStream<Row> implements AsyncIterable<Row> {
  readonly #start: () => Promise<StreamStart>;
  readonly #batchSize: number;

  constructor(start: () => Promise<StreamStart>, batchSize: number) {
    this.#start = start;
    this.#batchSize = batchSize;
  }

  /** The rows in groups as they arrive, at most `batchSize` each. */
  async *partitions(): AsyncGenerator<Row[], void, undefined> {
    const { channel, context, compiled, limits } = await this.#start();
    const { shape, parameters } = compiled;
    const { inTransaction } = channel;
    const stake = inTransaction || shape.readsOnly === true ? "transaction" : "autocommit";
    await channel.flush();
    channel.assertFree();
    const watch = startWatch(channel, context, compiled);
    let rowCount = 0;
    channel.streaming(true);
    const stream = channel.driver.stream(
      { sql: shape.sql, parameters, prepare: false },
      { batchSize: this.#batchSize, inTransaction },
    );
    let plan: RowPlan | undefined;
    try {
      for (;;) {
        const raw = await within(channel, limits, () => nextRows(channel, stream, stake, compiled));
        if (raw === null) break;
        rowCount += raw.length;
        plan ??= channel.memory.plans.find(stream.fields, shape);
        const rows: Row[] = [];
        for (const row of raw) rows.push(decodeRow(plan, row) as Row);
        yield rows;
      }
      watch?.({ rowCount });
    } finally {
      try {
        await stream.close();
      } finally {
        if (stream.cancelAtLarge) channel.cancelAtLarge();
        channel.streaming(false);
      }
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const rows of this.partitions()) yield* rows;
  }
}

async function nextRows(
  channel: Channel,
  stream: DriverStream,
  stake: Stake,
  { shape, values }: CompiledStatement,
): ReturnType<DriverStream["next"]> {
  try {
    return await stream.next();
  } catch (error) {
    if (error instanceof DriverFailureError) throw channel.fail(error.failure, stake, shape.sql, values);
    throw error;
  }
}
