import { type AnyColumn, c, type Engine, func, insert, MetaData, type Operand, select, table } from "tegmen";
import {
  belongsTo,
  columnProperty,
  entity,
  hasMany,
  inherit,
  joinedload,
  manyToMany,
  NotLoadedError,
  selectinload,
  type Session,
  sessionmaker,
  undefer,
} from "tegmen/orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const metadata = new MetaData();

class Office extends entity(
  "offices",
  {
    id: c.int().primaryKey(),
    city: c.string().notNull(),
    size: columnProperty(c.int().notNull(), (t): Operand =>
      select(func.count()).from(Employee).where(Employee.officeId.eq(t.id)).scalarSubquery(),
    ),
    motto: columnProperty(c.string().notNull(), (t): Operand => t.city.concat("!"), { deferred: true }),
  },
  {
    staff: () => hasMany(Employee, { orderBy: (employee) => employee.id }),
    managers: () => hasMany(Manager, { viewOnly: true }),
  },
  { metadata },
) {}

class Employee extends entity(
  "employees",
  {
    id: c.int().primaryKey(),
    kind: c.string().notNull(),
    title: c.string(),
    officeId: c.int().references((): AnyColumn => Office.c.id),
  },
  { office: () => belongsTo(Office) },
  { metadata, polymorphic: { on: "kind", identity: "employee" } },
) {}

class Manager extends inherit(Employee, { budget: c.int() }, { teams: () => hasMany(Team) }, { identity: "manager" }) {
  get isRich(): boolean {
    return (this.budget ?? 0) > 10;
  }
}

class Engineer extends inherit(Employee, { language: c.string() }, {}, { identity: "engineer" }) {}

class Team extends entity(
  "teams",
  { id: c.int().primaryKey(), managerId: c.int().references((): AnyColumn => Employee.c.id) },
  { manager: () => belongsTo(Manager) },
  { metadata },
) {}

/** Related by what no foreign key says. */
class Customer extends entity(
  "customers",
  { id: c.int().primaryKey(), email: c.string().notNull(), since: c.int().notNull() },
  {
    orders: () => hasMany(Order, { on: (customer, order) => customer.email.eq(order.email) }),
    recent: () =>
      hasMany(Order, {
        on: (customer, order) => customer.email.eq(order.email).and(order.year.ge(customer.since)),
        orderBy: (order) => order.id.desc(),
      }),
  },
  { metadata },
) {}

class Order extends entity(
  "orders",
  { id: c.int().primaryKey(), email: c.string(), year: c.int() },
  { customer: () => belongsTo(Customer, { on: (order, customer) => order.email.eq(customer.email) }) },
  { metadata },
) {}

class Person extends entity(
  "people",
  { id: c.int().primaryKey(), handle: c.string() },
  {
    following: () => manyToMany(Person, { through: follows, foreignKey: "followerId", orderBy: (one) => one.id }),
    followers: () => manyToMany(Person, { through: follows, foreignKey: "followedId", orderBy: (one) => one.id }),
  },
  { metadata },
) {}

const follows = table(
  "follows",
  {
    followerId: c
      .int()
      .references((): AnyColumn => Person.c.id)
      .primaryKey(),
    followedId: c
      .int()
      .references((): AnyColumn => Person.c.id)
      .primaryKey(),
  },
  { metadata },
);

let database: TestDatabase;
let engine: Engine;
let make: ReturnType<typeof sessionmaker>;
let session: Session;
const others: Session[] = [];

function another(): Session {
  const made = make();
  others.push(made);
  return made;
}

beforeAll(async () => {
  database = await openDatabase();
  engine = database.engine();
  await metadata.createAll(engine);
  make = sessionmaker(engine);
  await engine.execute(
    insert(Office).values([
      { id: 1, city: "Ulm" },
      { id: 2, city: "Rom" },
    ]),
  );
  await engine.execute(
    insert(Customer).values([
      { id: 1, email: "a@x", since: 2000 },
      { id: 2, email: "b@x", since: 0 },
    ]),
  );
  await engine.execute(
    insert(Order).values([
      { id: 1, email: "a@x", year: 1999 },
      { id: 2, email: "a@x", year: 2001 },
      { id: 3, email: "a@x", year: 2002 },
      { id: 4, email: null, year: 2002 },
    ]),
  );
  await engine.execute(insert(Person).values([1, 2, 3].map((id) => ({ id, handle: `p${id}` }))));
  await engine.execute(
    insert(follows).values([
      { followerId: 1, followedId: 2 },
      { followerId: 1, followedId: 3 },
      { followerId: 2, followedId: 1 },
    ]),
  );
});
afterAll(() => database.drop());
beforeEach(() => {
  session = make();
});
afterEach(async () => {
  for (const one of [session, ...others.splice(0)]) await one.close();
});

const ids = (objects: Iterable<{ readonly id: number }>): number[] => Array.from(objects, ({ id }) => id);

describe("single-table inheritance", () => {
  test("writes and reads objects of several classes", async () => {
    const office = (await session.get(Office, 1))!;
    const manager = new Manager({ id: 1, title: "M", budget: 20, office });
    session.addAll([
      manager,
      new Engineer({ id: 2, language: "ts", officeId: 1 }),
      new Employee({ id: 3, officeId: 2 }),
    ]);
    session.add(new Team({ id: 1, manager }));
    await session.commit();

    const fresh = another();
    const all = (await fresh.scalars(select(Employee).orderBy(Employee.id))).all();
    expect(all.map((one) => one.constructor)).toEqual([Manager, Engineer, Employee]);
    expect((all[0] as Manager).isRich).toBe(true);
    expect(ids(await fresh.scalars(select(Manager)))).toEqual([1]);
    expect(await fresh.get(Manager, 2)).toBeNull();
    expect(await fresh.get(Employee, 2)).toBe(all[1]);
    expect(JSON.stringify(all[1])).toContain('"language":"ts"');
  });

  test("follows relations of all classes", async () => {
    const offices = (
      await session.scalars(
        select(Office).orderBy(Office.id).options(selectinload(Office.staff), selectinload(Office.managers)),
      )
    ).all();
    expect(ids(offices[0]!.staff)).toEqual([1, 2]);
    expect(offices[0]!.staff[0]).toBeInstanceOf(Manager);
    expect(ids(offices[0]!.managers)).toEqual([1]);
    expect(offices[0]!.staff[0]!.office === offices[0]).toBe(true);
    const managers = (
      await session.scalars(select(Manager).options(selectinload(Manager.teams), joinedload(Manager.office)))
    ).all();
    expect([ids(managers[0]!.teams), managers[0]!.office!.city]).toEqual([[1], "Ulm"]);
    const teams = (await another().scalars(select(Team).options(joinedload(Team.manager)))).all();
    expect(teams[0]!.manager!.isRich).toBe(true);
    expect(ids(await session.scalars(select(Office).where(Office.managers.any())))).toEqual([1]);
  });
});

describe("computed columns", () => {
  test("are loaded with the object, unless they are deferred", async () => {
    const offices = (await session.scalars(select(Office).orderBy(Office.id))).all();
    expect(offices.map(({ size }) => size)).toEqual([2, 1]);
    expect(() => offices[0]!.motto).toThrow(NotLoadedError);
    const [office] = (
      await another().scalars(select(Office).where(Office.size.eq(1)).options(undefer(Office.motto)))
    ).all();
    expect(office!.motto).toBe("Rom!");
    const staff = await another().scalars(
      select(Employee).where(Employee.id.eq(1)).options(joinedload(Employee.office)),
    );
    expect(staff.one().office!.size).toBe(2);
  });
});

describe("conditions of one's own", () => {
  test("relate rows, and are written where they are equalities", async () => {
    const statement = select(Customer)
      .orderBy(Customer.id)
      .options(selectinload(Customer.orders), selectinload(Customer.recent));
    const [one, two] = (await session.scalars(statement)).all();
    expect(ids(one!.orders).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(ids(one!.recent)).toEqual([3, 2]);
    expect([two!.orders.length, two!.recent.length]).toEqual([0, 0]);
    const order = one!.orders.find(({ id }) => id === 1)!;
    order.customer = two!;
    expect(two!.orders.includes(order)).toBe(true);
    await session.flush();
    expect(order.email).toBe("b@x");
    await session.rollback();
    expect(order.email).toBe("a@x");
  });

  test("join", async () => {
    const joined = (
      await session.scalars(select(Customer).orderBy(Customer.id).options(joinedload(Customer.recent)))
    ).all();
    expect(joined.map(({ recent }) => ids(recent))).toEqual([[3, 2], []]);
    expect(ids(await session.scalars(select(Customer).where(Customer.recent.any(Order.year.eq(2002)))))).toEqual([1]);
  });
});

test("many-to-many of a class with itself", async () => {
  const people = (
    await session.scalars(
      select(Person).orderBy(Person.id).options(selectinload(Person.following), selectinload(Person.followers)),
    )
  ).all();
  expect(people.map(({ following }) => ids(following))).toEqual([[2, 3], [1], []]);
  expect(people.map(({ followers }) => ids(followers))).toEqual([[2], [1], [1]]);
  people[2]!.following.push(people[0]!);
  expect(ids(people[0]!.followers)).toEqual([2, 3]);
  await session.flush();
  const rows = (await session.execute(select(follows).where(follows.c.followerId.eq(3)))).all();
  expect(rows).toEqual([{ followerId: 3, followedId: 1 }]);
  await session.rollback();
  expect(ids(await session.scalars(select(Person).where(Person.followers.any(Person.handle.eq("p2")))))).toEqual([1]);
});
