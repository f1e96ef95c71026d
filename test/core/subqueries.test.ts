import { deleteFrom, exists, func, insert, literal, not, select, update, values, withCte } from "tegmen";
import { accounts, metadata, payments, rows, users } from "./bank.ts";
import { createWorld, describeChanges, describeQueries } from "./harness.ts";

const world = createWorld(metadata, rows);
const t = accounts.c;
const u = users.c;
const p = payments.c;

const rich = select(t.id, t.balance).where(t.balance.gt(50)).cte("rich");
const chain = select(u.id, u.name, u.bossId, literal(1).as("level"))
  .where(u.bossId.isNull())
  .cte("chain", { recursive: true })
  .unionAll((self) =>
    select(u.id, u.name, u.bossId, self.c.level.plus(1).as("level")).innerJoin(self, u.bossId.eq(self.c.id)),
  );

describeQueries(world, "subqueries", [
  [
    "exists",
    select(u.id)
      .where(exists(select(t.id).where(t.ownerId.eq(u.id))))
      .orderBy(u.id),
    [[1], [2]],
  ],
  [
    "not(exists)",
    select(u.id)
      .where(not(exists(select(t.id).where(t.ownerId.eq(u.id)))))
      .orderBy(u.id),
    [[3], [4]],
  ],
  [
    "exists as a column",
    select(u.id, exists(select(t.id).where(t.ownerId.eq(u.id))).as("has"))
      .where(u.id.ge(2))
      .orderBy(u.id)
      .limit(2),
    [
      { id: 2, has: true },
      { id: 3, has: false },
    ],
  ],
  [
    "scalarSubquery(), correlated",
    select(u.id, select(func.count()).from(accounts).where(t.ownerId.eq(u.id)).scalarSubquery().as("n")).orderBy(u.id),
    [
      [1, 2],
      [2, 1],
      [3, 0],
      [4, 0],
    ],
  ],
  [
    "scalarSubquery() without a row is NULL",
    select(u.id, select(t.label).where(t.ownerId.eq(u.id)).orderBy(t.id).limit(1).scalarSubquery().as("first"))
      .where(u.id.ge(2))
      .orderBy(u.id)
      .limit(2),
    [
      [2, "under_score"],
      [3, null],
    ],
  ],
  [
    "scalarSubquery() in a comparison",
    select(t.id).where(t.balance.eq(select(func.max(t.balance)).scalarSubquery())),
    [[20]],
  ],
  [
    "subquery() in FROM",
    (() => {
      const s = select(t.ownerId, func.sum(t.balance).as("total")).groupBy(t.ownerId).subquery("s");
      return select(s.c.total).where(s.c.ownerId.eq(1));
    })(),
    [{ total: 2600 }],
  ],
  [
    "alias() of a query",
    (() => {
      const s = select(u.id.as("key")).alias("s");
      return select(s.c.key).orderBy(s.c.key.desc()).limit(1);
    })(),
    [{ key: 4 }],
  ],
  [
    "columns of a subquery decode as those of the table",
    (() => {
      const s = select(t.big, t.openedAt, t.settings, t.tags).where(t.id.eq(10)).subquery("s");
      return select(s);
    })(),
    [
      {
        big: 2n ** 60n,
        openedAt: new Date("2024-01-01T00:00:00Z"),
        settings: { theme: "dark", sizes: [1, 2], deep: { a: { b: 7 } } },
        tags: ["a", "b"],
      },
    ],
  ],
  [
    "a subquery in a subquery",
    (() => {
      const inner = select(t.id, t.balance).where(t.balance.gt(0)).subquery("inner");
      const outer = select(inner.c.id).where(inner.c.balance.gt(1000)).subquery("outer");
      return select(outer.c.id);
    })(),
    [[20]],
  ],
]);

describeQueries(world, "WITH", [
  ["cte()", select(rich.c.id).orderBy(rich.c.id), [[10], [20]]],
  [
    "joined with a table",
    select(rich.c.id, u.name)
      .innerJoin(accounts, t.id.eq(rich.c.id))
      .innerJoin(users, u.id.eq(t.ownerId))
      .orderBy(rich.c.id),
    [
      [10, "Ada"],
      [20, "Ada"],
    ],
  ],
  [
    "joined with itself",
    (() => {
      const other = rich.alias("other");
      return select(rich.c.id, other.c.id.as("other")).where(rich.c.id.lt(other.c.id));
    })(),
    [[10, 20]],
  ],
  [
    "of another one",
    (() => {
      const richest = select(func.max(rich.c.balance).as("most")).cte("richest");
      return select(richest.c.most);
    })(),
    [[2500]],
  ],
  [
    "materialized: true",
    (() => {
      const one = select(t.id).where(t.id.eq(10)).cte("one", { materialized: true });
      return select(one.c.id);
    })(),
    [[10]],
  ],
  [
    "materialized: false",
    (() => {
      const one = select(t.id).where(t.id.eq(10)).cte("one", { materialized: false });
      return select(one.c.id);
    })(),
    [[10]],
  ],
  [
    "recursive: a tree",
    select(chain.c.name, chain.c.level).orderBy(chain.c.level, chain.c.id),
    [
      ["Ada", 1],
      ["Bob", 2],
      ["Eve", 2],
      ["Max", 3],
    ],
  ],
  [
    "recursive: numbers",
    (() => {
      const n = select(literal(1).as("n"))
        .cte("n", { recursive: true })
        .unionAll((self) => select(self.c.n.plus(1).as("n")).where(self.c.n.lt(5)));
      return select(func.sum(n.c.n).as("v"));
    })(),
    [[15]],
  ],
  [
    "recursive by UNION ends in circles",
    (() => {
      const reach = select(p.toId.as("id"))
        .where(p.fromId.eq(10))
        .cte("reach", { recursive: true })
        .union((self) => select(p.toId.as("id")).innerJoin(self, p.fromId.eq(self.c.id)));
      return select(reach.c.id).orderBy(reach.c.id);
    })(),
    [[10], [20], [30]],
  ],
  ["withCte()", withCte(rich).select(func.count()).from(rich), [[2]]],
]);

describeChanges(world, "WITH that writes", [
  [
    "an INSERT whose rows are read",
    (() => {
      const added = insert(users).values({ id: 9, name: "New" }).returning(u.id, u.name).cte("added");
      return select(added.c.id, added.c.name);
    })(),
    [{ id: 9, name: "New" }],
    select(u.name).where(u.id.eq(9)),
    [["New"]],
  ],
  [
    "an UPDATE whose rows are joined",
    (() => {
      const changed = update(accounts)
        .set({ balance: t.balance.plus(1) })
        .where(t.id.le(20))
        .returning(t.id, t.balance, t.ownerId)
        .cte("changed");
      return select(u.name, changed.c.balance).innerJoin(users, u.id.eq(changed.c.ownerId)).orderBy(changed.c.id);
    })(),
    [
      ["Ada", 101],
      ["Ada", 2501],
    ],
  ],
  [
    "moving rows: DELETE, then INSERT",
    (() => {
      const gone = deleteFrom(payments)
        .where(p.fromId.eq(30))
        .returning(p.fromId, p.toId, p.number, p.amount)
        .cte("gone");
      return insert(payments).fromSelect(
        ["fromId", "toId", "number", "amount"],
        select(gone.c.toId, gone.c.fromId, gone.c.number.plus(100), gone.c.amount),
      );
    })(),
    1,
    select(p.toId, p.amount).where(p.number.eq(101)),
    [[30, 20]],
  ],
  [
    "a statement that nothing reads, by withCte()",
    withCte(update(users).set({ name: "Eva" }).where(u.id.eq(3)).returning(u.id).cte("renamed")).select(
      literal(1).as("one"),
    ),
    [{ one: 1 }],
    select(u.name).where(u.id.eq(3)),
    [["Eva"]],
  ],
]);

describeQueries(world, "set operations", [
  [
    "union",
    select(p.fromId.as("id"))
      .union(select(p.toId.as("id")))
      .orderBy(p.fromId.as("id")),
    [[10], [20], [30]],
  ],
  [
    "unionAll",
    select(u.id)
      .where(u.id.le(2))
      .unionAll(select(u.id).where(u.id.eq(1)))
      .orderBy(u.id),
    [[1], [1], [2]],
  ],
  [
    "intersect",
    select(u.id)
      .intersect(select(u.id).where(u.id.gt(2)))
      .orderBy(u.id),
    [[3], [4]],
  ],
  [
    "except",
    select(u.id)
      .except(select(u.id).where(u.id.gt(2)))
      .orderBy(u.id),
    [[1], [2]],
  ],
  [
    "intersectAll",
    select(p.fromId)
      .intersectAll(select(p.fromId).where(p.number.eq(1)))
      .orderBy(p.fromId),
    [[10], [20], [30]],
  ],
  [
    "exceptAll",
    select(p.fromId)
      .exceptAll(select(p.fromId).where(p.number.eq(1)))
      .orderBy(p.fromId),
    [[10], [20]],
  ],
  [
    "chains from the left",
    select(u.id)
      .where(u.id.eq(1))
      .union(select(u.id).where(u.id.eq(2)))
      .except(select(u.id).where(u.id.eq(1))),
    [[2]],
  ],
  [
    "nested on the right",
    select(u.id)
      .where(u.id.le(2))
      .except(
        select(u.id)
          .where(u.id.eq(1))
          .union(select(u.id).where(u.id.eq(3))),
      ),
    [[2]],
  ],
  [
    "sides with ORDER BY and LIMIT of their own",
    select(u.id).orderBy(u.id).limit(1).unionAll(select(u.id).orderBy(u.id.desc()).limit(1)).orderBy(u.id),
    [[1], [4]],
  ],
  ["limit and offset of the whole", select(u.id).unionAll(select(u.id)).orderBy(u.id).limit(2).offset(1), [[1], [2]]],
  [
    "as a subquery",
    (() => {
      const ids = select(p.fromId.as("id"))
        .union(select(p.toId.as("id")))
        .subquery("ids");
      return select(func.count()).from(ids);
    })(),
    [[3]],
  ],
  [
    "as a CTE",
    (() => {
      const ids = select(u.id).union(select(t.id)).cte("ids");
      return select(func.max(ids.c.id).as("v"));
    })(),
    [[40]],
  ],
  [
    "in IN",
    select(u.id)
      .where(u.id.in(select(p.number).union(select(p.number))))
      .orderBy(u.id),
    [[1], [2]],
  ],
]);

const v = values(
  [
    [1, "one"],
    [2, "two"],
    [3, null],
  ],
  "v",
  ["n", "word"],
);
const numbers = func.generateSeries(1, 5).tableValued("n");

describeQueries(world, "VALUES and functions in FROM", [
  [
    "values()",
    select(v.c.n, v.c.word).orderBy(v.c.n),
    [
      { n: 1, word: "one" },
      { n: 2, word: "two" },
      { n: 3, word: null },
    ],
  ],
  [
    "values() joined with a table",
    select(u.name, v.c.word).innerJoin(v, v.c.n.eq(u.id)).where(v.c.word.isNotNull()).orderBy(u.id),
    [
      ["Ada", "one"],
      ["Bob", "two"],
    ],
  ],
  [
    "values() of expressions",
    (() => {
      const e = values([[literal(1).plus(1), true]], "e", ["two", "yes"]);
      return select(e);
    })(),
    [{ two: 2, yes: true }],
  ],
  ["generateSeries()", select(func.sum(numbers.c.n).as("v")), [[15]]],
  [
    "generateSeries() with a step",
    (() => {
      const s = func.generateSeries(10, 0, -5).tableValued("s");
      return select(s.c.s);
    })(),
    [[10], [5], [0]],
  ],
  [
    "unnest() of a column, lateral",
    (() => {
      const tag = func.unnest(t.tags).tableValued("tag");
      return select(t.id, tag.c.tag).crossJoin(tag, { lateral: true }).orderBy(t.id, tag.c.tag);
    })(),
    [
      [10, "a"],
      [10, "b"],
      [20, null],
      [20, "b"],
      [20, "c"],
    ],
  ],
  [
    "jsonbArrayElements()",
    (() => {
      const size = func.jsonbArrayElements(t.settings.get("sizes")).tableValued("size");
      return select(size.c.size).from(accounts).crossJoin(size, { lateral: true }).where(t.id.eq(10));
    })(),
    [[1], [2]],
  ],
  [
    "jsonbObjectKeys()",
    (() => {
      const key = func.jsonbObjectKeys(t.settings).tableValued("key");
      return select(key.c.key).from(accounts).crossJoin(key, { lateral: true }).where(t.id.eq(20));
    })(),
    [["theme"]],
  ],
]);
