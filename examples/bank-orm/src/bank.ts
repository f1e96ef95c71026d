import { randomInt } from "node:crypto";
import { select } from "tegmen";
import type { Session } from "tegmen/orm";
import { Account } from "./models.ts";

/** The ids of all accounts. */
export async function readIds(session: Session): Promise<Set<number>> {
  return new Set((await session.scalars(select(Account.id))).all());
}

/** Adds accounts under random ids that are not in use, with random balances; returns their ids. */
export function createAccounts(session: Session, count: number, used: ReadonlySet<number>): number[] {
  const ids = new Set<number>();
  while (ids.size < count) {
    const id = randomInt(1, 1_000_000_000);
    if (!used.has(id)) ids.add(id);
  }
  session.addAll([...ids].map((id) => new Account({ id, balance: randomInt(1, 1_000_000) })));
  return [...ids];
}

/**
 * Moves half of the balance of one account to another. Run it by `runTransaction`, which runs it again after a
 * conflict, with a new session.
 */
export async function transferHalf(session: Session, sourceId: number, sinkId: number): Promise<number> {
  const source = await session.query(Account).filterBy({ id: sourceId }).one();
  const amount = Math.floor(source.balance / 2);
  source.balance -= amount;
  // The other account need not be read: the server adds to what it has.
  await session
    .query(Account)
    .filterBy({ id: sinkId })
    .update({ balance: Account.balance.plus(amount) });
  return amount;
}
