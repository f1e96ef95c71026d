import { c, type Engine, func, runTransaction } from "tegmen";
import { entity, sessionmaker, type SessionMaker } from "tegmen/orm";
import type { Workload } from "../workload.ts";
import { bank, retrying } from "./bank.ts";

class Account extends entity("bank_orm_accounts", {
  id: c.int().primaryKey(),
  balance: c.int().notNull(),
}) {}

class Transfer extends entity("bank_orm_transfers", {
  key: c.uuid().primaryKey().default(func.genRandomUuid()),
  id: c.int().notNull(),
  source: c.int().notNull(),
  sink: c.int().notNull(),
  amount: c.int().notNull(),
}) {}

const makers = new WeakMap<Engine, SessionMaker>();

/** Entities: a fresh Session for every attempt, whose unit of work writes at the commit. */
export const bankOrm: Workload = bank({
  name: "bank_orm",
  transfer: async (engine, { id, source, sink, amount }, operation) => {
    const Session = makers.get(engine) ?? sessionmaker(engine);
    makers.set(engine, Session);
    await runTransaction(
      Session,
      async (session) => {
        const from = await session.get(Account, source);
        const to = await session.get(Account, sink);
        from!.balance -= amount;
        to!.balance += amount;
        session.add(new Transfer({ id, source, sink, amount }));
      },
      retrying(operation),
    );
  },
});
