import { runTransaction, sql } from "tegmen";
import type { Finding, Workload } from "../workload.ts";
import { retrying } from "./bank.ts";

const registers = 6;

interface Write {
  readonly id: number;
  readonly register: number;
  readonly version: number;
  readonly previous: number;
}

/**
 * Registers that are read and overwritten: each write names the one that it has read. The writes of a register must
 * make one chain without gaps and branches, which a lost update, a dirty read and a doubled write each would break.
 */
export const register: Workload = {
  name: "register",
  workers: 4,

  async setUp(direct) {
    await direct.execute(sql`CREATE TABLE registers (id INT8 PRIMARY KEY, version INT8 NOT NULL, value INT8 NOT NULL)`);
    await direct.execute(
      sql`CREATE TABLE register_writes (key UUID PRIMARY KEY DEFAULT gen_random_uuid(), id INT8 NOT NULL,
        register INT8 NOT NULL, version INT8 NOT NULL, previous INT8 NOT NULL)`,
    );
    for (let id = 0; id < registers; id++) await direct.execute(sql`INSERT INTO registers VALUES (${id}, 0, -1)`);
  },

  operate: (engine, operation) => {
    const { id, random } = operation;
    const register = random.between(0, registers - 1);
    return runTransaction(
      engine,
      async (conn) => {
        const read = sql<{
          version: number;
          value: number;
        }>`SELECT version, value FROM registers WHERE id = ${register}`;
        const { version, value } = (await conn.execute(read)).one();
        conn.defer(sql`UPDATE registers SET version = ${version + 1}, value = ${id} WHERE id = ${register}`);
        conn.defer(
          sql`INSERT INTO register_writes (id, register, version, previous) VALUES (${id}, ${register}, ${version + 1}, ${value})`,
        );
      },
      retrying(operation),
    );
  },

  async check(direct, ledger) {
    const writes = (
      await direct.execute<Write>(
        sql`SELECT id, register, version, previous FROM register_writes ORDER BY register, version, id`,
      )
    ).all();
    const findings: Finding[] = ledger.compare(writes.map(({ id }) => id));
    const states = await direct.execute<{ id: number; version: number; value: number }>(
      sql`SELECT id, version, value FROM registers`,
    );
    for (const { id, version, value } of states) {
      const chain = writes.filter((write) => write.register === id);
      findings.push(...chainFindings(chain, { version, value }));
    }
    return findings;
  },
};

/**
 * What is wrong with the writes of one register.
 *
 * @param chain in the order of their versions
 * @param state what the register holds
 */
export function chainFindings(
  chain: readonly Write[],
  state: { readonly version: number; readonly value: number },
): Finding[] {
  const findings: Finding[] = [];
  let previous = -1;
  chain.forEach((write, index) => {
    if (write.version !== index + 1 || write.previous !== previous) {
      const what = `write ${write.id} says version ${write.version} after ${write.previous}; it stands ${index + 1}. after ${previous}`;
      findings.push({ kind: "order", what });
    }
    previous = write.id;
  });
  if (state.version !== chain.length || state.value !== previous) {
    const what = `a register has version ${state.version} of ${state.value}, and its writes end with ${chain.length} of ${previous}`;
    findings.push({ kind: "order", what });
  }
  return findings;
}
