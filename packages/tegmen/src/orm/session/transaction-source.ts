import type { Connection } from "../../engine/connection.ts";
import { TransactionStateError } from "../../errors/index.ts";
import type { TransactionAttempt, TransactionSource } from "../../transaction/transactor.ts";
import type { SessionCore } from "./session-core.ts";
import type { SessionBind } from "./session-connection.ts";

/** A Session, with what is behind it. */
interface WithCore<S> {
  readonly session: S;
  readonly core: SessionCore;
}

/** How `runTransaction` runs on a Session: the same one for every attempt, with its objects put back. */
export function sourceOfSession<S>(bind: SessionBind, { session, core }: WithCore<S>): TransactionSource<S> {
  return {
    bind,
    options: core.options.executionOptions,
    outer: core.managed ? session : undefined,
    assertReady() {
      core.guard.check("runTransaction()");
      if (core.connection.current?.inTransaction === true) {
        throw new TransactionStateError(
          "A transaction is open on this Session already, and runTransaction could not run it again from its " +
            "beginning: commit or roll back first, or call runTransaction with the sessionmaker",
        );
      }
      if (!core.registry.hasChanges) return;
      throw new TransactionStateError(
        "This Session has changes that are not written, and runTransaction could not make them again: add and change " +
          "objects within its callback, or commit first",
      );
    },
    attempt: (connection) => attemptOf({ session, core }, connection, () => core.connection.release()),
  };
}

/** How `runTransaction` runs on a sessionmaker: a Session for every attempt. */
export function sourceOfSessionmaker<S>(
  bind: SessionBind,
  options: TransactionSource<S>["options"],
  make: () => WithCore<S>,
): TransactionSource<S> {
  return {
    bind,
    options,
    outer: undefined,
    assertReady() {},
    attempt(connection) {
      const made = make();
      return attemptOf(made, connection, () => made.core.close());
    },
  };
}

function attemptOf<S>(
  { session, core }: WithCore<S>,
  connection: Connection,
  release: () => Promise<void>,
): TransactionAttempt<S> {
  core.connection.lend(connection);
  core.managed = true;
  let isRolledBack = false;
  return {
    subject: session,
    finish: (commit) =>
      core.guard.write("the commit of runTransaction", async () => {
        isRolledBack = true;
        await core.commit(commit);
      }),
    async failed() {
      // What the work started together with what failed ends before its objects are put back.
      await core.guard.idle();
      if (!isRolledBack) await core.rollback();
    },
    async end() {
      core.managed = false;
      await release();
    },
  };
}
