import type { Result } from "../../engine/result.ts";
import { latestVersion } from "../../dialect/capabilities.ts";
import { AmbiguousCommitError } from "../../errors/index.ts";
import { compilePieces, type Executable } from "../../sql/executable.ts";
import type { ReturnedRow } from "./flush-statement.ts";
import { withObjects } from "./failure.ts";
import type { Step } from "./step.ts";
import type { Unit } from "./unit.ts";

/**
 * Runs the statements of a flush. Those of one turn are sent without waiting for each other's answers; a turn ends only
 * where values are needed that it brings. The commit travels with the last turn, unless row counts have to be seen
 * before.
 */
export async function runSteps(unit: Unit, steps: readonly Step[]): Promise<void> {
  const { closing } = unit.input;
  const last = steps.at(-1)?.turn;
  const closesAlong = closing !== undefined && !steps.some((step) => step.mustBeSeen);
  for (let start = 0; start < steps.length;) {
    const { turn } = steps[start]!;
    let end = start;
    while (end < steps.length && steps[end]!.turn === turn) end++;
    await runTurn(unit, steps.slice(start, end), turn === last && closesAlong ? closing : undefined);
    start = end;
  }
  if (closing !== undefined && (!closesAlong || steps.length === 0)) await closing();
}

async function runTurn(unit: Unit, steps: readonly Step[], closing: (() => Promise<void>) | undefined): Promise<void> {
  const { connection } = unit.input;
  // All are made before the first is sent: a value that its type cannot hold is found in time.
  const statements = steps.map((step) => named(unit, step, () => step.build()));
  const answers: Promise<Result<ReturnedRow>>[] = [];
  let closed: Promise<void> | undefined;
  try {
    for (const statement of statements) {
      const answer = connection.execute(statement);
      answers.push(answer);
      // Looked at in its turn; until then it may fail without a word.
      answer.catch(() => {});
      // Sent in several pieces, of which the last ones wait: what follows must not overtake them.
      if (isLarge(statement)) await answer;
    }
    if (closing !== undefined) (closed = closing()).catch(() => {});
    for (let index = 0; index < steps.length; index++) {
      steps[index]!.done(await answers[index]!);
    }
    await closed;
  } catch (error) {
    const [ofClosing] = await Promise.allSettled([closed, ...answers]);
    // When the connection is lost with the COMMIT under way, the statements before it do not know of it.
    if (ofClosing.status === "rejected" && ofClosing.reason instanceof AmbiguousCommitError) throw ofClosing.reason;
    const failed = await firstFailed(answers);
    throw failed === undefined ? error : withObjects(unit, steps[failed]!, error);
  }
}

async function firstFailed(answers: readonly Promise<unknown>[]): Promise<number | undefined> {
  const settled = await Promise.allSettled(answers);
  const index = settled.findIndex(({ status }) => status === "rejected");
  return index === -1 ? undefined : index;
}

function named<T>(unit: Unit, step: Step, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withObjects(unit, step, error);
  }
}

/** Whether a statement may be sent in pieces: what the most cautious version would do. */
function isLarge(statement: Executable): boolean {
  const version = { ...latestVersion, isCockroach: false };
  return statement[compilePieces]?.({ version }) !== undefined;
}
