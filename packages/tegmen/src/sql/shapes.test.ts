import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latestVersion } from "../dialect/capabilities.ts";
import { c, table } from "../schema/index.ts";
import {
  compile,
  compileStatement,
  deleteFrom,
  func,
  insert,
  literal,
  select,
  tuple,
  update,
  type Executable,
} from "./index.ts";
import { accounts, t, u, users } from "./testing-support/tables.ts";

const context = { version: latestVersion };
const shapeOf = (statement: Executable) => statement[compileStatement](context).shape;
const id = "63616665-6630-3064-6465-616462656562";

describe("shapes", () => {
  test("statements that differ in values only share one", () => {
    const make = (balance: number, owner: string) =>
      select(t.id, t.owner).where(t.balance.gt(balance), t.owner.like(owner)).limit(balance);
    expect(shapeOf(make(1, "a"))).toBe(shapeOf(make(2, "b")));
    expect(shapeOf(make(1, "a")).sql).toBe(
      "SELECT accounts.id, accounts.owner FROM accounts WHERE accounts.balance > $1 AND accounts.owner LIKE $2 LIMIT $3",
    );
  });

  test("lists of all lengths share one", () => {
    const list = (values: readonly number[]) => shapeOf(select(t.id).where(t.balance.in(values)));
    expect(list([])).toBe(list([1, 2, 3]));
    const pairs = (rows: readonly (readonly [string, number])[]) =>
      shapeOf(select(t.id).where(tuple(t.owner, t.balance).in(rows)));
    expect(pairs([])).toBe(
      pairs([
        ["a", 1],
        ["b", 2],
      ]),
    );
  });

  test("writes that differ in values only share one", () => {
    const add = (name: string) => shapeOf(insert(users).values({ id, name }).returning(u.id));
    expect(add("a")).toBe(add("b"));
    const set = (balance: number) => shapeOf(update(accounts).set({ balance }).where(t.id.eq(id)));
    expect(set(1)).toBe(set(2));
    expect(shapeOf(deleteFrom(accounts).where(t.id.eq(id)))).toBe(shapeOf(deleteFrom(accounts).where(t.id.eq(id))));
  });

  test("the same SQL with other keys or types is another one", () => {
    const first = table("things", { madeAt: c.timestamptz() });
    const second = table("things", { created: c.timestamptz().named("made_at") });
    const third = table("things", { madeAt: c.timestamptz({ as: "string" }) });
    expect(shapeOf(select(first)).sql).toBe(shapeOf(select(second)).sql);
    expect(shapeOf(select(first))).not.toBe(shapeOf(select(second)));
    expect(shapeOf(select(first))).not.toBe(shapeOf(select(third)));
    expect(shapeOf(select(first))).toBe(shapeOf(select(first)));
    expect(shapeOf(select(second)).columns?.map((column) => column.name)).toEqual(["created"]);
  });

  test("a cast is part of the shape", () => {
    expect(shapeOf(select(literal(1).as("a"))).sql).toBe("SELECT $1::INT8 AS a");
    expect(shapeOf(select(literal("x").as("a"))).sql).toBe("SELECT $1::STRING AS a");
  });

  test("a statement that is compiled again for the same server gives the same object", () => {
    const statement = select(t.id).where(t.balance.gt(1));
    expect(statement[compileStatement](context)).toBe(statement[compileStatement](context));
  });

  test("an expression with a value that is selected and grouped by is one expression to the server", () => {
    const bucket = t.balance.mod(10);
    const statement = (n: number) => {
      const rest = t.balance.mod(n);
      return select(rest.as("rest"), func.count()).groupBy(rest).having(rest.gt(1)).orderBy(rest);
    };
    expect(compile(statement(10))).toEqual({
      sql:
        "SELECT accounts.balance % $1 AS rest, count(*) FROM accounts GROUP BY accounts.balance % $1 " +
        "HAVING accounts.balance % $1 > $2 ORDER BY accounts.balance % $1",
      params: [10, 1],
    });
    expect(shapeOf(statement(10))).toBe(shapeOf(statement(7)));
    expect(compile(select(bucket.as("a")).distinctOn(bucket).orderBy(bucket)).sql).toBe(
      "SELECT DISTINCT ON (accounts.balance % $1) accounts.balance % $1 AS a FROM accounts ORDER BY accounts.balance % $1",
    );
    expect(shapeOf(select(bucket).groupBy(bucket))).not.toBe(shapeOf(select(bucket).groupBy(t.balance.mod(10))));
  });

  test("very long statements are not kept", () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ id, name: `n${index}` }));
    const shape = shapeOf(insert(users).values(rows).returning(u.id));
    expect(shape.prepare).toBe(false);
    expect(shape.sql).toMatch(/\(\$1999, \$2000\) RETURNING users\.id$/);
  });

  test("reading statements are told from those that do something", () => {
    expect(shapeOf(select(t.id)).readsOnly).toBe(true);
    expect(shapeOf(select(func.count()).from(accounts)).readsOnly).toBe(true);
    expect(shapeOf(select(t.id).forUpdate()).readsOnly).toBe(false);
    expect(shapeOf(select(func.nextval("s"))).readsOnly).toBe(false);
    expect(shapeOf(select(func("my_function"))).readsOnly).toBe(false);
    expect(shapeOf(deleteFrom(users)).readsOnly).toBe(false);
    expect(shapeOf(select(deleteFrom(users).returning(u.id).cte("gone").c.id)).readsOnly).toBe(false);
  });

  test("too many parameters are refused before they are sent", () => {
    const rows = Array.from({ length: 33_000 }, () => ({ id, name: "a" }));
    expect(() => compile(insert(users).values(rows).returning(u.id))).toThrow(
      "the statement has 66000 parameters, and there can be 65535: split its rows",
    );
  });
});

describe("values of the program", () => {
  let next = 0;
  const notes = table("notes", {
    id: c
      .int()
      .primaryKey()
      .default(() => ++next),
    text: c.string().notNull(),
    changes: c
      .int()
      .notNull()
      .default(() => 0)
      .onUpdate(() => ++next),
  });

  test("defaults are made for each row and each execution, once", () => {
    next = 0;
    const statement = insert(notes).values([{ text: "a" }, { text: "b", id: 7 }, { text: "c" }]);
    expect(compile(statement)).toEqual({
      sql: "INSERT INTO notes (text, id, changes) VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9)",
      params: ["a", 1, 0, "b", 7, 0, "c", 2, 0],
    });
    expect(compile(statement).params).toEqual(["a", 3, 0, "b", 7, 0, "c", 4, 0]);
  });

  test("onUpdate is made for each execution, unless the column is set", () => {
    next = 10;
    const statement = update(notes).set({ text: "x" });
    expect(compile(statement)).toEqual({ sql: "UPDATE notes SET text = $1, changes = $2", params: ["x", 11] });
    expect(compile(statement).params).toEqual(["x", 12]);
    expect(compile(update(notes).set({ changes: 5 }).set({ text: "x" })).params).toEqual([5, "x"]);
  });

  test("a value that changes afterwards changes nothing", () => {
    const date = new Date(0);
    const statement = select(t.id).where(t.createdAt.eq(date));
    const before = statement[compileStatement](context).parameters;
    date.setFullYear(2020);
    expect(statement[compileStatement](context).parameters).toEqual(before);
    expect(before).toEqual(["1970-01-01T00:00:00.000+00:00"]);
  });
});

describe("no input changes the SQL", () => {
  const writable = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && !/\p{Surrogate}/u.test(text));

  test("whatever text is passed as a value", () => {
    fc.assert(
      fc.property(writable, (text) => {
        const { sql, params } = compile(
          select(t.id).where(t.owner.eq(text), t.owner.startsWith(text), t.settings.getText(text as never).eq(text)),
        );
        expect(sql).toBe(
          "SELECT accounts.id FROM accounts WHERE accounts.owner = $1 AND accounts.owner LIKE $2 " +
            "AND accounts.settings ->> $3::STRING = $4",
        );
        expect(params[0]).toBe(text);
        expect(params[3]).toBe(text);
      }),
    );
  });

  test("whatever JSON is passed", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (settings) => {
        const { sql } = compile(select(t.id).where(t.settings.containsJson(settings)));
        expect(sql).toBe("SELECT accounts.id FROM accounts WHERE accounts.settings @> $1::JSONB");
      }),
    );
  });

  test("whatever number is passed", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), (rate, balance) => {
        const { sql, params } = compile(select(t.id).where(t.rate.gt(rate), t.balance.lt(balance)));
        expect(sql).toBe("SELECT accounts.id FROM accounts WHERE accounts.rate > $1 AND accounts.balance < $2");
        expect(params).toEqual([rate, balance]);
      }),
    );
  });

  test("whatever is used as a name stays inside of its quotes", () => {
    const unquoted = /^[a-z_][a-z0-9_]*$/;
    const name = writable.filter((text) => text !== "" && !unquoted.test(text));
    fc.assert(
      fc.property(name, (text) => {
        const quoted = `"${text.replaceAll('"', '""')}"`;
        const odd = table(text, { a: c.int().named(text) });
        expect(compile(select(odd.c.a.as(text))).sql).toBe(`SELECT ${quoted}.${quoted} AS ${quoted} FROM ${quoted}`);
        const alias = accounts.alias(text);
        expect(compile(select(alias.c.id).withHint(alias, text === "NO_FULL_SCAN" ? "x y" : text)).sql).toContain(
          `AS ${quoted}`,
        );
        expect(compile(select(func(text.replaceAll(".", "_")).as("x"))).sql).toMatch(/^SELECT "/);
      }),
    );
  });
});
