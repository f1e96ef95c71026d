import fc from "fast-check";
import { and, c, type Condition, deleteFrom, type Engine, insert, MetaData, not, or, select, update } from "tegmen";
import { entity, inspectObject, Session } from "tegmen/orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const metadata = new MetaData();
class Thing extends entity(
  "things",
  {
    id: c.int().primaryKey(),
    count: c.int(),
    label: c.string(),
    flag: c.bool(),
    at: c.timestamptz(),
    key: c.uuid(),
    mark: c.int().notNull().default(0),
  },
  {},
  { metadata },
) {}

const moments = [0, 1, 2].map((day) => new Date(Date.UTC(2026, 0, 1 + day)));
const keys = ["a", "b"].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
const pick = <T>(values: readonly T[], index: number): T | null => values[index % (values.length + 1)] ?? null;

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
  await metadata.createAll(engine);
  await engine.execute(
    insert(Thing).values(
      Array.from({ length: 40 }, (_, id) => ({
        id,
        count: pick([1, 2, 3], id),
        label: pick(["a", "A", "b"], id >> 1),
        flag: pick([true, false], id >> 2),
        at: pick(moments, id >> 1),
        key: pick(keys, id >> 3),
      })),
    ),
  );
});
afterAll(() => database.drop());

const comparison = fc.oneof(
  fc
    .tuple(fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"), fc.integer({ min: 0, max: 4 }))
    .map(([operator, value]) => Thing.count[operator](value)),
  fc
    .tuple(fc.constantFrom("lt", "ge", "eq"), fc.constantFrom(...moments))
    .map(([operator, value]) => Thing.at[operator](value)),
  fc.constantFrom("a", "A", "z").map((value) => Thing.label.eq(value)),
  fc.constantFrom("a", "A", "z").map((value) => Thing.label.ne(value)),
  fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).map((values) => Thing.count.in(values)),
  fc.constantFrom(...keys, keys[0]!.toUpperCase()).map((value) => Thing.key.eq(value)),
  fc.boolean().map((value) => Thing.flag.eq(value)),
  fc.constantFrom(Thing.count.isNull(), Thing.label.isNotNull(), Thing.at.isNull()),
) as fc.Arbitrary<Condition>;

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    comparison,
    fc.array(tie("condition"), { maxLength: 3 }).map((all) => and(...all)),
    fc.array(tie("condition"), { maxLength: 3 }).map((all) => or(...all)),
    tie("condition").map((one) => not(one)),
  ),
}));

const evaluate = { synchronizeSession: "evaluate" } as const;

test("what is evaluated is what the database does", async () => {
  await fc.assert(
    fc.asyncProperty(condition, async (where) => {
      await using session = new Session(engine);
      const things = (await session.scalars(select(Thing).orderBy(Thing.id))).all();
      await session.execute(update(Thing).set({ mark: 1 }).where(where), undefined, evaluate);
      const marked = await session.scalars(select(Thing.id).where(Thing.mark.eq(1)).orderBy(Thing.id));
      expect(things.filter(({ mark }) => mark === 1).map(({ id }) => id)).toEqual(marked.all());
      await session.execute(deleteFrom(Thing).where(where), undefined, evaluate);
      expect(things.filter((thing) => inspectObject(thing).deleted).map(({ id }) => id)).toEqual(marked.all());
    }),
    { numRuns: 80 },
  );
});
