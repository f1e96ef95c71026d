import type { NestedTransaction } from "../../engine/transaction.ts";
import { TransactionStateError } from "../../errors/index.ts";
import type { SessionCore } from "./session-core.ts";

/** A part of a Session's work that can be undone: its transaction, or a savepoint. SQLAlchemy: `SessionTransaction`. */
export interface SessionTransaction extends AsyncDisposable {
  /** Whether it was neither committed nor rolled back. */
  readonly isActive: boolean;
  /**
   * Writes what was changed, and commits; a savepoint becomes part of the transaction around it.
   *
   * @throws {TransactionStateError} it has ended already
   */
  commit(): Promise<void>;
  /** Undoes what was done since, in the database and in the objects; does nothing when it has ended. */
  rollback(): Promise<void>;
}

/** A savepoint, as `session.beginNested()` returns it. Left without an end, `await using` rolls it back. */
export function nestedTransaction(core: SessionCore, nested: NestedTransaction): SessionTransaction {
  const rollback = (): Promise<void> =>
    core.guard.write("rollback() of a nested transaction", () => core.rollbackTo(nested));
  return {
    get isActive() {
      return core.isActive(nested);
    },
    commit: () => core.guard.write("commit() of a nested transaction", () => core.release(nested)),
    rollback,
    async [Symbol.asyncDispose]() {
      await core.guard.idle();
      await rollback();
    },
  };
}

/** The transaction, as `session.begin()` returns it. Left without an end, `await using` rolls it back. */
export function rootTransaction(core: SessionCore): SessionTransaction {
  const { epoch } = core.registry;
  const isActive = (): boolean => core.registry.transaction === epoch;
  const rollback = async (): Promise<void> => {
    if (isActive()) await core.guard.write("rollback()", () => core.rollback());
  };
  return {
    get isActive() {
      return isActive();
    },
    async commit() {
      if (!isActive()) throw new TransactionStateError("This transaction has ended already");
      await core.guard.write("commit()", () => core.commit());
    },
    rollback,
    async [Symbol.asyncDispose]() {
      await core.guard.idle();
      await rollback();
    },
  };
}

/** Runs work in a transaction: committed at the end, rolled back when the work throws. */
export async function within<T>(
  core: SessionCore,
  transaction: SessionTransaction,
  work: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await core.guard.idle();
    // The reason for the rollback says more than its failure.
    await transaction.rollback().catch(() => {});
    throw error;
  }
  await core.guard.idle();
  // The work may have ended it itself.
  if (transaction.isActive) await transaction.commit();
  return result;
}
