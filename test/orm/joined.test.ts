import { type AnyColumn, c, deleteFrom, type Engine, func, insert, MetaData, select, sql, update } from "tegmen";
import {
  aliased,
  belongsTo,
  entity,
  hasMany,
  inherit,
  joinedload,
  selectinload,
  sessionmaker,
  type SessionMaker,
} from "tegmen/orm";
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const metadata = new MetaData();

class Firm extends entity(
  "firms",
  { id: c.int().primaryKey(), name: c.string().notNull() },
  { employees: () => hasMany(Employee), managers: () => hasMany(Manager, { viewOnly: true }) },
  { metadata },
) {}
class Employee extends entity(
  "employees",
  {
    id: c.int().primaryKey(),
    kind: c.string().notNull().default("employee"),
    title: c.string().notNull(),
    firmId: c.int().references((): AnyColumn => Firm.c.id),
  },
  { firm: () => belongsTo(Firm) },
  { metadata, polymorphic: { on: "kind", identity: "employee", subclasses: (are) => are(Manager, Boss, Engineer) } },
) {
  get loud(): string {
    return `${this.title}!`;
  }
}
class Manager extends inherit(
  Employee,
  "managers",
  { budget: c.int().notNull() },
  { reports: () => hasMany(Engineer) },
  { identity: "manager" },
) {}
class Boss extends inherit(Manager, "bosses", { car: c.string() }, {}, { identity: "boss" }) {}
class Engineer extends inherit(
  Employee,
  "engineers",
  { language: c.string(), bossId: c.int().references((): AnyColumn => Manager.c.id) },
  { boss: () => belongsTo(Manager) },
  { identity: "engineer" },
) {}

let database: TestDatabase;
let engine: Engine;
let makeSession: SessionMaker;
const statements: string[] = [];
beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
  await metadata.createAll(engine);
  makeSession = sessionmaker(engine);
  engine.on("beforeExecute", ({ sql: text }) => {
    if (text !== undefined && !/^(?:BEGIN|COMMIT|ROLLBACK)/u.test(text)) statements.push(text);
  });
});
afterAll(async () => {
  await engine.dispose();
  await database.drop();
});

beforeEach(async () => {
  await engine.execute(sql`DELETE FROM engineers`);
  await engine.execute(deleteFrom(Employee));
  await engine.execute(deleteFrom(Firm));
  await using session = makeSession();
  const boss = new Boss({ id: 1, title: "Ann", budget: 10, car: "A" });
  const engineer = new Engineer({ id: 3, title: "Cid", language: "TS", boss });
  const employees = [
    boss,
    new Manager({ id: 2, title: "Bob", budget: 5 }),
    engineer,
    new Employee({ id: 4, title: "Dan" }),
  ];
  session.add(new Firm({ id: 1, name: "Acme", employees }));
  await session.commit();
  statements.length = 0;
});

async function rows(table: string): Promise<readonly unknown[]> {
  const text = {
    employees: sql`SELECT * FROM employees ORDER BY id`,
    managers: sql`SELECT * FROM managers ORDER BY id`,
    bosses: sql`SELECT * FROM bosses ORDER BY id`,
    engineers: sql`SELECT * FROM engineers ORDER BY id`,
  };
  return (await engine.execute(text[table as keyof typeof text])).tuples().all();
}

describe("joined-table inheritance", () => {
  test("writes a row to each table, with the same key", async () => {
    expect(await rows("employees")).toEqual([
      [1, "boss", "Ann", 1],
      [2, "manager", "Bob", 1],
      [3, "engineer", "Cid", 1],
      [4, "employee", "Dan", 1],
    ]);
    expect(await rows("managers")).toEqual([
      [1, 10],
      [2, 5],
    ]);
    expect(await rows("bosses")).toEqual([[1, "A"]]);
    expect(await rows("engineers")).toEqual([[3, "TS", 1]]);
  });

  test("reads a subclass of its tables by one statement", async () => {
    await using session = makeSession();
    const engineers = (await session.scalars(select(Engineer))).all();
    expect(engineers.map((one) => JSON.stringify(one))).toEqual([
      '{"id":3,"kind":"engineer","title":"Cid","firmId":1,"language":"TS","bossId":1}',
    ]);
    expect(engineers[0]!.loud).toBe("Cid!");
    expect(engineers[0]).toBeInstanceOf(Employee);
    expect(statements.length).toBe(1);
    expect(String(select(Manager.budget, Manager.title))).toBe(
      "SELECT managers.budget, managers.title FROM (SELECT employees.id, employees.kind, employees.title, " +
        "employees.firm_id, managers.budget FROM employees JOIN managers ON managers.id = employees.id) AS managers",
    );
  });

  test("reads objects of the subclasses, and one statement more for each that is there", async () => {
    await using session = makeSession();
    const all = (await session.scalars(select(Employee).orderBy(Employee.id))).all();
    expect(all.map((one) => one.constructor)).toEqual([Boss, Manager, Engineer, Employee]);
    expect(all.map((one) => JSON.stringify(one))).toEqual([
      '{"id":1,"kind":"boss","title":"Ann","firmId":1,"budget":10,"car":"A"}',
      '{"id":2,"kind":"manager","title":"Bob","firmId":1,"budget":5}',
      '{"id":3,"kind":"engineer","title":"Cid","firmId":1,"language":"TS","bossId":1}',
      '{"id":4,"kind":"employee","title":"Dan","firmId":1}',
    ]);
    expect(statements.length).toBe(4);
    statements.length = 0;
    await session.scalars(select(Employee));
    expect(statements.length).toBe(1);
  });

  test("reads objects of a class further down", async () => {
    await using session = makeSession();
    const [ann, bob] = (await session.scalars(select(Manager).orderBy(Manager.title))).all();
    expect([ann!.constructor, bob!.constructor]).toEqual([Boss, Manager]);
    expect([ann!.budget, (ann as Boss).car, bob!.budget]).toEqual([10, "A", 5]);
    expect(statements.length).toBe(2);
  });

  test("takes conditions on columns of all tables", async () => {
    await using session = makeSession();
    const where = select(Manager).where(Manager.budget.lt(7), Manager.c.title.eq("Bob"));
    expect((await session.scalars(where)).one().id).toBe(2);
    expect(await session.scalar(select(func.count()).from(Manager))).toBe(2);
    expect(await session.query(Manager).filterBy({ budget: 10 }).count()).toBe(1);
    expect((await session.scalars(select(Manager).where(Manager.title.eq("Cid")))).all()).toEqual([]);
  });

  test("gets objects by their keys", async () => {
    await using session = makeSession();
    const bob = (await session.get(Manager, 2))!;
    expect([bob.title, bob.budget]).toEqual(["Bob", 5]);
    expect(await session.get(Employee, 2)).toBe(bob);
    expect(statements.length).toBe(1);
    expect(await session.get(Manager, 4)).toBeNull();
    expect(await session.get(Engineer, 1)).toBeNull();
    const ann = (await session.get(Employee, 1)) as Boss;
    expect([ann.budget, ann.car]).toEqual([10, "A"]);
    expect(await session.get(Boss, 1)).toBe(ann);
    await using other = makeSession();
    const both = await Promise.all([other.get(Manager, 1), other.get(Manager, 2)]);
    expect(both.map((one) => one!.budget)).toEqual([10, 5]);
  });

  test("updates only the tables that are changed", async () => {
    await using session = makeSession();
    const ann = (await session.get(Boss, 1))!;
    statements.length = 0;
    ann.budget = 11;
    await session.flush();
    expect(statements.map((text) => text.slice(0, 15))).toEqual(["UPDATE managers"]);
    statements.length = 0;
    ann.title = "Anna";
    ann.car = "B";
    await session.commit();
    expect(statements.filter((text) => text.startsWith("UPDATE")).length).toBe(2);
    expect((await rows("employees"))[0]).toEqual([1, "boss", "Anna", 1]);
    expect((await rows("managers"))[0]).toEqual([1, 11]);
    expect(await rows("bosses")).toEqual([[1, "B"]]);
  });

  test("deletes the rows of all tables", async () => {
    await using session = makeSession();
    await session.delete((await session.get(Employee, 2))!);
    await session.commit();
    expect(await rows("managers")).toEqual([[1, 10]]);
    expect((await rows("employees")).length).toBe(3);
    await session.delete((await session.get(Engineer, 3))!);
    await session.delete((await session.get(Boss, 1))!);
    await session.commit();
    expect(await Promise.all(["managers", "bosses", "engineers"].map(rows))).toEqual([[], [], []]);
    expect(await rows("employees")).toEqual([[4, "employee", "Dan", 1]]);
  });

  test("lets the database delete the further rows of one that is deleted by a statement", async () => {
    await engine.execute(deleteFrom(Employee).where(Employee.id.eq(2)));
    expect(await rows("managers")).toEqual([[1, 10]]);
  });

  test("loads relations from and to subclasses", async () => {
    await using session = makeSession();
    const cid = (
      await session.scalars(select(Engineer).options(selectinload(Engineer.boss), joinedload(Engineer.firm)))
    ).one();
    expect([cid.boss!.constructor, cid.boss!.budget, (cid.boss as Boss).car, cid.firm!.name]).toEqual([
      Boss,
      10,
      "A",
      "Acme",
    ]);
    await using second = makeSession();
    const firm = (
      await second.scalars(select(Firm).options(selectinload(Firm.employees), selectinload(Firm.managers)))
    ).one();
    expect(firm.employees.map((one) => JSON.stringify(one).includes("null"))).toEqual([false, false, false, false]);
    expect(firm.managers.map(({ budget }) => budget).toSorted((a, b) => a - b)).toEqual([5, 10]);
    await using third = makeSession();
    const ann = (await third.get(Manager, 1))!;
    await third.load(ann, "reports");
    expect(ann.reports.map(({ language }) => language)).toEqual(["TS"]);
  });

  test("joins a relation to a subclass", async () => {
    await using session = makeSession();
    const cid = (await session.scalars(select(Engineer).options(joinedload(Engineer.boss)))).one();
    expect(cid.boss!.budget).toBe(10);
    expect((await session.scalars(select(Engineer).where(Engineer.boss.has(Manager.budget.gt(5))))).one()).toBe(cid);
    expect((await session.scalars(select(Manager).where(Manager.reports.any(Engineer.language.eq("TS"))))).one()).toBe(
      cid.boss,
    );
    const found = select(Engineer).innerJoin(Engineer.boss).where(Manager.title.eq("Ann"));
    expect((await session.scalars(found)).one()).toBe(cid);
  });

  test("has aliases", async () => {
    await using session = makeSession();
    const other = aliased(Manager, "other");
    const statement = select(Manager, other).from(Manager).innerJoin(other, other.budget.lt(Manager.budget));
    const [row] = (await session.execute(statement)).all();
    expect(Object.values(row!).map(({ title }) => title)).toEqual(["Ann", "Bob"]);
  });

  test("refreshes all of an object, and what is outdated in a new transaction", async () => {
    await using session = makeSession();
    const ann = (await session.get(Employee, 1)) as Boss;
    await session.commit();
    await engine.execute(sql`UPDATE managers SET budget = 20`);
    await engine.execute(sql`UPDATE bosses SET car = 'Z'`);
    await session.scalars(select(Employee));
    expect([ann.budget, ann.car]).toEqual([20, "Z"]);
    await session.refresh(ann);
    await session.refresh(ann, ["budget"]);
    expect([ann.budget, ann.car]).toEqual([20, "Z"]);
  });

  test("keeps what was changed when the row is read again", async () => {
    await using session = makeSession();
    const ann = (await session.get(Boss, 1))!;
    await session.commit();
    ann.budget = 77;
    await session.execute(select(Employee), undefined, { autoflush: false });
    expect([ann.budget, ann.car]).toEqual([77, "A"]);
    await session.commit();
    expect((await rows("managers"))[0]).toEqual([1, 77]);
  });

  test("goes back after a rollback", async () => {
    await using session = makeSession();
    const bob = (await session.get(Manager, 2))!;
    bob.budget = 1;
    const made = new Boss({ id: 9, title: "New", budget: 1 });
    session.add(made);
    await session.flush();
    expect((await session.scalars(select(Boss).where(Boss.id.eq(9)))).one()).toBe(made);
    await session.rollback();
    expect(bob.budget).toBe(5);
    expect((await rows("managers")).length).toBe(2);
  });

  test("refuses statements that would have to write to several tables", () => {
    const message = 'the rows of Manager are in the tables "employees" and "managers"';
    expect(() => update(Manager).set({ budget: 1 })).toThrow(message);
    expect(() => insert(Manager).values({ id: 5, title: "x", budget: 1 })).toThrow('"managers" is none');
    expect(() => deleteFrom(Manager)).toThrow('those of "managers" are in several');
  });

  test("refuses columns that the parent has, other keys, and subclasses without a table", () => {
    expect(() => inherit(Employee, "clerks", { title: c.string() }, {}, { identity: "x1" })).toThrow(
      'table "clerks": Employee has a column "title" already',
    );
    expect(() => inherit(Employee, "clerks", { number: c.int().primaryKey() }, {}, { identity: "x2" })).toThrow(
      'the primary key of table "clerks" has to be that of "employees" (id), got (id, number)',
    );
    expect(() => inherit(Manager, { plane: c.string() }, {}, { identity: "x3" })).toThrow("needs a table of its own");
  });

  test("gives complete objects to queries of one tick", async () => {
    await using session = makeSession();
    const [all, managers] = await Promise.all([
      session.scalars(select(Employee).orderBy(Employee.id)),
      session.query(Employee).filterBy({ kind: "manager" }).all(),
    ]);
    expect(all.all().map((one) => (one instanceof Manager ? one.budget : null))).toEqual([10, 5, null, null]);
    expect((managers[0] as Manager).budget).toBe(5);
  });

  test("refuses to stream objects whose further tables it could not read", async () => {
    await using session = makeSession();
    const read = async (): Promise<void> => {
      for await (const row of session.stream(select(Employee))) expect(row).toBeDefined();
    };
    await expect(read()).rejects.toThrow("session.stream() has met an object of a class with a table of its own");
    await session.rollback();
    const titles: string[] = [];
    for await (const { managers } of session.stream(select(Manager).where(Manager.title.eq("Bob")))) {
      titles.push(`${managers.title} ${managers.budget}`);
    }
    expect(titles).toEqual(["Bob 5"]);
  });

  test("has the types of all columns", () => {
    expectTypeOf<Boss["budget"]>().toEqualTypeOf<number>();
    expectTypeOf<Boss["car"]>().toEqualTypeOf<string | null>();
    expectTypeOf<Boss["title"]>().toEqualTypeOf<string>();
    expectTypeOf<Engineer["boss"]>().toEqualTypeOf<Manager | null>();
  });
});
