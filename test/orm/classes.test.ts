import {
  type AnyColumn,
  c,
  deleteFrom,
  type Engine,
  func,
  insert,
  MetaData,
  type Operand,
  select,
  update,
} from "tegmen";
import {
  aliased,
  belongsTo,
  BigIntBase,
  columnProperty,
  entity,
  hasMany,
  hybrid,
  inherit,
  inspectObject,
  joinedload,
  NanoIDBase,
  selectinload,
  sessionmaker,
  type SessionMaker,
  undefer,
  UUIDAuditBase,
  UUIDv7Base,
} from "tegmen/orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const metadata = new MetaData();

class Firm extends entity(
  "firms",
  {
    id: c.int().primaryKey(),
    name: c.string().notNull(),
    staff: columnProperty(c.int().notNull(), (firm): Operand =>
      select(func.count()).from(Employee).where(Employee.firmId.eq(firm.id)).scalarSubquery(),
    ),
    shout: columnProperty(c.string().notNull(), (firm): Operand => firm.name.concat("!"), { deferred: true }),
    short: hybrid(
      c.bool().notNull(),
      (firm) => firm.name.length < 4,
      (firm): Operand => func.length(firm.name).lt(4),
    ),
  },
  { employees: () => hasMany(Employee), managers: () => hasMany(Manager, { viewOnly: true }) },
  { metadata, validators: { name: (value) => value.trim() } },
) {}

class Employee extends entity(
  "employees",
  {
    id: c.int().primaryKey(),
    kind: c.string().notNull().default("employee"),
    title: c.string().notNull(),
    loudTitle: columnProperty(c.string().notNull(), (employee): Operand => employee.title.concat("!"), {
      deferred: true,
    }),
    firmId: c.int().references((): AnyColumn => Firm.c.id),
  },
  { firm: () => belongsTo(Firm) },
  { metadata, polymorphic: { on: "kind", identity: "employee", subclasses: (are) => are(Engineer, Boss, Manager) } },
) {
  get loud(): string {
    return `${this.title}!`;
  }
}
class Manager extends inherit(
  Employee,
  { budget: c.int() },
  { reports: () => hasMany(Engineer, { foreignKey: "bossId" }) },
  { identity: "manager" },
) {}
class Boss extends inherit(Manager, { car: c.string() }, {}, { identity: "boss" }) {}
class Engineer extends inherit(
  Employee,
  { language: c.string(), bossId: c.int().references((): AnyColumn => Employee.c.id) },
  { boss: () => belongsTo(Manager, { foreignKey: "bossId" }) },
  { identity: "engineer" },
) {}

class Note extends UUIDAuditBase("notes", { text: c.string() }, {}, { metadata }) {}
class Row extends BigIntBase("rows", { text: c.string() }, {}, { metadata }) {}
class Timed extends UUIDv7Base("timed", { text: c.string() }, {}, { metadata }) {}
class Short extends NanoIDBase("shorts", { text: c.string() }, {}, { metadata }) {}

let database: TestDatabase;
let engine: Engine;
let makeSession: SessionMaker;
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
  await metadata.createAll(engine);
  makeSession = sessionmaker(engine);
});
afterAll(async () => {
  await engine.dispose();
  await database.drop();
});

beforeEach(async () => {
  await engine.execute(deleteFrom(Employee));
  await engine.execute(deleteFrom(Firm));
  await using session = makeSession();
  const boss = new Boss({ id: 1, title: "Ann", budget: 10, car: "A" });
  session.add(
    new Firm({
      id: 1,
      name: " Acme ",
      employees: [
        boss,
        new Manager({ id: 2, title: "Bob", budget: 5 }),
        new Engineer({ id: 3, title: "Cid", language: "TS", boss }),
        new Employee({ id: 4, title: "Dan" }),
      ],
    }),
  );
  await session.commit();
});

describe("computed attributes", () => {
  test("are loaded with the object, and take part in queries", async () => {
    await using session = makeSession();
    const firm = (await session.scalars(select(Firm).where(Firm.staff.gt(3)))).one();
    expect([firm.name, firm.staff, firm.short]).toEqual(["Acme", 4, false]);
    expect(() => firm.shout).toThrow("Firm.shout was not loaded");
    expect((await session.scalars(select(Firm).where(Firm.short))).all()).toEqual([]);
    const again = (await session.scalars(select(Firm).options(undefer(Firm.shout)))).one();
    expect(again).toBe(firm);
    expect(firm.shout).toBe("Acme!");
    firm.name = "Ab";
    await session.flush();
    await session.refresh(firm, ["shout", "staff"]);
    expect([firm.shout, firm.staff, firm.short]).toEqual(["Ab!", 4, true]);
  });

  test("are left out by merge() and by writing", async () => {
    await using first = makeSession();
    const firm = (await first.get(Firm, 1))!;
    first.expunge(firm);
    firm.name = "Merged";
    await using session = makeSession();
    const merged = await session.merge(firm);
    const made = new Firm({ id: 2, name: "Two" });
    session.add(made);
    await session.commit();
    expect([merged.name, merged.staff]).toEqual(["Merged", 4]);
    expect(() => made.staff).toThrow('call await session.refresh(object, ["staff"])');
    await session.refresh(made);
    expect(made.staff).toBe(0);
  });

  test("are those of an alias in a statement with both", async () => {
    await using session = makeSession();
    const other = aliased(Firm, "other");
    const rows = await session.execute(select(Firm, other).innerJoin(other, other.staff.eq(Firm.staff)).from(Firm));
    expect(rows.all()).toHaveLength(1);
    const employee = (await session.scalars(select(Engineer).options(joinedload(Engineer.firm)))).one();
    expect(employee.firm!.staff).toBe(4);
  });
});

describe("single-table inheritance", () => {
  test("loads objects of the subclasses", async () => {
    await using session = makeSession();
    const all = (await session.scalars(select(Employee).orderBy(Employee.id))).all();
    expect(all.map((one) => one.constructor)).toEqual([Boss, Manager, Engineer, Employee]);
    expect(all.map((one) => JSON.stringify(one))).toEqual([
      '{"id":1,"kind":"boss","title":"Ann","firmId":1,"budget":10,"car":"A"}',
      '{"id":2,"kind":"manager","title":"Bob","firmId":1,"budget":5}',
      '{"id":3,"kind":"engineer","title":"Cid","firmId":1,"language":"TS","bossId":1}',
      '{"id":4,"kind":"employee","title":"Dan","firmId":1}',
    ]);
    expect(all[0]).toBeInstanceOf(Manager);
    expect(all[0]!.loud).toBe("Ann!");
    expect(await session.get(Manager, 1)).toBe(all[0]);
    expect(await session.get(Employee, 1)).toBe(all[0]);
    expect(await session.get(Engineer, 1)).toBeNull();
    expect(await session.get(Manager, 4)).toBeNull();
  });

  test("reads the rows of a subclass, whatever asks for them", async () => {
    await using session = makeSession();
    const managers = (await session.scalars(select(Manager).orderBy(Manager.id))).all();
    expect(managers.map(({ title, budget }) => [title, budget])).toEqual([
      ["Ann", 10],
      ["Bob", 5],
    ]);
    expect((managers[0] as Boss).car).toBe("A");
    const alias = aliased(Manager, "alias");
    const [boss] = (await session.scalars(select(alias).where(alias.budget.gt(5)))).all();
    expect((boss as Boss).car).toBe("A");
    expect(await session.scalar(select(func.count()).from(Manager))).toBe(2);
    expect(await session.query(Manager).count()).toBe(2);
    expect((await session.scalars(select(Manager.title).orderBy(Manager.id))).all()).toEqual(["Ann", "Bob"]);
    expect((await engine.execute(select(Boss))).all()).toHaveLength(1);
    const other = aliased(Manager, "other");
    expect((await session.scalars(select(other).where(other.budget.gt(1)))).all()).toHaveLength(2);
    const joined = select(Firm, Manager).leftJoin(Manager, Manager.firmId.eq(Firm.id)).from(Firm);
    expect((await session.execute(joined)).all()).toHaveLength(2);
  });

  test("changes and deletes the rows of a subclass only", async () => {
    await using session = makeSession();
    const all = (await session.scalars(select(Employee).orderBy(Employee.id))).all();
    await session.execute(update(Manager).set({ title: "M" }));
    expect(all.map(({ title }) => title)).toEqual(["M", "M", "Cid", "Dan"]);
    expect(await session.query(Engineer).delete()).toBe(1);
    expect(inspectObject(all[2]!).deleted).toBe(true);
    await session.execute(insert(Manager).values({ id: 9, title: "New" }));
    expect((await session.get(Employee, 9))!.constructor).toBe(Manager);
    await session.commit();
    expect((await engine.execute(select(Employee.id).orderBy(Employee.id))).all().map(({ id }) => id)).toEqual([
      1, 2, 4, 9,
    ]);
  });

  test("flushes changes of objects of all classes", async () => {
    await using session = makeSession();
    const boss = (await session.get(Boss, 1))!;
    const engineer = (await session.get(Engineer, 3))!;
    boss.budget = 99;
    engineer.language = "SQL";
    await session.delete((await session.get(Manager, 2))!);
    session.add(new Engineer({ id: 5, title: "Eve" }));
    await session.commit();
    const rows = (await engine.execute(select(Employee).orderBy(Employee.id))).all() as readonly object[];
    expect(rows).toMatchObject([
      { id: 1, kind: "boss", title: "Ann", firmId: 1, budget: 99, car: "A", language: null, bossId: null },
      { id: 3, kind: "engineer", title: "Cid", firmId: 1, budget: null, car: null, language: "SQL", bossId: 1 },
      { id: 4, kind: "employee", title: "Dan", firmId: 1, budget: null, car: null, language: null, bossId: null },
      { id: 5, kind: "engineer", title: "Eve", firmId: null, budget: null, car: null, language: null, bossId: null },
    ]);
  });

  test("has relations to and from subclasses", async () => {
    await using session = makeSession();
    const firm = (
      await session.scalars(select(Firm).options(selectinload(Firm.employees), selectinload(Firm.managers)))
    ).one();
    expect(firm.employees.map((one) => one.constructor).sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      Boss,
      Employee,
      Engineer,
      Manager,
    ]);
    expect(new Set(firm.managers.map(({ id }) => id))).toEqual(new Set([1, 2]));
    const engineer = (await session.scalars(select(Engineer).options(joinedload(Engineer.boss)))).one();
    expect(engineer.boss).toBe(await session.get(Boss, 1));
    await session.load(engineer.boss!, "reports");
    expect(engineer.boss!.reports).toEqual([engineer]);
    const found = select(Manager).where(Manager.reports.any(Engineer.language.eq("TS")));
    expect((await session.scalars(found)).all().map(({ id }) => id)).toEqual([1]);
    expect((await session.scalars(select(Firm).innerJoin(Firm.managers))).all()).toEqual([firm, firm]);
  });
});

test("ready-made bases fill their columns", async () => {
  await using session = makeSession();
  const note = new Note({ text: "a" });
  const others = [new Row({ text: "b" }), new Timed({ text: "d" }), new Short({ text: "e" })];
  session.addAll([note, ...others]);
  await session.commit();
  expect(note.createdAt).toBeInstanceOf(Date);
  expect(note.updatedAt).toEqual(note.createdAt);
  expect(others.map(({ id }) => typeof id)).toEqual(["bigint", "string", "string"]);
  note.text = "z";
  await session.commit();
  expect(note.updatedAt.getTime()).toBeGreaterThan(note.createdAt.getTime());
});
