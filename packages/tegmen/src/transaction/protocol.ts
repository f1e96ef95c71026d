import type { BeginOptions } from "../engine/begin.ts";
import type { Channel } from "../engine/channel.ts";
import { control, type Queued } from "../engine/queued.ts";
import { isAtLeast } from "../engine/server-version.ts";
import { TransactionStateError } from "../errors/index.ts";

/** How one transaction is begun, ended and started anew. Everything but the end travels with other statements. */
export interface TransactionProtocol {
  begin(channel: Channel, options: BeginOptions, injectError: boolean): void;
  /**
   * Commits.
   * @returns when the connection is idle; the transaction is committed before.
   * @throws what the server answered; then the transaction is not committed, unless the error says it is not known
   */
  commit(channel: Channel, injected: boolean): Promise<{ readonly closed: Promise<void> }>;
  /** Prepares the next attempt on the same connection: {@link Channel.flush} sends it, or the next statement. */
  restart(channel: Channel, options: BeginOptions): void;
}

/** CockroachDB recognises the protocol by this name. */
const savepoint = "cockroach_restart";

const startInjecting: Queued = control("SET inject_retry_errors_enabled = true");
const stopInjecting: Queued = control("SET inject_retry_errors_enabled = false");
const done: Promise<void> = Promise.resolve();

/**
 * CockroachDB's retry protocol: RELEASE is the commit, and ROLLBACK TO SAVEPOINT starts anew with the
 * transaction's priority kept. The closing COMMIT says nothing any more; nobody waits for it.
 */
export const restartProtocol: TransactionProtocol = {
  begin(channel, options, injectError) {
    channel.begin(options, injectError ? [startInjecting] : []);
    channel.queue({ ...control(`SAVEPOINT ${savepoint}`), event: "savepoint", savepoint });
  },

  async commit(channel, injected) {
    const tag = await channel.finish(`RELEASE SAVEPOINT ${savepoint}`);
    if (tag === undefined) return { closed: injected ? reset(channel) : done };
    channel.log(`RELEASE SAVEPOINT ${savepoint}`);
    if (tag === "COMMIT") channel.announce("commit");
    if (tag === "COMMIT") return { closed: channel.closeCommitted(injected ? [stopInjecting] : []) };
    // A server for which RELEASE commits nothing, such as PostgreSQL.
    assertCommitted(await channel.finish("COMMIT"), channel);
    channel.announce("commit");
    return { closed: done };
  },

  restart(channel, options) {
    if (channel.begun) return channel.restart(savepoint);
    channel.dropQueue();
    restartProtocol.begin(channel, options, false);
  },
};

/** The protocol of every other database: a new transaction for each attempt. */
export const plainProtocol: TransactionProtocol = {
  begin(channel, options, injectError) {
    channel.begin(options, injectError ? [startInjecting] : []);
  },

  async commit(channel, injected) {
    const cause = channel.failure;
    const tag = await channel.finish("COMMIT");
    if (tag !== undefined) {
      channel.log("COMMIT");
      assertCommitted(tag, channel, cause);
      channel.announce("commit");
    }
    return { closed: injected ? reset(channel) : done };
  },

  restart(channel, options) {
    // After a failed COMMIT the server has no transaction any more.
    const open = channel.begun && (channel.driver.isBusy || channel.driver.transactionStatus !== "I");
    channel.dropQueue();
    channel.begin(options, open ? [{ ...control("ROLLBACK"), event: "rollback" }] : []);
  },
};

/** Whether the server can make up conflicts for tests. */
export function canInjectErrors(channel: Channel): boolean {
  return isAtLeast(channel.memory.compile.version, 22, 1);
}

async function reset(channel: Channel): Promise<void> {
  await channel.driver.run([stopInjecting]);
}

/** COMMIT of an aborted transaction rolls it back, and says so only in its tag. */
function assertCommitted(tag: string | undefined, channel: Channel, cause = channel.failure): void {
  if (tag !== "ROLLBACK") return;
  throw (
    cause ?? new TransactionStateError("The transaction was not committed but rolled back: a statement in it failed")
  );
}
