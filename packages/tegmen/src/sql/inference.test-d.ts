import { expectTypeOf } from "vitest";
import { c, table, type AnyColumn } from "../schema/index.ts";
import {
  and,
  caseWhen,
  cast,
  deleteFrom,
  exists,
  func,
  insert,
  literal,
  not,
  select,
  tuple,
  typeCoerce,
  update,
  upsert,
  values,
  type Executable,
} from "./index.ts";

/** The rows of a statement. */
declare function rows<Row>(statement: Executable<Row>): Row[];

const users = table("users", {
  id: c.uuid().primaryKey(),
  name: c.string().notNull(),
  email: c.string(),
  bossId: c.uuid().references((): AnyColumn => users.c.id),
});

const accounts = table("accounts", {
  id: c.uuid().primaryKey().default(func.genRandomUuid()),
  ownerId: c
    .uuid()
    .notNull()
    .references(() => users.c.id),
  owner: c.string(80).notNull(),
  balance: c.int().notNull().default(0),
  big: c.bigint().notNull(),
  price: c.decimal(10, 2),
  rate: c.float8(),
  active: c.bool().notNull(),
  region: c.enum("region", ["us", "eu"]),
  settings: c.jsonb<{ theme: string; sizes: number[] }>(),
  tags: c.array(c.string()),
  scores: c.array(c.int().notNull()).notNull(),
  createdAt: c.timestamptz().notNull().default(func.now()),
  key: c.rowid(),
  token: c
    .string()
    .notNull()
    .default(() => "x"),
  doubled: c.int().computed((t) => t.balance.times(2), { stored: true }),
});

const other = table("other", { id: c.uuid().primaryKey(), name: c.string().notNull() });
const t = accounts.c;
const u = users.c;

// $row and $insert
expectTypeOf<typeof users.$row>().toEqualTypeOf<{
  id: string;
  name: string;
  email: string | null;
  bossId: string | null;
}>();
expectTypeOf<typeof users.$insert>().toEqualTypeOf<{
  id: string;
  name: string;
  email?: string | null;
  bossId?: string | null;
}>();
expectTypeOf<(typeof accounts.$row)["region"]>().toEqualTypeOf<"us" | "eu" | null>();
expectTypeOf<(typeof accounts.$row)["tags"]>().toEqualTypeOf<(string | null)[] | null>();
expectTypeOf<(typeof accounts.$row)["scores"]>().toEqualTypeOf<number[]>();
expectTypeOf<(typeof accounts.$row)["settings"]>().toEqualTypeOf<{ theme: string; sizes: number[] } | null>();
expectTypeOf<(typeof accounts.$row)["createdAt"]>().toEqualTypeOf<Date>();
expectTypeOf<(typeof accounts.$row)["key"]>().toEqualTypeOf<bigint>();
expectTypeOf<typeof accounts.$insert>().toEqualTypeOf<{
  id?: string;
  ownerId: string;
  owner: string;
  balance?: number;
  big: bigint | number;
  price?: string | number | bigint | null;
  rate?: number | null;
  active: boolean;
  region?: "us" | "eu" | null;
  settings?: { theme: string; sizes: number[] } | null;
  tags?: readonly (string | null)[] | null;
  scores: readonly number[];
  createdAt?: Date;
  key?: bigint | number;
  token?: string;
}>();

// Rows of SELECT
expectTypeOf(rows(select(t.id, t.owner, t.balance.plus(1).as("next")))).toEqualTypeOf<
  { id: string; owner: string; next: number }[]
>();
expectTypeOf(rows(select(users))).toEqualTypeOf<
  { id: string; name: string; email: string | null; bossId: string | null }[]
>();
expectTypeOf(rows(select(t.region))).toEqualTypeOf<{ region: "us" | "eu" | null }[]>();
expectTypeOf(rows(select(func.count()).from(accounts))).toEqualTypeOf<{ count: number }[]>();
expectTypeOf(rows(select(users, t.balance))[0]!.balance).toEqualTypeOf<number>();
expectTypeOf(rows(select(users, t.balance))[0]!.email).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(func("unknown_function")).from(users))[0]).toEqualTypeOf<
  { [x: string]: unknown } | undefined
>();
expectTypeOf(rows(select(func.sha512("a").as("hash")))).toEqualTypeOf<{ hash: unknown }[]>();

// Nullability through joins
const left = rows(select(t.id, u.name).leftJoin(users, u.id.eq(t.ownerId)))[0]!;
expectTypeOf(left).toEqualTypeOf<{ id: string; name: string | null }>();
const right = rows(select(t.id, u.name).rightJoin(users, u.id.eq(t.ownerId)))[0]!;
expectTypeOf(right).toEqualTypeOf<{ id: string | null; name: string }>();
const full = rows(select(t.id, u.name).fullJoin(users, u.id.eq(t.ownerId)))[0]!;
expectTypeOf(full).toEqualTypeOf<{ id: string | null; name: string | null }>();
const inner = rows(select(t.id, u.name, u.email).innerJoin(users, u.id.eq(t.ownerId)))[0]!;
expectTypeOf(inner).toEqualTypeOf<{ id: string; name: string; email: string | null }>();
const cross = rows(select(t.id, u.name).crossJoin(users))[0]!;
expectTypeOf(cross).toEqualTypeOf<{ id: string; name: string }>();
const derived = rows(
  select(
    u.name.concat("!").as("loud"),
    func.lower(u.name).as("lower"),
    func.coalesce(u.name, "nobody").as("named"),
    u.name.eq(t.owner).as("same"),
    u.id.isNull().as("missing"),
    func.count(u.id).as("n"),
  )
    .from(accounts)
    .leftJoin(users, u.id.eq(t.ownerId)),
)[0]!;
expectTypeOf(derived).toEqualTypeOf<{
  loud: string | null;
  lower: string | null;
  named: string;
  same: boolean | null;
  missing: boolean;
  n: number;
}>();
const boss = users.alias("boss");
const bosses = rows(select(u.name, boss.c.name.as("boss")).leftJoin(boss, boss.c.id.eq(u.bossId)))[0]!;
expectTypeOf(bosses).toEqualTypeOf<{ name: string; boss: string | null }>();
const twice = rows(
  select(t.id, u.name, boss.c.name.as("boss"))
    .leftJoin(users, u.id.eq(t.ownerId))
    .innerJoin(boss, boss.c.id.eq(u.bossId)),
)[0]!;
expectTypeOf(twice).toEqualTypeOf<{ id: string; name: string | null; boss: string }>();

// Expressions
expectTypeOf(rows(select(t.balance.plus(t.big).as("x")))[0]!.x).toEqualTypeOf<bigint>();
expectTypeOf(rows(select(t.balance.plus(t.price).as("x")))[0]!.x).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(t.balance.dividedBy(2).as("x")))[0]!.x).toEqualTypeOf<string>();
expectTypeOf(rows(select(t.rate.dividedBy(2).as("x")))[0]!.x).toEqualTypeOf<number | null>();
expectTypeOf(rows(select(t.settings.get("theme").as("x")))[0]!.x).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(t.settings.get("sizes").get(0).as("x")))[0]!.x).toEqualTypeOf<number | null>();
expectTypeOf(rows(select(t.settings.getText("theme").as("x")))[0]!.x).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(t.tags.at(1).as("x")))[0]!.x).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(t.createdAt.minus("1 day").as("x")))[0]!.x).toEqualTypeOf<Date>();
expectTypeOf(rows(select(t.createdAt.minus(t.createdAt).as("x")))[0]!.x).toEqualTypeOf<string>();
expectTypeOf(rows(select(cast(t.balance, c.string()).as("x")))[0]!.x).toEqualTypeOf<string>();
expectTypeOf(rows(select(t.price.cast(c.float8()).as("x")))[0]!.x).toEqualTypeOf<number | null>();
expectTypeOf(rows(select(typeCoerce(func("f"), c.int()).as("x")))[0]!.x).toEqualTypeOf<number | null>();
expectTypeOf(rows(select(literal(1).as("x")))[0]!.x).toEqualTypeOf<number>();
expectTypeOf(rows(select(literal(null, c.int()).as("x")))[0]!.x).toEqualTypeOf<number | null>();
expectTypeOf(rows(select(exists(select(u.id)).as("x")))[0]!.x).toEqualTypeOf<boolean>();
expectTypeOf(rows(select(caseWhen(t.active, "a").else("b").as("x")))[0]!.x).toEqualTypeOf<"a" | "b">();
expectTypeOf(rows(select(caseWhen(t.active, "a").as("x")))[0]!.x).toEqualTypeOf<"a" | null>();
expectTypeOf(rows(select(caseWhen(t.active, t.balance).else(0).as("x")))[0]!.x).toEqualTypeOf<number>();
expectTypeOf(rows(select(caseWhen(t.active, t.region).else("us").as("x")))[0]!.x).toEqualTypeOf<"us" | "eu" | null>();

// Functions
expectTypeOf(rows(select(func.sum(t.balance)))[0]!.sum).toEqualTypeOf<number | null>();
expectTypeOf(rows(select(func.sum(t.price)))[0]!.sum).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(func.avg(t.balance)))[0]!.avg).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(func.avg(t.rate)))[0]!.avg).toEqualTypeOf<number | null>();
expectTypeOf(rows(select(func.max(t.createdAt)))[0]!.max).toEqualTypeOf<Date | null>();
expectTypeOf(rows(select(func.arrayAgg(t.owner)))[0]!.arrayAgg).toEqualTypeOf<string[] | null>();
expectTypeOf(rows(select(func.arrayAgg(t.region)))[0]!.arrayAgg).toEqualTypeOf<("us" | "eu" | null)[] | null>();
expectTypeOf(rows(select(func.coalesce(t.region, "us").as("x")))[0]!.x).toEqualTypeOf<"us" | "eu">();
expectTypeOf(rows(select(func.coalesce(t.price, t.price).as("x")))[0]!.x).toEqualTypeOf<string | null>();
expectTypeOf(rows(select(func.nullif(t.balance, 0).as("x")))[0]!.x).toEqualTypeOf<number | null>();
expectTypeOf(
  rows(
    select(
      func
        .rowNumber()
        .over({ partitionBy: t.owner, orderBy: t.id, rows: [-1, 0] })
        .as("n"),
    ),
  )[0]!.n,
).toEqualTypeOf<number>();
expectTypeOf(rows(select(func.count().filter(t.active).as("n")))[0]!.n).toEqualTypeOf<number>();

// Subqueries, CTEs, VALUES
const totals = select(t.owner, func.sum(t.balance).as("total")).groupBy(t.owner).subquery("totals");
expectTypeOf(rows(select(totals))[0]!).toEqualTypeOf<{ owner: string; total: number | null }>();
expectTypeOf(rows(select(t.id, totals.c.owner).leftJoin(totals, totals.c.owner.eq(t.owner)))[0]!.owner).toEqualTypeOf<
  string | null
>();
const cte = select(t.id, t.region).cte("cte");
expectTypeOf(rows(select(cte.c.id, cte.c.region))[0]!).toEqualTypeOf<{ id: string; region: "us" | "eu" | null }>();
const nulled = select(t.id, u.name).leftJoin(users, u.id.eq(t.ownerId)).subquery("nulled");
expectTypeOf(rows(select(nulled.c.name))[0]!.name).toEqualTypeOf<string | null>();
const scalar = select(func.count()).from(users).scalarSubquery();
expectTypeOf(rows(select(t.id, scalar.as("n")))[0]!).toEqualTypeOf<{ id: string; n: number | null }>();
const tree = select(u.id, u.bossId)
  .cte("tree", { recursive: true })
  .unionAll((self) => select(u.id, u.bossId).innerJoin(self, self.c.id.eq(u.bossId)));
expectTypeOf(rows(select(tree.c.id))[0]!.id).toEqualTypeOf<string>();
const rates = values([["us", 1]], "rates", ["region", "rate"]);
expectTypeOf(rows(select(rates.c.rate, rates.c.region))[0]!.rate).toBeNumber();
const series = func.generateSeries(1, 10).tableValued("n");
expectTypeOf(rows(select(series.c.n))[0]!).toEqualTypeOf<{ n: number }>();
const numbered = func.unnest(t.tags).tableValued("tag", { tag: c.string() }, { ordinality: true });
expectTypeOf(rows(select(numbered.c.tag, numbered.c.ordinality))[0]!).toEqualTypeOf<{
  tag: string | null;
  ordinality: number;
}>();
expectTypeOf(rows(select(t.owner).union(select(u.name.as("owner"))))[0]!).toEqualTypeOf<{ owner: string }>();

// Statements that write
expectTypeOf(rows(insert(users).values({ id: "x", name: "a" }))).toEqualTypeOf<never[]>();
expectTypeOf(rows(insert(users).values({ id: "x", name: "a" }).returning(u.id))).toEqualTypeOf<{ id: string }[]>();
expectTypeOf(rows(update(users).set({ name: "a" }).returning())[0]!.email).toEqualTypeOf<string | null>();
expectTypeOf(rows(deleteFrom(users).returning(u.id, u.name.as("n")))[0]!).toEqualTypeOf<{ id: string; n: string }>();
insert(users).values({ id: "x", name: func.lower("A") });
insert(users).values([{ id: "x", name: "a", email: null }]);
upsert(users).values({ id: "x", name: "a" }).returning();
update(accounts).set({ balance: t.balance.minus(1), region: null });
insert(users).fromSelect(["id", "name"], select(t.ownerId, t.owner));

// Errors: wrong types of columns
// @ts-expect-error a string is no number
t.balance.gt("5");
// @ts-expect-error text is no number
t.balance.gt(t.owner);
// @ts-expect-error there is no arithmetic on text
t.owner.plus(1);
// @ts-expect-error LIKE is for text
t.balance.like("a");
// @ts-expect-error not a value of the enum
t.region.eq("asia");
// @ts-expect-error null is equal to nothing
t.owner.eq(null);
// @ts-expect-error undefined is no value
t.owner.eq(undefined);
// @ts-expect-error the values of a list have the column's type
t.balance.in(["a"]);
// @ts-expect-error the subquery's column has another type
t.balance.in(select(u.name));
// @ts-expect-error not a key of the document
t.settings.get("color");
// @ts-expect-error a number is no condition
select(t.id).where(t.balance);
// @ts-expect-error a condition is wanted
not(t.owner);
// @ts-expect-error a condition is wanted
and(t.active, t.balance);
// @ts-expect-error sum is for numbers
func.sum(t.owner);
// @ts-expect-error lower is for text
func.lower(t.balance);
// @ts-expect-error the second argument has the type of the first
func.coalesce(t.balance, "x");
// @ts-expect-error there is no such function
func.cuont();
// @ts-expect-error a tuple's values have the types of its columns
tuple(t.owner, t.balance).eq([1, "a"]);
// @ts-expect-error FLOAT and INT are not added without a cast
t.rate.plus(t.balance);

// Errors: missing and wrong values
// @ts-expect-error name is required
insert(users).values({ id: "x" });
// @ts-expect-error there is no such column
insert(users).values({ id: "x", name: "a", nmae: "b" });
// @ts-expect-error the value has the wrong type
insert(users).values({ id: "x", name: 1 });
// @ts-expect-error a NOT NULL column takes no null
insert(users).values({ id: "x", name: null });
// @ts-expect-error undefined is no value
insert(users).values({ id: "x", name: "a", email: undefined });
// @ts-expect-error the server computes the column
insert(accounts).values({ ownerId: "x", owner: "a", big: 1n, active: true, scores: [], doubled: 2 });
// @ts-expect-error the server computes the column
update(accounts).set({ doubled: 2 });
// @ts-expect-error there is no such column
update(users).set({ nmae: "b" });
// @ts-expect-error there is no such column
insert(users).fromSelect(["id", "nmae"], select(t.ownerId, t.owner));

// Errors: labels
// @ts-expect-error two columns of the row are "id"
select(t.id, u.id);
// @ts-expect-error two columns have no label
select(t.balance.plus(1), t.balance.plus(2));
// @ts-expect-error two columns of the row are "id"
insert(users).values({ id: "x", name: "a" }).returning(u.id, u.name.as("id"));
select(t.id, u.id.as("userId"));

// Errors: joins on tables that are not there
// @ts-expect-error "other" is not joined
select(t.id).leftJoin(users, u.id.eq(other.c.id));
// @ts-expect-error "other" is not joined
select(t.id).innerJoin(users, and(u.id.eq(t.ownerId), other.c.name.eq("a")));
select(t.id).innerJoin(other, other.c.id.eq(t.id)).innerJoin(users, u.id.eq(other.c.id));
exists(select(literal(1)).from(users).correlate(accounts).innerJoin(other, other.c.id.eq(t.id)));

// Errors: UNION of different rows
// @ts-expect-error the rows have other keys
select(t.owner).union(select(u.id));
// @ts-expect-error the column can be null
select(t.owner).union(select(u.email.as("owner")));
// @ts-expect-error the table has a column "id", too
select(users, t.id);

// Rows of the types that a table gives can be written
declare const newUsers: (typeof users.$insert)[];
declare const newAccount: typeof accounts.$insert;
insert(users).values(newUsers);
insert(accounts).values(newAccount);
update(users).set({ name: newUsers[0]!.name });

// A part of a statement is a statement: conditions are added as they come
function search(name: string | undefined): Executable<{ id: string }> {
  let found = select(u.id);
  if (name !== undefined) found = found.where(u.name.eq(name));
  return found;
}
expectTypeOf(rows(search("a"))).toEqualTypeOf<{ id: string }[]>();

// and so are joins, whose tables the columns of the row do not come from
function searchAccounts(owner: string | undefined): Executable<{ id: string }> {
  let found = select(u.id);
  if (owner !== undefined) found = found.leftJoin(accounts, t.owner.eq(u.name)).where(t.owner.eq(owner));
  return found;
}
expectTypeOf(rows(searchAccounts("a"))).toEqualTypeOf<{ id: string }[]>();
