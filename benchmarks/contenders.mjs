// The tools of the contention benchmark, and the process that each of them has.

import { setTimeout as sleep } from "node:timers/promises";

const select = "SELECT balance FROM peers_contended WHERE id = $1";
const add = "UPDATE peers_contended SET balance = balance + $1 WHERE id = $2";

/** The loop by hand: anew on 40001, after a wait as tegmen's, a random part of a time that doubles from 10 ms to 2 s. */
async function retry(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return attempt;
    } catch (error) {
      if (error.code !== "40001") throw error;
      await sleep(Math.random() * Math.min(2_000, 10 * 2 ** Math.min(attempt - 1, 30)));
    }
  }
}

async function openTegmen({ url, workers }, options = {}) {
  const { c, createEngine, runTransaction, select: read, table, update } = await import("tegmen");
  const engine = createEngine(url.replace(/^postgres(ql)?:/, "cockroachdb:"), {
    poolSize: workers,
    maxOverflow: 0,
    allowPostgres: true,
  });
  const accounts = table("peers_contended", { id: c.int().primaryKey(), balance: c.int().notNull() });
  const t = accounts.c;
  const change = (id, difference) =>
    update(accounts)
      .set({ balance: t.balance.plus(difference) })
      .where(t.id.eq(id));
  return async (from, to, amount) => {
    let attempts = 0;
    await runTransaction(
      engine,
      async (conn) => {
        attempts++;
        const balance = await conn.scalar(read(t.balance).where(t.id.eq(from)));
        if (balance < amount) throw new Error("not covered");
        conn.defer(change(from, -amount));
        conn.defer(change(to, amount));
      },
      { maxRetries: null, ...options },
    );
    return attempts;
  };
}

/** Each opens to a transfer, which returns how many attempts it took. */
export const contenders = {
  "raw pg": async ({ url, workers }) => {
    const { default: pg } = await import("pg");
    const idle = [];
    for (let index = 0; index < workers; index++) {
      const client = new pg.Client({ connectionString: url });
      client.on("error", () => {});
      await client.connect();
      // Prepared before anything conflicts: a statement whose first execution fails is prepared twice by pg.
      await client.query({ name: "balance", text: select, values: [1] });
      await client.query({ name: "add", text: add, values: [0, 1] });
      idle.push(client);
    }
    return async (from, to, amount) => {
      const client = idle.pop();
      try {
        return await retry(async () => {
          try {
            await client.query("BEGIN");
            const { rows } = await client.query({ name: "balance", text: select, values: [from] });
            if (Number(rows[0].balance) < amount) throw new Error("not covered");
            await client.query({ name: "add", text: add, values: [-amount, from] });
            await client.query({ name: "add", text: add, values: [amount, to] });
            await client.query("COMMIT");
          } catch (error) {
            // After a COMMIT that failed there is none.
            await client.query("ROLLBACK").catch(() => {});
            throw error;
          }
        });
      } finally {
        idle.push(client);
      }
    };
  },
  "postgres.js": async ({ url, workers }) => {
    const { default: postgres } = await import("postgres");
    const sql = postgres(url, { max: workers, onnotice: () => {} });
    return (from, to, amount) =>
      retry(() =>
        sql.begin(async (tx) => {
          const [row] = await tx`SELECT balance FROM peers_contended WHERE id = ${from}`;
          if (Number(row.balance) < amount) throw new Error("not covered");
          await tx`UPDATE peers_contended SET balance = balance - ${amount} WHERE id = ${from}`;
          await tx`UPDATE peers_contended SET balance = balance + ${amount} WHERE id = ${to}`;
        }),
      );
  },
  "tegmen Core": (options) => openTegmen(options),
  "tegmen Core, lockReads": (options) => openTegmen(options, { lockReads: true }),
  "tegmen Core, without the restart protocol": (options) => openTegmen(options, { useCockroachRestart: false }),
  "tegmen Core, waits from 40 ms": (options) => openTegmen(options, { baseBackoff: 40 }),
};

/** Transfers by all workers for some seconds. */
async function run(transfer, { workers, accounts }, seconds) {
  const latencies = [];
  let attempts = 0;
  const start = performance.now();
  const until = start + seconds * 1_000;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (performance.now() < until) {
        const from = 1 + Math.floor(Math.random() * accounts);
        const to = 1 + ((from + Math.floor(Math.random() * (accounts - 1))) % accounts);
        const before = performance.now();
        const needed = await transfer(from, to, 1);
        attempts += needed;
        latencies.push(performance.now() - before);
      }
    }),
  );
  const took = (performance.now() - start) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / took,
    attempts: attempts / latencies.length,
    p99: latencies[Math.floor(latencies.length * 0.99)],
  };
}

if (process.argv[1] === import.meta.filename) {
  const options = JSON.parse(process.argv[2]);
  const transfer = await contenders[options.name](options);
  process.on("message", ({ seconds }) => {
    run(transfer, options, seconds).then(
      (result) => process.send(result),
      (error) => process.send({ error: String(error?.stack ?? error) }),
    );
  });
  // The pools are not closed: nothing waits for them.
  process.on("disconnect", () => process.exit());
  process.send({});
}
