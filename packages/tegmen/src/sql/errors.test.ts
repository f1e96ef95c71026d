import { describe, expect, test } from "vitest";
import { ArgumentError, CompileError, DataError, PrecisionError } from "../errors/index.ts";
import { c, table } from "../schema/index.ts";
import {
  and,
  caseWhen,
  compile,
  customExpression,
  deleteFrom,
  func,
  insert,
  literal,
  not,
  select,
  tuple,
  update,
  upsert,
  values,
  withCte,
} from "./index.ts";
import { accounts, t, u, users } from "./testing-support/tables.ts";

const id = "63616665-6630-3064-6465-616462656562";
/** For what the type checker would not let through. */
const wrong = (value: unknown): never => value as never;

type ErrorCase = readonly [
  why: string,
  act: () => unknown,
  errorClass: new (...args: never[]) => Error,
  message: string,
];

function describeErrors(title: string, cases: readonly ErrorCase[]): void {
  describe(title, () => {
    test.each(cases.map(([why, act, errorClass, message]) => ({ why, act, errorClass, message })))(
      "$why",
      ({ act, errorClass, message }) => {
        expect(act).toThrow(errorClass);
        expect(act).toThrow(message);
      },
    );
  });
}

describeErrors("values", [
  [
    "undefined is never NULL",
    () => t.balance.eq(wrong(undefined)),
    ArgumentError,
    "accounts.balance.eq() was given undefined: pass a value, null for SQL NULL, or leave it out",
  ],
  [
    "null is equal to nothing",
    () => t.owner.ne(wrong(null)),
    ArgumentError,
    "accounts.owner.ne() was given null, which is equal to nothing: use isNull() or isNotNull()",
  ],
  [
    "a wrong type names the column",
    () => t.balance.gt(wrong("a")),
    DataError,
    "accounts.balance.gt(): INT8 cannot hold 'a'",
  ],
  ["NaN is no integer", () => t.balance.gt(Number.NaN), DataError, "accounts.balance.gt(): INT8 cannot hold NaN"],
  [
    "a number that has lost digits",
    () => t.balance.eq(2 ** 60),
    PrecisionError,
    "accounts.balance.eq(): INT8 cannot hold 1152921504606847000 exactly",
  ],
  [
    "no value of the enum",
    () => t.region.eq(wrong("asia")),
    DataError,
    "accounts.region.eq(): \"region\" cannot hold 'asia'",
  ],
  ["no UUID", () => t.id.eq("x"), DataError, "accounts.id.eq(): UUID cannot hold 'x'"],
  ["NUL in text", () => t.owner.eq("a\0b"), DataError, "accounts.owner.eq()"],
  [
    "a list that is none",
    () => t.balance.in(wrong(5)),
    ArgumentError,
    "accounts.balance.in() expects an array or a query",
  ],
  [
    "null in a list",
    () => t.balance.in(wrong([1, null])),
    ArgumentError,
    "accounts.balance.in() was given null at index 1: NULL is never in a list",
  ],
  [
    "a wrong value in a list",
    () => t.balance.in(wrong([1, "a"])),
    DataError,
    "accounts.balance.in(): INT8 cannot hold 'a'",
  ],
  [
    "startsWith wants text",
    () => t.owner.startsWith(wrong(5)),
    ArgumentError,
    "accounts.owner.startsWith() expects a string, got 5",
  ],
  ["an operator is no SQL", () => t.balance.op("= 1 OR", 1), ArgumentError, "op() expects an operator, got '= 1 OR'"],
  [
    "an operator is no other condition",
    () => t.balance.op("AND TRUE OR", 1),
    ArgumentError,
    "op() expects an operator, got 'AND TRUE OR'",
  ],
  [
    "an operator is no other query",
    () => t.balance.op("UNION SELECT", 1),
    ArgumentError,
    "op() expects an operator, got 'UNION SELECT'",
  ],
  ["an operator is no comment", () => t.balance.op("--", 1), ArgumentError, "op() expects an operator, got '--'"],
  ["any() knows comparisons", () => t.tags.any("a", wrong("LIKE")), ArgumentError, "any() expects one of"],
  ["a label is text", () => t.balance.as(wrong("")), ArgumentError, "as() expects a name, got ''"],
  [
    "a cast wants a type",
    () => t.balance.cast(wrong("INT")),
    ArgumentError,
    "cast() expects a type such as c.int(), got 'INT'",
  ],
  ["literal(undefined)", () => literal(wrong(undefined)), ArgumentError, "literal() was given undefined"],
  ["literal(null) without a type", () => literal(wrong(null)), ArgumentError, "whose type nothing tells"],
  ["literal() of an expression", () => literal(wrong(t.id)), ArgumentError, "literal() expects a plain value"],
  [
    "a tuple of the wrong length",
    () => tuple(t.owner, t.balance).eq(wrong(["a"])),
    ArgumentError,
    "a tuple of 2 expects an array of 2 values",
  ],
  [
    "null in a tuple",
    () => tuple(t.owner, t.balance).in(wrong([["a", null]])),
    ArgumentError,
    "element 2 of a tuple was given null",
  ],
  ["a tuple of one", () => tuple(t.owner), ArgumentError, "tuple() expects at least two expressions"],
  ["CASE with undefined", () => caseWhen(t.active, wrong(undefined)), ArgumentError, "caseWhen() was given undefined"],
]);

describeErrors("conditions and clauses", [
  [
    "where() wants conditions",
    () => select(t.id).where(wrong(undefined)),
    ArgumentError,
    "where() expects a condition such as t.id.eq(1), got",
  ],
  [
    "where() wants no text",
    () => select(t.id).where(wrong("id = 1")),
    ArgumentError,
    "where() expects a condition such as t.id.eq(1), got 'id = 1'",
  ],
  [
    "and() wants conditions",
    () => and(wrong(null)),
    ArgumentError,
    "and() expects a condition such as t.id.eq(1), got NULL",
  ],
  ["not() wants a condition", () => not(wrong(5)), ArgumentError, "not() expects a condition"],
  [
    "groupBy() wants expressions",
    () => select(t.id).groupBy(wrong("id")),
    ArgumentError,
    "groupBy() expects columns or expressions, got 'id'",
  ],
  [
    "orderBy() wants expressions",
    () => select(t.id).orderBy(wrong("id")),
    ArgumentError,
    "orderBy() expects columns or expressions, got 'id'",
  ],
  [
    "limit() wants a count",
    () => select(t.id).limit(-1),
    ArgumentError,
    "limit() expects a number of rows, 0 or more, got -1",
  ],
  [
    "offset() wants a count",
    () => select(t.id).offset(1.5),
    ArgumentError,
    "offset() expects a number of rows, 0 or more, got 1.5",
  ],
  [
    "from() wants tables",
    () => select(t.id).from(wrong("accounts")),
    ArgumentError,
    "from() expects a table, an alias, a subquery or a CTE, got 'accounts'",
  ],
  [
    "a join wants a condition",
    () => select(t.id).leftJoin(users, wrong(undefined)),
    ArgumentError,
    "leftJoin() expects a condition",
  ],
  [
    "a strategy",
    () => select(t.id).crossJoin(users, { strategy: wrong("loop") }),
    ArgumentError,
    'expects the strategy "lookup", "merge" or "hash", got \'loop\'',
  ],
  ["nowait or skipLocked", () => select(t.id).forUpdate({ nowait: true, skipLocked: true }), ArgumentError, "not both"],
  [
    "a time of the past",
    () => select(t.id).asOfSystemTime("' OR 1=1"),
    ArgumentError,
    "asOfSystemTime() expects an interval such as",
  ],
  [
    "a hint's flag",
    () => select(t.id).withHint(accounts, { flags: [wrong("FAST")] }),
    ArgumentError,
    "withHint() knows the flags",
  ],
  [
    "a direction needs an index",
    () => select(t.id).withHint(accounts, { direction: "DESC" }),
    ArgumentError,
    "only together with forceIndex",
  ],
  [
    "distinctOn() of nothing",
    () => select(t.id).distinctOn(),
    ArgumentError,
    "distinctOn() expects at least one expression",
  ],
  ["a frame", () => func.count().over({ rows: wrong([1]) }), ArgumentError, "rows of over() expects two numbers"],
  [
    "two frames",
    () => func.count().over({ rows: [0, 0], range: [0, 0] }),
    ArgumentError,
    "over() takes one of rows, range and groups",
  ],
  [
    "the arguments of a function",
    () => wrong(func.splitPart("a", wrong(undefined), wrong(undefined))),
    ArgumentError,
    "func.splitPart() takes 3 arguments, got 1",
  ],
  [
    "a field of extract",
    () => func.extract("year FROM now()) --", t.createdAt),
    ArgumentError,
    'func.extract() expects a field such as "year"',
  ],
  [
    "months have no length",
    () => func.timestampdiff(wrong("month"), t.createdAt, func.now()),
    ArgumentError,
    "months and years differ in length",
  ],
  [
    "a custom construct",
    () => customExpression({ type: c.int(), write: wrong(1) }),
    ArgumentError,
    "customExpression() expects a function write",
  ],
]);

describeErrors("rows", [
  [
    "duplicate labels",
    () => select(wrong(t.id), wrong(u.id)),
    ArgumentError,
    'two columns of the row have the label "id": give one of them another with .as("...")',
  ],
  ["select() of nothing", () => select(), ArgumentError, "select() expects at least one column"],
  [
    "select() of text",
    () => select(wrong("id")),
    ArgumentError,
    "select() expects columns, expressions or tables, got 'id'",
  ],
  [
    "a subquery's columns have names",
    () => select(t.balance.plus(1)).subquery("s"),
    ArgumentError,
    'a column of "s" has no name',
  ],
  [
    "a scalar subquery has one column",
    () => select(t.id, t.owner).scalarSubquery(),
    ArgumentError,
    "a query used as a value needs exactly one column, this one has 2",
  ],
  [
    "UNION of different lengths",
    () => select(t.owner).union(wrong(select(t.owner, t.id))),
    ArgumentError,
    "UNION needs the same number of columns on both sides: there are 1 and 2",
  ],
  [
    "UNION of statements that write",
    () => select(t.owner).union(wrong(deleteFrom(accounts).returning(t.owner))),
    ArgumentError,
    "UNION combines queries that select",
  ],
  [
    "a CTE that is not recursive",
    () =>
      select(t.id)
        .cte("x")
        .unionAll(() => select(t.id)),
    ArgumentError,
    '"x" is not recursive',
  ],
  [
    "a CTE without columns",
    () => insert(users).values({ id, name: "a" }).cte("x"),
    ArgumentError,
    '"x" has no columns to be read: add .returning()',
  ],
  [
    "with() wants CTEs",
    () => compile(withCte(wrong(users)).select(literal(1))),
    ArgumentError,
    "expected a common table expression made by .cte()",
  ],
  ["values() of nothing", () => values([], "v", wrong([])), ArgumentError, "values() expects at least one row"],
  [
    "values() of different lengths",
    () => values(wrong([[1], [1, 2]]), "v", ["a"]),
    ArgumentError,
    "values() names 1 columns, but a row has 2 values",
  ],
  [
    "values() of null only",
    () => values([[null]], "v", ["a"]),
    ArgumentError,
    "is null in all rows, so its type is unknown",
  ],
]);

describeErrors("statements that write", [
  [
    "an unknown column",
    () => insert(users).values(wrong({ id, namee: "a" })),
    ArgumentError,
    'values(): there is no column "namee": did you mean "name"?',
  ],
  [
    "undefined in a row",
    () => insert(users).values({ id, name: "a", email: wrong(undefined) }),
    ArgumentError,
    "users.email was given undefined: pass a value, null for SQL NULL, or leave it out",
  ],
  [
    "a wrong value in a row",
    () => insert(users).values({ id, name: wrong(5) }),
    DataError,
    "users.name: STRING cannot hold 5",
  ],
  ["no rows", () => insert(users).values([]), ArgumentError, "values() expects at least one row"],
  [
    "rows are objects",
    () => insert(users).values(wrong(["a"])),
    ArgumentError,
    "values() expects rows: objects of values by the keys of columns",
  ],
  [
    "fromSelect() counts",
    () => insert(users).fromSelect(["id"], select(t.id, t.owner)),
    ArgumentError,
    "fromSelect() names 1 columns, but the query has 2",
  ],
  [
    "UPSERT has no ON CONFLICT",
    () => upsert(users).values({ id, name: "a" }).onConflictDoNothing(),
    ArgumentError,
    "UPSERT has no ON CONFLICT",
  ],
  [
    "a conflict has a target",
    () =>
      insert(users)
        .values({ id, name: "a" })
        .onConflictDoUpdate({ target: [], set: { name: "b" } }),
    ArgumentError,
    "onConflictDoUpdate() needs a target",
  ],
  ["set() of nothing", () => update(users).set({}), ArgumentError, "set() expects at least one value"],
  [
    "set() of an unknown column",
    () => update(users).set(wrong({ nam: "a" })),
    ArgumentError,
    'set(): there is no column "nam": did you mean "name"?',
  ],
  ["UPDATE without SET", () => compile(update(users)), CompileError, "the UPDATE of users sets nothing: add .set()"],
  ["insert() into an alias", () => insert(wrong(users.alias("x"))), ArgumentError, "insert() expects a table"],
  ["update() of text", () => update(wrong("users")), ArgumentError, "update() expects a table"],
]);

describeErrors("what a statement reads", [
  [
    "a table that is not in FROM",
    () => compile(select(t.id).where(u.name.eq("a"))),
    CompileError,
    'column users.name belongs to "users", which the statement does not read (in FROM there is accounts): add .from() or a join',
  ],
  [
    "a join that starts nowhere",
    () => compile(select(u.id).innerJoin(users, literal(true))),
    CompileError,
    "nothing says to what: add .from(table)",
  ],
  [
    "a join that starts from two tables",
    () =>
      compile(select(t.id, u.id.as("b"), users.alias("y").c.id.as("c")).innerJoin(accounts.alias("x"), literal(true))),
    CompileError,
    "selects from several other tables (accounts, users, y)",
  ],
  [
    "a table twice",
    () => compile(select(t.id).innerJoin(accounts, literal(true)).from(accounts)),
    CompileError,
    '"accounts" occurs twice in FROM',
  ],
  [
    "ORDER BY of a UNION",
    () => compile(select(t.owner).union(select(t.owner)).orderBy(t.balance)),
    CompileError,
    "takes columns and labels of the first query; its columns are owner",
  ],
  [
    "two CTEs of one name",
    () => compile(select(select(t.id).cte("x").c.id, select(u.name).cte("x").c.name)),
    CompileError,
    '"x"',
  ],
  [
    "RETURNING of another table",
    () => compile(deleteFrom(users).returning(t.id)),
    CompileError,
    "which the statement does not read",
  ],
]);

describeErrors("columns that the server computes", [
  [
    "take no value",
    () => {
      const totals = table("totals", { id: c.int().primaryKey(), doubled: c.int().computed((columns) => columns.id) });
      return insert(totals).values(wrong({ id: 1, doubled: 2 }));
    },
    ArgumentError,
    "values(): totals.doubled is computed by the server and takes no value",
  ],
]);

test("values are not hidden in the error of a wrong value, but its column is named", () => {
  try {
    insert(users).values({ id, name: wrong(5) });
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ table: "users", column: "name", dataType: "STRING" });
  }
});

test("a statement has no named parameters", () => {
  expect(() => compile(select(t.id), { parameters: { id } })).toThrow(
    'the statement has no parameter named "id": its values are part of it, only text() takes them by name',
  );
});
