import { sql } from "tegmen";
import type { Workload } from "../workload.ts";

/** Statements that commit by themselves: one whose connection is lost is ambiguous, and never sent again. */
export const autocommit: Workload = {
  name: "autocommit",
  workers: 3,

  async setUp(direct) {
    await direct.execute(
      sql`CREATE TABLE autocommit_writes (key UUID PRIMARY KEY DEFAULT gen_random_uuid(), id INT8 NOT NULL)`,
    );
  },

  async operate(engine, { id, signal }) {
    const statement = sql`INSERT INTO autocommit_writes (id) VALUES (${id})`;
    if (id % 2 === 0) {
      await engine.execute(statement);
      return;
    }
    await using conn = await engine.connect({ isolationLevel: "AUTOCOMMIT", signal });
    await conn.execute(statement);
  },

  async check(direct, ledger) {
    const rows = await direct.execute<{ id: number }>(sql`SELECT id FROM autocommit_writes`);
    return ledger.compare(rows.scalars());
  },
};
