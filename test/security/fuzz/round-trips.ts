import fc from "fast-check";
import { c, createEngine, type Engine, insert, select, sql, table, text } from "tegmen";
import { hostileName, hostileText } from "./hostile.ts";

/** How many rows one input of fast-check is. */
const rowsAtOnce = 40;

const json = fc
  .jsonValue({ maxDepth: 3 })
  // JSONB has no -0, and no numbers out of DECIMAL's reach; what JavaScript makes of text it makes of both.
  .map(
    (value) =>
      JSON.parse(
        JSON.stringify(value, (_, each: unknown) => (typeof each === "string" ? wellFormed(each) : each)),
      ) as unknown,
  );

function wellFormed(text: string): string {
  return Buffer.from(text.replaceAll("\0", ""), "utf8").toString("utf8");
}

const row = fc.record({
  name: hostileText,
  tags: fc.array(fc.option(hostileText), { maxLength: 4 }),
  data: fc.oneof(
    fc.dictionary(hostileName, fc.oneof(hostileText, fc.integer(), fc.boolean(), fc.constant(null)), { maxKeys: 4 }),
    json.map((value) => ({ value })),
  ),
  raw: fc.uint8Array({ maxLength: 20 }),
  big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  rate: fc.double({ noNaN: true }),
  at: fc.date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }),
});

const trips = table("trips", {
  id: c.int().primaryKey(),
  name: c.string(),
  tags: c.array(c.string()),
  data: c.jsonb<Record<string, unknown>>(),
  raw: c.bytes(),
  big: c.bigint(),
  rate: c.float8(),
  at: c.timestamptz(),
});

/**
 * Sends hostile values by every way there is, and expects the very same back. Each row counts as one input.
 *
 * @throws what came back otherwise
 */
export async function roundTrips(url: string, runs: number, seed: number): Promise<void> {
  const name = `fuzz_${Date.now().toString(36)}`;
  const admin = createEngine(url, { poolSize: 1, maxOverflow: 0 });
  await admin.execute(sql`CREATE DATABASE ${sql.identifier(name)}`);
  const engine = createEngine(url.replace(/(@[^/?]+)(\/[^?]*)?/, `$1/${name}`), { poolSize: 2, maxOverflow: 0 });
  try {
    await engine.execute(
      text(
        "CREATE TABLE trips (id INT8 PRIMARY KEY, name STRING, tags STRING[], data JSONB, raw BYTES, big INT8, " +
          "rate FLOAT8, at TIMESTAMPTZ)",
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: rowsAtOnce, maxLength: rowsAtOnce }),
        fc.constantFrom("rows", "arrays", "copy", "text"),
        async (given, way) => {
          await engine.execute(text("DELETE FROM trips"));
          await send(
            engine,
            way,
            given.map((each, id) => ({ id, ...each })),
          );
          const back = (await engine.execute(select(trips).orderBy(trips.c.id))).all();
          given.forEach((each, id) => expectSame(back[id], { id, ...each }, way));
          // As values of a condition, too: each finds itself, and only itself.
          const [first] = given;
          const condition = select(trips.c.id).where(trips.c.name.eq(first!.name));
          const found = (await engine.execute(condition)).scalars().all();
          const same = given.flatMap((each, id) => (each.name === first!.name ? [id] : []));
          expectSame(new Set(found).size === same.length && same.every((id) => found.includes(id)), true, "condition");
        },
      ),
      { numRuns: Math.ceil(runs / rowsAtOnce), seed },
    );
  } finally {
    await engine.dispose({ timeout: 0 });
    await admin.execute(sql`DROP DATABASE ${sql.identifier(name)} CASCADE`);
    await admin.dispose();
  }
}

type Row = typeof trips.$insert;

async function send(engine: Engine, way: string, rows: readonly Row[]): Promise<void> {
  switch (way) {
    case "rows":
      for (let from = 0; from < rows.length; from += 8) {
        await engine.execute(insert(trips).values(rows.slice(from, from + 8)));
      }
      return;
    case "arrays":
      await engine.execute(insert(trips).values(rows));
      return;
    case "copy":
      await engine.begin((conn) => conn.copyFrom(trips, rows));
      return;
    default:
      await engine.begin(async (conn) => {
        await conn.execute(
          text("INSERT INTO trips VALUES (:id, :name, :tags::STRING[], :data::JSONB, :raw::BYTES, :big, :rate, :at)"),
          rows.map((each) => ({ ...each })),
        );
      });
  }
}

function expectSame(given: unknown, expected: unknown, way: string): void {
  const [shown, wanted] = [show(given), show(expected)];
  if (shown !== wanted) throw new Error(`by ${way}: ${wanted} came back as ${shown}`);
}

/** Everything as text, keys in order: a document keeps no order. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (value instanceof Date) return `date ${value.toISOString()}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return `number ${value === 0 ? 0 : value}`;
  if (Array.isArray(value)) return `[${value.map(show).join()}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${show(each)}`).join()}}`;
  }
  return JSON.stringify(value) ?? "undefined";
}
