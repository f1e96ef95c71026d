import {
  ArgumentError,
  c,
  compile,
  CompileError,
  createTable,
  DatabaseError,
  deleteFrom,
  dropTable,
  func,
  insert,
  literal,
  or,
  MetaData,
  select,
  table,
  update,
} from "tegmen";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWorld } from "./harness.ts";

const metadata = new MetaData();
const words = table(
  "words",
  { id: c.rowid().primaryKey(), word: c.string(), json: c.jsonb(), list: c.array(c.string()) },
  { metadata },
);
const w = words.c;
const world = createWorld(metadata);

/** Text that the protocol can carry: no NUL, no halves of surrogate pairs. */
const writable = fc
  .string({ unit: "binary", maxLength: 40 })
  .filter((text) => !text.includes("\0") && !/\p{Surrogate}/u.test(text));
const nastyParts = fc.constantFrom(
  "'",
  '"',
  "\\",
  "%",
  "_",
  "$1",
  ":x",
  "--",
  "/*",
  "*/",
  ";",
  "\n",
  "E'",
  "$$",
  "?",
  "@",
  "{",
  "}",
  ",",
  "NULL",
  "\u{1F600}",
  "é",
  " ",
);
const nasty = fc.array(fc.oneof(nastyParts, writable), { maxLength: 6 }).map((parts) => parts.join(""));

// CockroachDB takes longer names than 63 bytes; the PostgreSQL below the demo cluster cuts them, so that none is here.
describe("names", () => {
  const names = [
    'with "quotes"',
    "with 'apostrophes'",
    "with ; -- /* */",
    "with\nnewline",
    "select",
    "SELECT",
    "user",
    "MixedCase",
    "größe",
    "日本語",
    "\u{1FAB3} roach",
    "1st",
    "a.b",
    "$1",
    // with "alias of " in front, as long as a name may be on the demo cluster
    "x".repeat(54),
    "%",
    "\\",
    "a\tb",
    "_",
    "crdb_internal",
  ];
  test.each(names)("%j as table, column, alias, label, index and constraint", async (name) => {
    const odd = table(name, {
      id: c.int().primaryKey(),
      value: c.string().named(name).unique(`key of ${name}`.slice(0, 30)),
    });
    await world.engine.execute(createTable(odd));
    await world.engine.execute(insert(odd).values({ id: 1, value: "a" }).returning());
    await world.engine.execute(update(odd).set({ value: "b" }).where(odd.c.value.eq("a")));
    const alias = odd.alias(`alias of ${name}`);
    expect((await world.engine.execute(select(alias.c.value.as(name)).orderBy(alias.c.value.desc()))).all()).toEqual([
      { [name]: "b" },
    ]);
    const sub = select(odd.c.value).subquery(name);
    expect((await world.engine.execute(select(sub.c.value))).scalar()).toBe("b");
    await world.engine.execute(deleteFrom(odd).where(odd.c.value.eq("b")));
    await world.engine.execute(dropTable(odd));
  });

  test.each(["", "a\0b", "\uD800"])("%j is refused before anything is sent", (name) => {
    expect(() => createTable(table(name, { id: c.int() }))).toThrow(ArgumentError);
    expect(() => compile(select(w.id.as(name)))).toThrow(ArgumentError);
  });

  test("any name that a server takes comes back", async () => {
    await fc.assert(
      fc.asyncProperty(
        // longer ones the demo cluster refuses
        nasty.filter((name) => name !== "" && Buffer.byteLength(name) <= 63),
        async (name) => {
          const row = (await world.engine.execute(select(literal(1).as(name)))).one();
          expect(Object.entries(row)).toEqual([[name, 1]]);
          const sub = select(literal(2).as(name)).subquery(name);
          expect((await world.engine.execute(select(sub))).tuples().all()).toEqual([[2]]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("__proto__ and constructor are names like others", async () => {
    const row = (
      await world.engine.execute(
        select(literal(1).as("__proto__"), literal(2).as("constructor"), literal(3).as("toString")),
      )
    ).one();
    expect(Object.entries(row)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 3],
    ]);
  });
});

describe("whatever goes in comes back", () => {
  test("text, in values, conditions and lists", async () => {
    await fc.assert(
      fc.asyncProperty(nasty, async (text) => {
        await using conn = await world.engine.connect();
        const row = (
          await conn.execute(
            insert(words)
              .values({ word: text, list: [text, null, text] })
              .returning(),
          )
        ).one();
        expect(row).toMatchObject({ word: text, list: [text, null, text] });
        const found = select(w.word).where(
          w.word.eq(text),
          w.word.in([text, "x"]),
          w.list.any(text),
          w.list.containsArray([text]),
        );
        expect((await conn.execute(found)).scalars().all()).toEqual([text]);
      }),
      { numRuns: 100 },
    );
  });

  test("JSON", async () => {
    const key = nasty.filter((text) => text !== "__proto__");
    const document = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        nasty,
        fc.boolean(),
        fc.constant(null),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((n) => n + 0),
        fc.array(tie("json"), { maxLength: 3 }),
        fc.dictionary(key, tie("json"), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).json;
    await fc.assert(
      fc.asyncProperty(document, async (json) => {
        const expected: unknown = JSON.parse(JSON.stringify(json));
        expect((await world.engine.execute(select(literal({ json }, c.jsonb()).as("v")))).scalar()).toEqual({
          json: expected,
        });
      }),
      { numRuns: 100 },
    );
  });

  test("startsWith, endsWith and contains match the text itself, and nothing by pattern", async () => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (text, part) => {
        const word = literal(text);
        const row = (
          await world.engine.execute(
            select(
              word.startsWith(part).as("starts"),
              word.endsWith(part).as("ends"),
              word.contains(part).as("has"),
              literal(`${part}${text}`).startsWith(part).as("a"),
              literal(`${text}${part}`).endsWith(part).as("b"),
              literal(`${text}${part}${text}`).contains(part).as("c"),
            ),
          )
        ).one();
        expect(row).toEqual({
          starts: text.startsWith(part),
          ends: text.endsWith(part),
          has: text.includes(part),
          a: true,
          b: true,
          c: true,
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("values", () => {
  test.each<readonly [string, () => unknown]>([
    ["undefined in values()", () => insert(words).values({ word: undefined as never })],
    ["undefined in set()", () => update(words).set({ word: undefined as never })],
    ["undefined in a comparison", () => w.word.eq(undefined as never)],
    ["undefined in a list", () => w.word.in([undefined as never])],
    ["undefined in where()", () => select(w.id).where(undefined as never)],
    ["undefined as an argument", () => func.lower(undefined as never)],
    ["an unknown column", () => insert(words).values({ wrod: "x" } as never)],
    ["an object where text belongs", () => w.word.eq({} as never)],
    ["a negative limit", () => select(w.id).limit(-1)],
    ["NaN as a limit", () => select(w.id).limit(Number.NaN)],
  ])("%s is an error, never NULL", (_, act) => {
    expect(act).toThrow(/undefined|expects|no column|cannot hold|wrod|takes 1/);
  });
});

describe("size", () => {
  test("more than 65,535 parameters are refused before anything is sent", async () => {
    const query = select(w.id).where(or(...Array.from({ length: 65_536 }, (_, index) => w.word.eq(`${index}`))));
    const message = "the statement has 65536 parameters, and there can be 65535";
    await expect(world.engine.execute(query)).rejects.toThrow(CompileError);
    await expect(world.engine.execute(query)).rejects.toThrow(message);
  });

  test("65,535 parameters are not too many", async () => {
    await using conn = await world.engine.connect();
    const rows = Array.from({ length: 65_535 }, (_, index) => ({ word: `${index}` }));
    expect((await conn.execute(insert(words).values(rows))).rowCount).toBe(65_535);
  });

  test("a list of 200,000 values is one parameter", async () => {
    const list = Array.from({ length: 200_000 }, (_, index) => index);
    expect(await world.engine.scalar(select(literal(199_999).in(list).as("v")))).toBe(true);
  });

  test("a value of 16 MiB comes back, or is refused by the server, and the connection goes on", async () => {
    const big = "x".repeat(16 * 1024 * 1024);
    const answer: unknown = await world.engine
      .scalar(select(func.length(big).as("v")))
      .catch((error: unknown) => error);
    if (answer instanceof Error) expect(answer).toBeInstanceOf(DatabaseError);
    else expect(answer).toBe(big.length);
    expect(await world.engine.scalar(select(literal(1).as("one")))).toBe(1);
  });

  test("deep expressions compile and run", async () => {
    let sum = literal(0).plus(1);
    for (let i = 0; i < 500; i++) sum = sum.plus(1);
    expect(await world.engine.scalar(select(sum.as("v")))).toBe(501);
  });
});
