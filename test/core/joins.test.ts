import { func, literal, select } from "tegmen";
import { accounts, metadata, payments, rows, users } from "./bank.ts";
import { createWorld, describeQueries, describeRefusals } from "./harness.ts";

const world = createWorld(metadata, rows);
const t = accounts.c;
const u = users.c;
const p = payments.c;
const boss = users.alias("boss");

describeQueries(world, "joins", [
  [
    "innerJoin",
    select(u.name, t.id).innerJoin(accounts, t.ownerId.eq(u.id)).orderBy(t.id),
    [
      ["Ada", 10],
      ["Ada", 20],
      ["Bob", 30],
    ],
  ],
  [
    "leftJoin gives null where there is no partner",
    select(t.id, u.name).leftJoin(users, u.id.eq(t.ownerId)).orderBy(t.id),
    [
      { id: 10, name: "Ada" },
      { id: 20, name: "Ada" },
      { id: 30, name: "Bob" },
      { id: 40, name: null },
    ],
  ],
  [
    "rightJoin",
    select(u.name, t.id).rightJoin(accounts, t.ownerId.eq(u.id)).where(u.id.isNull()),
    [{ name: null, id: 40 }],
  ],
  [
    "fullJoin",
    select(u.name, t.id).from(users).fullJoin(accounts, t.ownerId.eq(u.id)).orderBy(t.id, u.id),
    [
      ["Eve", null],
      ["Max", null],
      ["Ada", 10],
      ["Ada", 20],
      ["Bob", 30],
      [null, 40],
    ],
  ],
  [
    "crossJoin",
    select(u.id, t.id.as("account")).crossJoin(accounts).where(u.id.eq(1), t.id.lt(30)).orderBy(t.id),
    [
      [1, 10],
      [1, 20],
    ],
  ],
  [
    "with itself, by an alias",
    select(u.name, boss.c.name.as("boss")).leftJoin(boss, boss.c.id.eq(u.bossId)).orderBy(u.id),
    [
      ["Ada", null],
      ["Bob", "Ada"],
      ["Eve", "Ada"],
      ["Max", "Eve"],
    ],
  ],
  [
    "three tables",
    select(u.name, p.amount)
      .from(users)
      .innerJoin(accounts, t.ownerId.eq(u.id))
      .innerJoin(payments, p.fromId.eq(t.id))
      .where(u.id.eq(2)),
    [["Bob", 20]],
  ],
  [
    "a null-extended row clears what is derived of it",
    select(
      t.id,
      func.coalesce(u.name, "nobody").as("owner"),
      func.upper(u.name).as("loud"),
      u.id.plus(1).as("next"),
      u.id.isNull().as("isNull"),
    )
      .leftJoin(users, u.id.eq(t.ownerId))
      .where(t.id.ge(30))
      .orderBy(t.id),
    [
      { id: 30, owner: "Bob", loud: "BOB", next: 3, isNull: false },
      { id: 40, owner: "nobody", loud: null, next: null, isNull: true },
    ],
  ],
  [
    "a subquery",
    (() => {
      const sums = select(p.fromId, func.sum(p.amount).as("total")).groupBy(p.fromId).subquery("sums");
      return select(t.id, sums.c.total).leftJoin(sums, sums.c.fromId.eq(t.id)).orderBy(t.id);
    })(),
    [
      [10, 20],
      [20, 20],
      [30, 20],
      [40, null],
    ],
  ],
  [
    "lateral: the last payment of each account",
    (() => {
      const last = select(p.amount, p.toId).where(p.fromId.eq(t.id)).orderBy(p.number.desc()).limit(1).subquery("last");
      return select(t.id, last.c.amount).leftJoin(last, literal(true), { lateral: true }).orderBy(t.id);
    })(),
    [
      [10, 15],
      [20, 10],
      [30, 20],
      [40, null],
    ],
  ],
  [
    "crossJoin lateral leaves out those without",
    (() => {
      const last = select(p.amount).where(p.fromId.eq(t.id)).orderBy(p.number.desc()).limit(1).subquery("last");
      return select(t.id, last.c.amount).crossJoin(last, { lateral: true }).orderBy(t.id);
    })(),
    [
      [10, 15],
      [20, 10],
      [30, 20],
    ],
  ],
  [
    "innerJoin lateral",
    (() => {
      const most = select(func.max(p.amount).as("most")).where(p.fromId.eq(t.id)).subquery("m");
      return select(t.id, most.c.most).innerJoin(most, most.c.most.gt(15), { lateral: true });
    })(),
    [[30, 20]],
  ],
  [
    "strategy hash",
    select(t.id).innerJoin(users, u.id.eq(t.ownerId), { strategy: "hash" }).orderBy(t.id),
    [[10], [20], [30]],
  ],
  [
    "strategy merge",
    select(t.id).innerJoin(users, u.id.eq(t.ownerId), { strategy: "merge" }).orderBy(t.id),
    [[10], [20], [30]],
  ],
  [
    "strategy lookup",
    select(t.id).innerJoin(users, u.id.eq(t.ownerId), { strategy: "lookup" }).orderBy(t.id),
    [[10], [20], [30]],
  ],
]);

describeQueries(world, "index hints", [
  ["an index by name", select(t.id).where(t.label.eq("Salary")).withHint(accounts, "accounts_label_idx"), [[10]]],
  [
    "forceIndex with a direction",
    select(t.label)
      .withHint(accounts, { forceIndex: "accounts_label_idx", direction: "DESC" })
      .orderBy(t.label.desc())
      .limit(1),
    [["under_score"]],
  ],
  ["NO_INDEX_JOIN", select(t.id).where(t.id.eq(10)).withHint(accounts, "NO_INDEX_JOIN"), [[10]]],
  ["of an alias", select(boss.c.id).where(boss.c.id.eq(1)).withHint(boss, "NO_INDEX_JOIN"), [[1]]],
]);

describeRefusals(world, "index hints are checked", [
  ["an index that is not there", select(t.id).withHint(accounts, "no_such_idx"), "XXUUU", "no_such_idx"],
  // CockroachDB has it since 21.2; the alpha version whose answers the demo cluster follows does not.
  [
    "NO_FULL_SCAN, by the demo cluster",
    select(t.id).where(t.id.eq(10)).withHint(accounts, "NO_FULL_SCAN"),
    "42601",
    "no_full_scan",
  ],
]);
