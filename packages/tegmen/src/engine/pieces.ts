import type { DriverResult } from "../drivers/driver.ts";
import { AmbiguousCommitError } from "../errors/index.ts";
import type { StatementPiece, StatementPieces } from "../sql/executable.ts";
import type { Channel } from "./channel.ts";
import type { EngineContext } from "./context.ts";
import { startWatch, toData } from "./execute.ts";
import { reportProgress, type OnProgress } from "./progress.ts";
import { Result } from "./result.ts";
import { RowReader } from "./row-reader.ts";

/** How many pieces may be under way at once: enough to keep the server busy, few enough to bound the memory. */
const window = 4;

/**
 * Runs the pieces of a large statement, pipelined. Rows and counts are added up in their order. Where no transaction is
 * open, several pieces get one of their own, whose BEGIN and COMMIT travel with them.
 */
export async function executePieces<Row>(
  channel: Channel,
  context: EngineContext,
  { rows: total, count, pieces }: StatementPieces,
  onProgress: OnProgress | undefined,
): Promise<Result<Row>> {
  const own = !channel.inTransaction && count > 1;
  const results: DriverResult[] = [];
  const underWay: { readonly rows: number; readonly answer: Promise<readonly DriverResult[]> }[] = [];
  let reader: RowReader | undefined;
  let watch: ReturnType<typeof startWatch>;
  let commit: Promise<string | undefined> | undefined;
  let rows = 0;
  const collect = async (): Promise<void> => {
    const piece = underWay.shift()!;
    results.push(...(await piece.answer));
    rows += piece.rows;
    if (onProgress !== undefined) reportProgress(onProgress, { rows, total });
  };
  if (own) channel.begin({});
  try {
    for (const piece of pieces) {
      if (underWay.length >= window) await collect();
      if (reader === undefined) watch = startWatch(channel, context, piece);
      reader ??= new RowReader(channel.memory.plans, piece.shape);
      const answer = send(channel, piece, reader);
      // Looked at in its turn; until then it may fail without a word.
      answer.catch(() => {});
      underWay.push({ rows: piece.rows, answer });
    }
    // After a piece that failed, it rolls back.
    if (own) (commit = channel.finish("COMMIT")).catch(() => {});
    while (underWay.length > 0) await collect();
    await commit;
  } catch (error) {
    const ended = await Promise.allSettled([commit, ...underWay.map(({ answer }) => answer)]);
    if (own) await channel.rollback();
    throw own ? ambiguity(ended[0].status === "rejected" ? ended[0].reason : undefined, channel, error) : error;
  }
  if (own) {
    channel.log("COMMIT");
    channel.announce("commit");
  }
  const data = toData(reader!, results);
  watch?.(data);
  return new Result<Row>(data);
}

async function send(channel: Channel, piece: StatementPiece, reader: RowReader): Promise<readonly DriverResult[]> {
  const { shape, parameters, values } = piece;
  const statement = { sql: shape.sql, parameters, prepare: shape.prepare, consumer: reader };
  return (await channel.sendAll([statement], [values])).results;
}

/**
 * When the connection is lost with the COMMIT under way, a piece without an answer says that nothing was committed,
 * because it does not know of the COMMIT.
 */
function ambiguity(ofCommit: unknown, channel: Channel, error: unknown): unknown {
  return channel.lost !== undefined && ofCommit instanceof AmbiguousCommitError ? ofCommit : error;
}
