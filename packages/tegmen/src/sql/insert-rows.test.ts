import { describe, expect, test } from "vitest";
import { c, table } from "../schema/index.ts";
import { compilePieces, compileStatement } from "./executable.ts";
import { compile, func, insert, literal, upsert } from "./index.ts";

const items = table("items", { id: c.int().primaryKey(), owner: c.string(40), amount: c.decimal(10, 2) });
const documents = table("documents", { id: c.int().primaryKey(), body: c.jsonb() });
const t = items.c;

const cockroach = { version: { major: 21, minor: 2, patch: 0, text: "v21.2.0", isCockroach: true } };
const postgres = { version: { ...cockroach.version, isCockroach: false } };

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, owner: id === 1 ? null : `o, "${id}"`, amount: "1.50" }));

const arrays = "INSERT INTO items (id, owner, amount) SELECT * FROM unnest($1::INT8[], $2::STRING[], $3::DECIMAL[])";

describe("rows as arrays", () => {
  test("from 20 rows on, one for each column, whatever the number of rows", () => {
    const { sql, params } = compile(insert(items).values(rowsOf(20)));
    expect(sql).toBe(arrays);
    expect(params).toHaveLength(3);
    const compiled = insert(items).values(rowsOf(20))[compileStatement](cockroach);
    expect(compiled.parameters[1]).toMatch(/^\{"o, \\"0\\"",NULL,"o, \\"2\\"",/);
    expect(insert(items).values(rowsOf(99))[compileStatement](cockroach).shape).toBe(compiled.shape);
    expect(compiled.shape.prepare).toBe(true);
  });

  test("with UPSERT and ON CONFLICT, too", () => {
    expect(compile(upsert(items).values(rowsOf(20))).sql).toBe(arrays.replace("INSERT", "UPSERT"));
    expect(compile(insert(items).values(rowsOf(20)).onConflictDoNothing()).sql).toBe(
      `${arrays} ON CONFLICT DO NOTHING`,
    );
  });

  test.each([
    ["few rows", insert(items).values(rowsOf(19))],
    ["RETURNING", insert(items).values(rowsOf(20)).returning(t.id)],
    ["a type without arrays", insert(documents).values(rowsOf(20).map(({ id }) => ({ id, body: { id } })))],
    ["an expression", insert(items).values([...rowsOf(19), { id: func.abs(literal(5)) }])],
    ["a DEFAULT", insert(items).values([...rowsOf(19), { id: 20 }])],
  ])("not with %s", (_, statement) => {
    expect(compile(statement).sql).toMatch(/^INSERT INTO \w+ \([\w, ]+\) VALUES \(/);
  });

  test("nor on a server that is not CockroachDB", () => {
    const { shape } = insert(items).values(rowsOf(20))[compileStatement](postgres);
    expect(shape.sql).toMatch(/VALUES \(\$1, \$2, \$3\), .*\$60\)$/);
  });

  test("a default of the program's may be an expression", () => {
    const made = table("made", { id: c.int().primaryKey(), n: c.int().default((() => func.abs(literal(1))) as never) });
    const { sql } = compile(insert(made).values(Array.from({ length: 20 }, (_, id) => ({ id }))));
    expect(sql).toMatch(/^INSERT INTO made \(id, n\) VALUES \(\$1, abs\(/);
  });
});

describe("pieces", () => {
  const sizes = (statement: ReturnType<typeof insert>, context = cockroach) => {
    const pieces = statement[compilePieces](context);
    return pieces && [...pieces.pieces].map(({ rows, parameters }) => [rows, parameters.length]);
  };

  test("what fits into a statement is not cut", () => {
    expect(sizes(insert(items).values(rowsOf(10_000)) as never)).toBeUndefined();
    expect(sizes(insert(items).values(rowsOf(21_000)) as never, postgres)).toBeUndefined();
  });

  test("by the number of rows, of parameters, and by size", () => {
    expect(sizes(insert(items).values(rowsOf(10_001)) as never)).toEqual([
      [10_000, 3],
      [1, 3],
    ]);
    expect(sizes(insert(items).values(rowsOf(25_000)) as never, postgres)).toEqual([
      [21_666, 64_998],
      [3_334, 10_002],
    ]);
    const large = Array.from({ length: 5 }, (_, id) => ({ id, owner: "x".repeat(2_000_000) }));
    expect(sizes(insert(items).values(large) as never)?.map(([rows]) => rows)).toEqual([2, 2, 1]);
    const mixed = [...rowsOf(70_000), { id: func.abs(literal(70_000)) }];
    expect(sizes(insert(items).values(mixed) as never)?.reduce((sum, [rows = 0]) => sum + rows, 0)).toBe(70_001);
  });
});
