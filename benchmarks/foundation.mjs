// tegmen against raw `pg` with named statements, on the same server, in interleaved rounds.
//
//   npm run bench -- [--url URL] [--rounds N] [--profile WORKLOAD]
//
// Without --url it starts a demo cluster. What counts is the ratio: the medians of
// rounds that ran side by side, above 1 where tegmen is faster.

import { parseArgs } from "node:util";
import pg from "pg";
import { createEngine, text } from "tegmen";

const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    rounds: { type: "string", default: "15" },
    profile: { type: "string" },
  },
});
const rounds = Number(options.rounds);
const poolSize = 16;

const cluster = options.url === undefined ? await (await import("@tegmen/demo")).startDemoCluster() : undefined;
const url = options.url ?? cluster.url;

// pg hands out the connection that came back last, so tegmen does here, too: the workloads differ in nothing else.
const engine = createEngine(url, { poolSize, maxOverflow: 0, poolUseLifo: true, allowPostgres: true });
const pool = new pg.Pool({
  connectionString: url.replace(/^cockroachdb(\+\w+)?:/, "postgresql:"),
  max: poolSize,
});

const rowCount = 10_000;
await engine.execute(text("DROP TABLE IF EXISTS tegmen_bench"));
await engine.execute(
  text(
    "CREATE TABLE tegmen_bench (id INT8 PRIMARY KEY, name TEXT NOT NULL, balance INT8 NOT NULL, note TEXT, at TIMESTAMPTZ NOT NULL)",
  ),
);
await engine.execute(
  text(
    "INSERT INTO tegmen_bench SELECT i, concat('name ', i), i * 10, concat('note ', i), '2026-01-01 12:00:00+00'::TIMESTAMPTZ " +
      `FROM generate_series(1, ${rowCount}) AS g(i)`,
  ),
);

const byKey = "SELECT id, name, balance, note, at FROM tegmen_bench WHERE id = ";
const byKeyText = text(`${byKey}:id`);
const all = "SELECT id, name, balance, note, at FROM tegmen_bench ORDER BY id";
const allText = text(all);
const insert = "INSERT INTO tegmen_bench (id, name, balance, note, at) VALUES (";
const insertText = text(`${insert}:id, :name, :balance, :note, :at) RETURNING id`);
let next = rowCount;
const at = new Date("2026-01-01T12:00:00Z");
let key = 0;
const nextKey = () => (key = (key % rowCount) + 1);

/** Runs `work` `count` times, `width` at a time. */
async function times(count, width, work) {
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let i = 0; i < count / width; i++) await work();
    }),
  );
}

const tegmenOne = async () => (await engine.execute(byKeyText, { id: nextKey() })).one();
const pgOne = async () => (await pool.query({ name: "by_key", text: `${byKey}$1`, values: [nextKey()] })).rows[0];

const workloads = {
  "select by key, 1 at a time": {
    tegmen: () => times(1_500, 1, tegmenOne),
    pg: () => times(1_500, 1, pgOne),
    unit: 1_500,
  },
  "select by key, 16 at a time": {
    tegmen: () => times(4_800, 16, tegmenOne),
    pg: () => times(4_800, 16, pgOne),
    unit: 4_800,
  },
  "10,000 rows": {
    tegmen: () => times(8, 1, async () => (await engine.execute(allText)).all()),
    pg: () => times(8, 1, async () => (await pool.query({ name: "all", text: all })).rows),
    unit: 8,
  },
  "insert one": {
    tegmen: () =>
      times(800, 1, () => engine.execute(insertText, { id: ++next, name: "n", balance: 1, note: null, at })),
    pg: () =>
      times(800, 1, () =>
        pool.query({
          name: "insert",
          text: `${insert}$1, $2, $3, $4, $5) RETURNING id`,
          values: [++next, "n", 1, null, at],
        }),
      ),
    unit: 800,
  },
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const timed = async (work) => {
  const start = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpu: (user + system) / 1000 };
};

if (options.profile !== undefined) {
  for (let i = 0; i < rounds; i++) await workloads[options.profile].tegmen();
} else {
  console.log(`tegmen against raw pg, ${rounds} interleaved rounds, pool of ${poolSize}, Node ${process.version}\n`);
  console.log("workload                      tegmen      raw pg     ratio   cpu ratio");
  for (const [name, { tegmen, pg: raw, unit }] of Object.entries(workloads)) {
    await tegmen();
    await raw();
    const measured = { tegmen: [], pg: [], ratio: [], cpu: [] };
    for (let round = 0; round < rounds; round++) {
      const tegmenFirst = round % 2 === 0;
      const a = await timed(tegmenFirst ? tegmen : raw);
      const b = await timed(tegmenFirst ? raw : tegmen);
      const [ours, theirs] = tegmenFirst ? [a, b] : [b, a];
      measured.tegmen.push(ours.ms / unit);
      measured.pg.push(theirs.ms / unit);
      measured.ratio.push(theirs.ms / ours.ms);
      measured.cpu.push(theirs.cpu / ours.cpu);
    }
    const ms = (list) => `${median(list).toFixed(3)} ms`.padStart(11);
    console.log(
      `${name.padEnd(27)}${ms(measured.tegmen)} ${ms(measured.pg)} ${median(measured.ratio).toFixed(2).padStart(9)} ${median(measured.cpu).toFixed(2).padStart(11)}`,
    );
  }
}

await engine.execute(text("DROP TABLE tegmen_bench"));
await pool.end();
await engine.dispose();
await cluster?.stop();
