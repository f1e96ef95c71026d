import {
  and,
  c,
  caseWhen,
  cast,
  check,
  commentOnColumn,
  commentOnTable,
  compile,
  createEnum,
  createIndex,
  createSchema,
  createSequence,
  createTable,
  createView,
  customType,
  deleteFrom,
  dropConstraint,
  dropEnum,
  dropIndex,
  dropSchema,
  dropSequence,
  dropTable,
  dropView,
  type Executable,
  foreignKey,
  func,
  index,
  insert,
  literal,
  or,
  primaryKey,
  select,
  sequence,
  sql,
  table,
  text,
  tuple,
  unique,
  update,
  upsert,
  view,
  withCte,
} from "tegmen";
import type { Rendered } from "./shape.ts";

/** A way of making SQL from inputs. */
export interface ShapeCase {
  readonly name: string;
  /** Names are not empty, and differ from each other. */
  readonly inputs: "names" | "texts";
  readonly count: number;
  readonly accepts?: (input: string) => boolean;
  readonly render: (inputs: readonly string[]) => Rendered;
}

type Inputs = [string, string, string, string, string, string, string, string];

function nameCase(name: string, count: number, build: (...inputs: Inputs) => Executable): ShapeCase {
  return { name, inputs: "names", count, render: (inputs) => compile(build(...(inputs as Inputs))) };
}

function textCase(name: string, count: number, build: (...inputs: Inputs) => Executable): ShapeCase {
  return { name, inputs: "texts", count, render: (inputs) => compile(build(...(inputs as Inputs))) };
}

function tableOf(name: string, first: string, second: string, schema?: string) {
  return table(
    name,
    { id: c.int().primaryKey().named(first), note: c.string().named(second) },
    schema === undefined ? {} : { schema },
  );
}

/** Names: of tables, columns, schemas, aliases, constraints, indexes, enums, functions, collations. */
export const nameCases: readonly ShapeCase[] = [
  nameCase(
    "sql.identifier",
    3,
    (a, b, d) => sql`SELECT ${sql.identifier(a)} FROM ${sql.identifier(b, d)} WHERE x = ${1}`,
  ),
  nameCase("SELECT", 4, (a, b, d, e) => {
    const t = tableOf(a, b, d, e);
    return select(t)
      .where(and(t.c.id.gt(1), t.c.note.isNotNull()))
      .orderBy(t.c.note.desc());
  }),
  nameCase("labels and aliases", 6, (a, b, d, e, f, g) => {
    const t = tableOf(a, b, d);
    const other = t.alias(e);
    return select(t.c.id.as(f as "f"), other.c.note.as(g as "g"))
      .from(t)
      .leftJoin(other, other.c.id.eq(t.c.id));
  }),
  nameCase("INSERT", 3, (a, b, d) =>
    insert(tableOf(a, b, d))
      .values({ id: 1, note: "x" })
      .returning(),
  ),
  nameCase("UPSERT", 3, (a, b, d) =>
    upsert(tableOf(a, b, d)).values([
      { id: 1, note: "x" },
      { id: 2, note: "y" },
    ]),
  ),
  nameCase("ON CONFLICT", 3, (a, b, d) => {
    const t = tableOf(a, b, d);
    return insert(t)
      .values({ id: 1, note: "x" })
      .onConflictDoUpdate({ target: [t.c.id], set: (excluded) => ({ note: excluded.note }) });
  }),
  nameCase("UPDATE", 3, (a, b, d) => {
    const t = tableOf(a, b, d);
    return update(t)
      .set({ note: t.c.note.concat("x") })
      .where(t.c.id.eq(1))
      .returning(t.c.note);
  }),
  nameCase("DELETE", 3, (a, b, d) => {
    const t = tableOf(a, b, d);
    return deleteFrom(t).where(t.c.id.eq(1)).orderBy(t.c.note).limit(1);
  }),
  nameCase("index hint", 3, (a, b, d) => {
    const t = tableOf(a, b, "note");
    return select(t.c.id).withHint(t, d);
  }),
  nameCase("subquery", 4, (a, b, d, e) => {
    const t = tableOf(a, b, d);
    const inner = select(t).where(t.c.id.gt(1)).subquery(e);
    return select(inner);
  }),
  nameCase("CTE", 4, (a, b, d, e) => {
    const t = tableOf(a, b, d);
    const cte = select(t).cte(e);
    return withCte(cte).select(cte);
  }),
  nameCase("collation", 1, (a) => select(cast("x", c.string()).collate(a).as("x"))),
  // Dots part a function's name from its schema.
  {
    ...nameCase("function", 2, (a, b) => select(cast(func(`${a}.${b}`, literal(1)), c.int()).as("x"))),
    accepts: (input) => !input.includes("."),
  },
  nameCase("CREATE TABLE", 8, (a, b, d, e, f, g, h, i) =>
    createTable(
      table(
        a,
        { id: c.int().named(b), note: c.string().named(d), kind: c.int() },
        (t) => [
          primaryKey(e).on(t.id),
          unique(f).on(t.note),
          index(g).on(t.note.desc()).storing(t.kind),
          check(h, t.kind.gt(0)),
        ],
        { schema: i },
      ),
    ),
  ),
  nameCase("FOREIGN KEY and FAMILY", 6, (a, b, d, e, f, g) => {
    const parent = table(a, { id: c.int().primaryKey().named(b) });
    const child = table(
      d,
      { id: c.int().primaryKey().named(e), parentId: c.int() },
      (t) => [
        foreignKey(f)
          .on(t.parentId)
          .references(() => parent.c.id),
      ],
      { families: { [g]: ["id"], rest: ["parentId"] } },
    );
    return createTable(child);
  }),
  nameCase("CREATE INDEX", 4, (a, b, d, e) => {
    const t = tableOf(a, b, d);
    return createIndex(t, index(e).on(t.c.note).where(t.c.id.gt(1)));
  }),
  nameCase("DROP INDEX", 3, (a, b, d) => dropIndex(tableOf(a, "id", "note", b), d, { cascade: true })),
  nameCase("DROP CONSTRAINT", 2, (a, b) => dropConstraint(tableOf(a, "id", "note"), b)),
  nameCase("DROP TABLE", 2, (a, b) => dropTable(tableOf(a, "id", "note", b), { ifExists: true })),
  nameCase("CREATE SCHEMA", 1, (a) => createSchema(a)),
  nameCase("DROP SCHEMA", 1, (a) => dropSchema(a)),
  nameCase("CREATE SEQUENCE", 2, (a, b) => createSequence(sequence(a, { schema: b }))),
  nameCase("DROP SEQUENCE", 1, (a) => dropSequence(sequence(a))),
  nameCase("CREATE VIEW", 3, (a, b, d) => createView(view(a, select(tableOf(b, d, "note").c.id)))),
  nameCase("DROP VIEW", 1, (a) => dropView(view(a, select(tableOf("t", "id", "note").c.id)))),
  nameCase("CREATE TYPE", 2, (a, b) => createEnum(c.enum(a, [b, "other"]))),
  nameCase("DROP TYPE", 1, (a) => dropEnum(c.enum(a, ["x"]))),
  nameCase("column of an enum", 2, (a, b) => createTable(table("t", { kind: c.enum(a, [b, "other"]).default(b) }))),
  nameCase("cast to an enum", 2, (a, b) => select(literal(b, c.enum(a, [b, "other"])).as("x"))),
  nameCase("COMMENT", 2, (a, b) => commentOnColumn(tableOf(a, "id", "note"), "id", b)),
];

const docs = table("docs", {
  id: c.int().primaryKey(),
  name: c.string(),
  data: c.jsonb<Record<string, unknown>>(),
  tags: c.array(c.string()),
  raw: c.bytes(),
});
const t = docs.c;
const upper = customType<string>({ sqlType: "STRING", encode: (value) => value, decode: (raw) => raw });

/** Values, and texts that stand in SQL because it takes no parameter there. */
export const textCases: readonly ShapeCase[] = [
  textCase("sql template", 2, (a, b) => sql`SELECT ${a}::STRING, ${sql`lower(${b})`} WHERE ${a} = ${b}`),
  {
    name: "text()",
    inputs: "texts",
    count: 2,
    render: ([a, b]) => compile(text("SELECT :a, ':c' FROM t WHERE x = :b -- :d"), { parameters: { a, b } }),
  },
  textCase("comparison", 2, (a, b) => select(t.id).where(and(t.name.eq(a), t.name.ne(b)))),
  textCase("IN", 3, (a, b, d) => select(t.id).where(and(t.name.in([a, b, d]), t.name.notIn([b])))),
  textCase("BETWEEN", 2, (a, b) => select(t.id).where(t.name.between(a, b))),
  textCase("LIKE", 2, (a, b) => select(t.id).where(and(t.name.like(a), t.name.ilike(b)))),
  textCase("regular expression", 1, (a) => select(t.id).where(t.name.regexpMatch(a))),
  textCase("JSON key", 2, (a, b) => select(t.data.get(a).as("x"), t.data.getText(b).as("y"))),
  textCase("JSON path", 3, (a, b, d) => select(t.data.path([a, b]).as("x")).where(t.data.pathText([d, 0]).isNotNull())),
  textCase("JSON keys", 3, (a, b, d) => select(t.id).where(and(t.data.hasKey(a), t.data.hasAnyKey([b, d])))),
  textCase("JSON document", 2, (a, b) => select(t.id).where(t.data.containsJson(Object.fromEntries([[a, b]])))),
  textCase("array", 3, (a, b, d) => select(t.id).where(and(t.tags.containsArray([a, b]), t.tags.overlaps([d])))),
  textCase("CASE", 2, (a, b) => select(caseWhen(t.id.gt(1), a).else(b).as("x"))),
  textCase("function", 2, (a, b) => select(func.concat(t.name, a, b).as("x"))),
  textCase("tuple", 2, (a, b) =>
    select(t.id).where(
      tuple(t.name, t.id).in([
        [a, 1],
        [b, 2],
      ]),
    ),
  ),
  textCase("literal", 1, (a) => select(literal(a).as("x"), cast(a, c.string(5)).as("y"))),
  textCase("custom type", 1, (a) => select(literal(a, c.custom(upper)).as("x"))),
  textCase("INSERT", 3, (a, b, d) =>
    insert(docs).values([
      { id: 1, name: a, tags: [b, d] },
      { id: 2, name: d, tags: [] },
    ]),
  ),
  textCase("INSERT of a document", 2, (a, b) =>
    insert(docs).values({ id: 1, data: { a: Object.fromEntries([[a, [b]]]) } }),
  ),
  textCase("UPDATE", 2, (a, b) =>
    update(docs)
      .set({ name: a, tags: [b] })
      .where(t.name.eq(b)),
  ),
  textCase("default", 1, (a) => createTable(table("t", { name: c.string().default(a) }))),
  textCase("check", 2, (a, b) =>
    createTable(table("t", { name: c.string() }, (x) => [check("k", or(x.name.eq(a), x.name.eq(b)))])),
  ),
  textCase("partial index", 1, (a) => createIndex(docs, index("i").on(t.id).where(t.name.ne(a)))),
  textCase("comment", 1, (a) => commentOnTable(docs, a)),
  textCase("TTL", 1, (a) => createTable(table("t", { id: c.int() }, () => [], { ttl: { expireAfter: a } }))),
  textCase("view", 1, (a) => createView(view("v", select(t.id).where(t.name.eq(a))))),
];
