import { type Engine, type EngineOptions, sql, text } from "tegmen";
import type { Finding, Operation, Workload } from "../workload.ts";

/** Money that is to go from one account to another. */
export interface Transfer {
  readonly id: number;
  readonly source: number;
  readonly sink: number;
  readonly amount: number;
}

/** A bank is given by its way of doing a transfer. */
export interface Bank {
  /** A word that its tables begin with. */
  readonly name: string;
  readonly workers?: number;
  readonly driver?: Workload["driver"];
  readonly engineOptions?: EngineOptions;
  /**
   * Takes the amount from `NAME_accounts (id, balance)` at the source, gives it to the sink, and writes `copies` rows
   * into `NAME_transfers (id, source, sink, amount)`, all or nothing.
   */
  readonly transfer: (engine: Engine, transfer: Transfer, operation: Operation) => Promise<void>;
  /** How many rows a transfer leaves. Default 1. */
  readonly copies?: number;
}

const accounts = 10;
const initial = 1_000;

/** Bank transfers: nothing may be lost, nothing doubled, and the books must balance. */
export function bank({ name, workers = 4, driver, engineOptions, transfer, copies = 1 }: Bank): Workload {
  const accountsTable = sql.identifier(`${name}_accounts`);
  const transfersTable = sql.identifier(`${name}_transfers`);
  return {
    name,
    workers,
    ...(driver !== undefined && { driver }),
    ...(engineOptions !== undefined && { engineOptions }),

    async setUp(direct) {
      await direct.execute(sql`CREATE TABLE ${accountsTable} (id INT8 PRIMARY KEY, balance INT8 NOT NULL)`);
      // No key on the id: a transfer that is done twice is to be seen, not to be refused.
      await direct.execute(
        sql`CREATE TABLE ${transfersTable} (key UUID PRIMARY KEY DEFAULT gen_random_uuid(), id INT8 NOT NULL,
          source INT8 NOT NULL, sink INT8 NOT NULL, amount INT8 NOT NULL)`,
      );
      for (let id = 0; id < accounts; id++) {
        await direct.execute(sql`INSERT INTO ${accountsTable} VALUES (${id}, ${initial})`);
      }
    },

    operate(engine, operation) {
      const { id, random } = operation;
      const source = random.between(0, accounts - 1);
      const sink = (source + random.between(1, accounts - 1)) % accounts;
      return transfer(engine, { id, source, sink, amount: random.between(1, 9) }, operation);
    },

    async check(direct, ledger) {
      const done = (await direct.execute<Transfer>(sql`SELECT id, source, sink, amount FROM ${transfersTable}`)).all();
      const findings: Finding[] = ledger.compare(
        done.map(({ id }) => id),
        copies,
      );
      const moved = Array.from({ length: accounts }, () => 0);
      for (const { source, sink, amount } of done) {
        moved[source]! -= amount;
        moved[sink]! += amount;
      }
      const rows = await direct.execute<{ balance: number }>(sql`SELECT balance FROM ${accountsTable} ORDER BY id`);
      rows.all().forEach(({ balance }, id) => {
        const expected = initial + moved[id]! / copies;
        if (balance === expected) return;
        findings.push({ kind: "books", what: `account ${id} has ${balance}, and its transfers make ${expected}` });
      });
      return findings;
    },
  };
}

/** The options of runTransaction for an operation. */
export function retrying({ retried, deadline, signal }: Operation) {
  return { maxRetries: null, baseBackoff: 1, maxBackoff: 100, onRetry: retried, deadline, signal };
}

/** Statements of a bank, as text. */
export function bankTexts(name: string) {
  return {
    balance: text<{ balance: number }>(`SELECT balance FROM ${name}_accounts WHERE id = :source`),
    set: text(`UPDATE ${name}_accounts SET balance = :balance WHERE id = :source`),
    take: text(`UPDATE ${name}_accounts SET balance = balance - :amount WHERE id = :source`),
    give: text(`UPDATE ${name}_accounts SET balance = balance + :amount WHERE id = :sink`),
    record: text(`INSERT INTO ${name}_transfers (id, source, sink, amount) VALUES (:id, :source, :sink, :amount)`),
  };
}
