import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, FlushError, hasMany } from "tegmen/orm";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class Person extends entity(
  "people",
  {
    id: c.rowid().primaryKey(),
    name: c.string(),
    favoriteId: c.bigint().references((): AnyColumn => Ball.c.id),
  },
  {
    balls: () => hasMany(Ball, { backPopulates: "owner", cascade: "all, delete-orphan" }),
    favorite: () => belongsTo(Ball, { foreignKey: "favoriteId" }),
  },
  options,
) {}

class Ball extends entity(
  "balls",
  {
    id: c.rowid().primaryKey(),
    color: c.string(),
    ownerId: c
      .bigint()
      .notNull()
      .references((): AnyColumn => Person.c.id),
  },
  { owner: () => belongsTo(Person, { foreignKey: "ownerId" }) },
  options,
) {}

class Department extends entity(
  "departments",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    headId: c.uuid().references((): AnyColumn => Employee.c.id),
  },
  { head: () => belongsTo(Employee, { postUpdate: true }), staff: () => hasMany(Employee) },
  options,
) {}

class Employee extends entity(
  "employees",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    departmentId: c.uuid().references((): AnyColumn => Department.c.id),
  },
  { department: () => belongsTo(Department) },
  options,
) {}

class Left extends entity(
  "lefts",
  {
    id: c.int().primaryKey(),
    rightId: c
      .int()
      .notNull()
      .references((): AnyColumn => Right.c.id),
  },
  { right: () => belongsTo(Right) },
  options,
) {}

class Right extends entity(
  "rights",
  {
    id: c.int().primaryKey(),
    leftId: c
      .int()
      .notNull()
      .references((): AnyColumn => Left.c.id),
  },
  { left: () => belongsTo(Left) },
  options,
) {}

const it = casesOn(metadata);
const verbs = (statements: readonly string[]): readonly string[] =>
  statements.map((text) => /^(?:INSERT INTO|DELETE FROM|UPDATE) \w+/.exec(text)![0]);

it("writes the nullable side of a circle of tables last", async ({ session, flush, rows }) => {
  const person = new Person({ name: "a", balls: [new Ball({ color: "red" }), new Ball({ color: "blue" })] });
  person.favorite = person.balls[1]!;
  session.add(person);
  expect(verbs(await flush())).toEqual(["INSERT INTO people", "INSERT INTO balls", "UPDATE people"]);
  expect(await rows(Person)).toMatchObject([{ favoriteId: person.balls[1]!.id }]);
  expect(person.favoriteId).toBe(person.balls[1]!.id);
});

it("breaks as many circles as there are by one UPDATE", async ({ session, flush, rows }) => {
  const people = ["a", "b", "c"].map((name) => {
    const person = new Person({ name, balls: [new Ball({ color: name })] });
    person.favorite = person.balls[0]!;
    return person;
  });
  session.addAll(people);
  expect(verbs(await flush())).toEqual(["INSERT INTO people", "INSERT INTO balls", "UPDATE people"]);
  const balls = await rows(Ball);
  for (const row of await rows(Person)) {
    expect(balls.find((ball) => ball["id"] === row["favoriteId"])).toMatchObject({ color: row["name"] });
  }
});

it("needs no UPDATE where there is no circle", async ({ session, save, flush, rows }) => {
  const first = new Person({ name: "a", balls: [new Ball({ color: "red" })] });
  await save(first);
  session.add(new Person({ name: "b", favorite: first.balls[0]! }));
  expect(verbs(await flush())).toEqual(["INSERT INTO people"]);
  expect((await rows(Person)).filter((row) => row["favoriteId"] !== null)).toHaveLength(1);
});

it("puts a row that another one needs first, even in a circle of tables", async ({ session, flush }) => {
  const first = new Person({ name: "a", balls: [new Ball({ color: "red" })] });
  session.add(new Person({ name: "b", favorite: first.balls[0]! }));
  await flush();
  expect(await flush()).toEqual([]);
});

it("lets go before it deletes a circle", async ({ session, save, flush, rows }) => {
  const person = new Person({ name: "a", balls: [new Ball({ color: "red" })] });
  person.favorite = person.balls[0]!;
  await save(person);
  await session.delete(person);
  expect(verbs(await flush())).toEqual(["UPDATE people", "DELETE FROM balls", "DELETE FROM people"]);
  expect(await rows(Person)).toEqual([]);
});

it("changes a reference of a circle by an ordinary UPDATE", async ({ save, flush }) => {
  const person = new Person({ name: "a", balls: [new Ball({ color: "red" }), new Ball({ color: "blue" })] });
  person.favorite = person.balls[0]!;
  await save(person);
  person.favorite = person.balls[1]!;
  expect(verbs(await flush())).toEqual(["UPDATE people"]);
});

it("writes a reference with postUpdate always by an UPDATE of its own", async ({ session, flush, rows }) => {
  const department = new Department();
  department.head = new Employee();
  session.add(department);
  expect(verbs(await flush())).toEqual(expect.arrayContaining(["UPDATE departments"]));
  expect(await rows(Department)).toMatchObject([{ headId: department.head.id }]);
});

it("writes a circle with postUpdate", async ({ session, flush, rows }) => {
  const [head, other] = [new Employee(), new Employee()];
  const department = new Department({ head, staff: [head, other] });
  session.add(department);
  expect(verbs(await flush())).toEqual(["INSERT INTO departments", "INSERT INTO employees", "UPDATE departments"]);
  expect(await rows(Department)).toMatchObject([{ headId: head.id }]);
  expect(await rows(Employee)).toMatchObject([{ departmentId: department.id }, { departmentId: department.id }]);
});

it("takes a reference with postUpdate away", async ({ save, flush, rows }) => {
  const department = new Department({ head: new Employee() });
  await save(department);
  department.head = null;
  await flush();
  expect(await rows(Department)).toMatchObject([{ headId: null }]);
});

it("deletes a circle with postUpdate", async ({ session, save, flush, rows }) => {
  const head = new Employee();
  const department = new Department({ head, staff: [head] });
  await save(department);
  await session.delete(head);
  await session.delete(department);
  await flush();
  expect([await rows(Department), await rows(Employee)]).toEqual([[], []]);
});

it("refuses a circle in which nothing can wait", async ({ session, flush, sent }) => {
  const left = new Left({ id: 1 });
  left.right = new Right({ id: 2, left });
  session.add(left);
  await expect(flush()).rejects.toThrow(
    /circle: (?:Left\(id 1\) \(Left.right\) -> Right|Right\(id 2\) \(Right.left\))/,
  );
  expect(sent()).toEqual([]);
});

it("raises FlushError for it", async ({ session, flush }) => {
  const left = new Left({ id: 1 });
  left.right = new Right({ id: 2, left });
  session.add(left);
  await expect(flush()).rejects.toThrow(FlushError);
});
