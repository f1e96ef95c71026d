import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, FlushError, hasOne } from "tegmen/orm";
import { casesOn, expect, turnsOf } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class Owner extends entity("owners", { id: c.int().primaryKey(), name: c.string() }, {}, options) {}

class Car extends entity(
  "cars",
  {
    id: c.int().primaryKey(),
    ownerId: c.int().references((): AnyColumn => Owner.c.id),
    driverId: c.int().references((): AnyColumn => Owner.c.id),
  },
  {
    owner: () => belongsTo(Owner, { foreignKey: "ownerId" }),
    driver: () => belongsTo(Owner, { foreignKey: "driverId" }),
  },
  options,
) {}

class Garage extends entity(
  "garages",
  {
    id: c.rowid().primaryKey(),
    carId: c
      .int()
      .notNull()
      .references((): AnyColumn => Car.c.id),
  },
  { car: () => belongsTo(Car, { cascade: "none" }) },
  options,
) {}

class Person extends entity(
  "people",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), name: c.string() },
  { passport: () => hasOne(Passport), visa: () => hasOne(Visa, { cascade: "all, delete-orphan" }) },
  options,
) {}

class Passport extends entity(
  "passports",
  { id: c.int().primaryKey(), personId: c.uuid().references((): AnyColumn => Person.c.id) },
  { person: () => belongsTo(Person) },
  options,
) {}

class Visa extends entity(
  "visas",
  {
    id: c.int().primaryKey(),
    personId: c
      .uuid()
      .notNull()
      .references((): AnyColumn => Person.c.id),
  },
  { person: () => belongsTo(Person) },
  options,
) {}

const it = casesOn(metadata);

it("writes the key of a new referred object", async ({ session, flush, rows }) => {
  session.add(new Car({ id: 1, owner: new Owner({ id: 5 }) }));
  expect(await flush()).toEqual([
    "INSERT INTO owners (id) VALUES ($1)",
    "INSERT INTO cars (id, owner_id) VALUES ($1, $2)",
  ]);
  expect(await rows(Car)).toMatchObject([{ ownerId: 5, driverId: null }]);
});

it("writes the key of an object that has a row", async ({ save, flush, rows }) => {
  const [owner, car] = [new Owner({ id: 5 }), new Car({ id: 1 })];
  await save(owner, car);
  car.owner = owner;
  expect(await flush()).toEqual(["UPDATE cars SET owner_id = $1 WHERE cars.id = $2"]);
  expect(await rows(Car)).toMatchObject([{ ownerId: 5 }]);
});

it("adds a new object that something which has a row refers to", async ({ save, flush, rows }) => {
  const car = new Car({ id: 1 });
  await save(car);
  car.owner = new Owner({ id: 5 });
  expect((await flush()).map((sql) => sql.split(" ")[0])).toEqual(["INSERT", "UPDATE"]);
  expect(await rows(Car)).toMatchObject([{ ownerId: 5 }]);
});

it("replaces a reference", async ({ save, flush, rows }) => {
  const [one, two] = [new Owner({ id: 5 }), new Owner({ id: 6 })];
  const car = new Car({ id: 1, owner: one });
  await save(car, two);
  car.owner = two;
  await flush();
  expect(await rows(Car)).toMatchObject([{ ownerId: 6 }]);
});

it("takes a reference away", async ({ save, flush, rows }) => {
  const car = new Car({ id: 1, owner: new Owner({ id: 5 }) });
  await save(car);
  car.owner = null;
  expect(await flush()).toEqual(["UPDATE cars SET owner_id = $1 WHERE cars.id = $2"]);
  expect(await rows(Car)).toMatchObject([{ ownerId: null }]);
  expect(car.ownerId).toBeNull();
});

it("takes a reference away that was not loaded", async ({ session, save, flush, rows }) => {
  await save(new Car({ id: 1, owner: new Owner({ id: 5 }) }));
  session.expungeAll();
  const car = await session.getOne(Car, 1);
  car.owner = null;
  await flush();
  expect(await rows(Car)).toMatchObject([{ ownerId: null }]);
});

it("replaces a reference that was not loaded", async ({ session, save, flush, rows }) => {
  await save(new Car({ id: 1, owner: new Owner({ id: 5 }) }), new Owner({ id: 6 }));
  session.expungeAll();
  const car = await session.getOne(Car, 1);
  car.owner = await session.getOne(Owner, 6);
  await flush();
  expect(await rows(Car)).toMatchObject([{ ownerId: 6 }]);
});

it("prefers the reference to a value that contradicts it", async ({ save, rows }) => {
  const [one, two] = [new Owner({ id: 5 }), new Owner({ id: 6 })];
  await save(one, two);
  await save(new Car({ id: 1, ownerId: 6, owner: one }));
  expect(await rows(Car)).toMatchObject([{ ownerId: 5 }]);
});

it("writes a foreign key that is changed by its value", async ({ save, flush, rows }) => {
  const car = new Car({ id: 1, owner: new Owner({ id: 5 }) });
  await save(car, new Owner({ id: 6 }));
  car.ownerId = 6;
  await flush();
  expect(await rows(Car)).toMatchObject([{ ownerId: 6 }]);
});

it("writes two references to one class", async ({ session, flush, rows }) => {
  session.add(new Car({ id: 1, owner: new Owner({ id: 5 }), driver: new Owner({ id: 6 }) }));
  expect(await flush()).toHaveLength(2);
  expect(await rows(Car)).toMatchObject([{ ownerId: 5, driverId: 6 }]);
});

it("writes many references to one new object", async ({ session, flush, rows }) => {
  const owner = new Owner({ id: 5 });
  session.addAll([1, 2, 3].map((id) => new Car({ id, owner })));
  expect(await flush()).toHaveLength(2);
  expect((await rows(Car)).map(({ ownerId }) => ownerId)).toEqual([5, 5, 5]);
});

it("refuses a reference to what is not in the Session and does not cascade", async ({ session, flush, sent }) => {
  session.add(new Garage({ car: new Car({ id: 1 }) }));
  await expect(flush()).rejects.toThrow(
    "Garage.car of a new Garage has Car(id 1), which is not in the Session, because the relation has no cascade " +
      '"save-update"',
  );
  expect(sent()).toEqual([]);
});

it("takes a reference without a cascade to what is in the Session", async ({ session, flush, rows }) => {
  const car = new Car({ id: 1 });
  session.addAll([new Garage({ car }), car]);
  await flush();
  expect(await rows(Garage)).toMatchObject([{ carId: 1 }]);
});

it("refuses a reference to an object that was deleted", async ({ session, save, flush }) => {
  const [owner, car] = [new Owner({ id: 5 }), new Car({ id: 1 })];
  await save(owner, car);
  await session.delete(owner);
  await flush();
  car.owner = owner;
  await expect(flush()).rejects.toThrow(FlushError);
});

it("has one to one: writes both sides in one turn", async ({ session, sent, rows }) => {
  const person = new Person({ passport: new Passport({ id: 1 }) });
  session.add(person);
  await session.flush();
  expect(turnsOf(sent())).toBe(1);
  expect(await rows(Passport)).toMatchObject([{ id: 1, personId: person.id }]);
});

it("has one to one: the other side is set, too", async ({ session, save, rows }) => {
  const person = new Person();
  const passport = new Passport({ id: 1, person });
  await save(passport);
  expect(person.passport).toBe(passport);
  expect(await rows(Passport)).toMatchObject([{ personId: person.id }]);
  expect(await session.get(Person, person.id)).toBe(person);
});

it("has one to one: a replaced object loses its reference", async ({ save, flush, rows }) => {
  const person = new Person({ passport: new Passport({ id: 1 }) });
  await save(person);
  person.passport = new Passport({ id: 2 });
  await flush();
  expect(await rows(Passport)).toMatchObject([
    { id: 1, personId: null },
    { id: 2, personId: person.id },
  ]);
});

it("has one to one: a removed object loses its reference", async ({ save, flush, rows }) => {
  const person = new Person({ passport: new Passport({ id: 1 }) });
  await save(person);
  person.passport = null;
  await flush();
  expect(await rows(Passport)).toMatchObject([{ id: 1, personId: null }]);
});

it("has one to one: a replaced orphan is deleted", async ({ save, flush, rows }) => {
  const person = new Person({ visa: new Visa({ id: 1 }) });
  await save(person);
  person.visa = new Visa({ id: 2 });
  await flush();
  expect(await rows(Visa)).toMatchObject([{ id: 2, personId: person.id }]);
});

it("has one to one: it moves to another owner", async ({ save, flush, rows }) => {
  const passport = new Passport({ id: 1 });
  const [one, two] = [new Person({ passport }), new Person()];
  await save(one, two);
  two.passport = passport;
  expect(await flush()).toHaveLength(1);
  expect(one.passport).toBeNull();
  expect(await rows(Passport)).toMatchObject([{ personId: two.id }]);
});
