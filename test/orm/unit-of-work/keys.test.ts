import { type AnyColumn, c, foreignKey, func, MetaData, primaryKey } from "tegmen";
import { belongsTo, entity, FlushError, hasMany } from "tegmen/orm";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class Company extends entity(
  "companies",
  { region: c.string(), number: c.int(), name: c.string() },
  { offices: () => hasMany(Office), members: () => hasMany(Member) },
  { ...options, items: (t) => [primaryKey().on(t["region"] as never, t["number"] as never)] },
) {}

class Office extends entity(
  "offices",
  { id: c.int().primaryKey(), region: c.string(), companyNumber: c.int(), floor: c.int() },
  { company: () => belongsTo(Company) },
  {
    ...options,
    items: (t) => [
      foreignKey()
        .on(t["region"] as never, t["companyNumber"] as never)
        .references(() => [Company.c.region, Company.c.number], { onUpdate: "CASCADE" }),
    ],
  },
) {}

class Member extends entity(
  "members",
  { region: c.string(), companyNumber: c.int(), seat: c.int(), name: c.string() },
  { company: () => belongsTo(Company) },
  {
    ...options,
    items: (t) => [
      primaryKey().on(t["region"] as never, t["companyNumber"] as never, t["seat"] as never),
      foreignKey()
        .on(t["region"] as never, t["companyNumber"] as never)
        .references(() => [Company.c.region, Company.c.number]),
    ],
  },
) {}

class User extends entity(
  "users",
  { name: c.string().primaryKey(), age: c.int() },
  { emails: () => hasMany(Email) },
  options,
) {}

class Email extends entity(
  "emails",
  {
    id: c.int().primaryKey(),
    userName: c.string().references((): AnyColumn => User.c.name, { onUpdate: "CASCADE" }),
  },
  { user: () => belongsTo(User) },
  options,
) {}

class Ticket extends entity(
  "tickets",
  {
    id: c.int().primaryKey(),
    title: c.string(),
    note: c.string(),
    createdAt: c.timestamptz().notNull().default(func.now()),
  },
  {},
  options,
) {}

const it = casesOn(metadata);
const company = (number: number, name = "x"): Company => new Company({ region: "eu", number, name });

it("writes, changes and deletes rows with composite keys", async ({ session, save, flush, rows }) => {
  const one = company(1);
  await save(one);
  one.name = "y";
  expect(await flush()).toEqual([
    "UPDATE companies SET name = $1 WHERE companies.region = $2 AND companies.number = $3",
  ]);
  expect(await rows(Company)).toEqual([{ region: "eu", number: 1, name: "y" }]);
  await session.delete(one);
  expect((await flush()).at(-1)).toBe("DELETE FROM companies WHERE companies.region = $1 AND companies.number = $2");
  expect(await rows(Company)).toEqual([]);
});

it("changes many rows with composite keys", async ({ save, flush, rows }) => {
  const all = [1, 2, 3].map((number) => company(number));
  await save(...all);
  for (const one of all) one.name = `n${one.number}`;
  expect(await flush()).toEqual([
    "UPDATE companies SET name = v.c1 FROM unnest($1::STRING[], $2::STRING[], $3::INT8[]) AS v (c1, c2, c3) " +
      "WHERE companies.region = v.c2 AND companies.number = v.c3",
  ]);
  expect((await rows(Company)).map(({ name }) => name)).toEqual(["n1", "n2", "n3"]);
});

it("deletes many rows with composite keys", async ({ session, save, flush, rows }) => {
  const all = [1, 2, 3].map((number) => company(number));
  await save(...all);
  for (const one of all.slice(1)) await session.delete(one);
  expect(await flush()).toEqual([
    "DELETE FROM companies WHERE (companies.region, companies.number) IN " +
      "(SELECT v.c1, v.c2 FROM unnest($1::STRING[], $2::INT8[]) AS v (c1, c2))",
  ]);
  expect(await rows(Company)).toMatchObject([{ number: 1 }]);
});

it("copies composite keys into references", async ({ session, flush, rows }) => {
  session.add(new Company({ region: "eu", number: 1, offices: [new Office({ id: 1, floor: 2 })] }));
  await flush();
  expect(await rows(Office)).toEqual([{ id: 1, region: "eu", companyNumber: 1, floor: 2 }]);
});

it("takes composite references away", async ({ save, flush, rows }) => {
  const one = new Company({ region: "eu", number: 1, offices: [new Office({ id: 1 })] });
  await save(one);
  one.offices = [];
  expect(await flush()).toEqual(["UPDATE offices SET region = $1, company_number = $2 WHERE offices.id = $3"]);
  expect(await rows(Office)).toMatchObject([{ region: null, companyNumber: null }]);
});

it("copies references that are part of the primary key", async ({ session, flush, rows }) => {
  session.add(new Company({ region: "eu", number: 1, members: [new Member({ seat: 1 }), new Member({ seat: 2 })] }));
  await flush();
  expect(await rows(Member)).toMatchObject([
    { region: "eu", companyNumber: 1, seat: 1 },
    { region: "eu", companyNumber: 1, seat: 2 },
  ]);
  expect(await session.get(Member, ["eu", 1, 2])).not.toBeNull();
});

it("refuses to take away a reference that is part of the primary key", async ({ save, flush }) => {
  const one = new Company({ region: "eu", number: 1, members: [new Member({ seat: 1 })] });
  await save(one);
  one.members = [];
  await expect(flush()).rejects.toThrow(
    "was taken out of Company.members, and its key region cannot become NULL because it is part of the primary key",
  );
});

it("refuses to delete a parent whose children need it for their key", async ({ session, save, flush }) => {
  const one = new Company({ region: "eu", number: 1, members: [new Member({ seat: 1 })] });
  await save(one);
  await session.delete(one);
  await expect(flush()).rejects.toThrow('give Company.members the cascade "all, delete-orphan"');
});

it("changes a primary key", async ({ session, save, flush, rows }) => {
  const user = new User({ name: "a", age: 1 });
  await save(user);
  user.name = "b";
  expect(await flush()).toEqual(["UPDATE users SET name = $1 WHERE users.name = $2"]);
  expect(await rows(User)).toEqual([{ name: "b", age: 1 }]);
  expect(await session.get(User, "b")).toBe(user);
});

it("knows an object by its new key only", async ({ session, save, flush }) => {
  const user = new User({ name: "a" });
  await save(user);
  user.name = "b";
  await flush();
  expect(await session.get(User, "a")).toBeNull();
  user.age = 5;
  expect(await flush()).toEqual(["UPDATE users SET age = $1 WHERE users.name = $2"]);
});

it("changes many primary keys in one statement", async ({ save, flush, rows }) => {
  const users = ["a", "b"].map((name) => new User({ name }));
  await save(...users);
  for (const user of users) user.name += "2";
  expect(await flush()).toHaveLength(1);
  expect((await rows(User)).map(({ name }) => name)).toEqual(["a2", "b2"]);
});

it("leaves references to a changed key to the server, and follows it", async ({ save, flush, rows }) => {
  const user = new User({ name: "a", emails: [new Email({ id: 1 })] });
  await save(user);
  user.name = "b";
  expect(await flush()).toHaveLength(1);
  expect(user.emails[0]!.userName).toBe("b");
  expect(await rows(Email)).toEqual([{ id: 1, userName: "b" }]);
});

it("gives new children the changed key", async ({ save, flush, rows }) => {
  const user = new User({ name: "a" });
  await save(user);
  user.name = "b";
  user.emails.push(new Email({ id: 1 }));
  expect((await flush()).map((text) => text.split(" ")[0])).toEqual(["UPDATE", "INSERT"]);
  expect(await rows(Email)).toEqual([{ id: 1, userName: "b" }]);
});

it("refuses a primary key that is NULL", async ({ save, flush }) => {
  const user = new User({ name: "a" });
  await save(user);
  (user as { name: string | null }).name = null;
  await expect(flush()).rejects.toThrow("User.name is required and was set to null in User(name 'a')");
});

it("refuses a new object without its key", async ({ session, flush, sent }) => {
  session.add(new User({ age: 1 }));
  await expect(flush()).rejects.toThrow("User.name is required and has no value in a new User");
  expect(sent()).toEqual([]);
});

it("refuses two new objects with one identity", async ({ session, flush, sent }) => {
  session.addAll([new User({ name: "a" }), new User({ name: "a" })]);
  await expect(flush()).rejects.toThrow("User(name 'a') has the same primary key as another new object");
  expect(sent()).toEqual([]);
});

it("refuses a new object with the identity of one that is there", async ({ session, save, flush }) => {
  await save(new User({ name: "a" }));
  session.add(new User({ name: "a" }));
  await expect(flush()).rejects.toThrow("as an object that the Session has already: an identity has one object");
});

it("refuses a key that is changed to that of another object", async ({ save, flush }) => {
  const [one, two] = [new User({ name: "a" }), new User({ name: "b" })];
  await save(one, two);
  one.name = "b";
  await expect(flush()).rejects.toThrow(FlushError);
});

it("lets a new object have the key that another gives up", async ({ session, save, flush, rows }) => {
  const user = new User({ name: "a", age: 1 });
  await save(user);
  user.name = "b";
  session.add(new User({ name: "a", age: 2 }));
  await flush();
  expect(await rows(User)).toEqual([
    { name: "a", age: 2 },
    { name: "b", age: 1 },
  ]);
});

it("updates the row of a deleted object for a new one with its key", async ({ session, save, flush, rows }) => {
  const old = new User({ name: "a", age: 1 });
  await save(old);
  await session.delete(old);
  const next = new User({ name: "a", age: 2 });
  session.add(next);
  expect(await flush()).toEqual(["UPDATE users SET age = $1 WHERE users.name = $2"]);
  expect(await rows(User)).toEqual([{ name: "a", age: 2 }]);
  expect(await session.get(User, "a")).toBe(next);
});

it("leaves nothing of the deleted object in such a row", async ({ session, save, rows }) => {
  const old = new Ticket({ id: 1, title: "a", note: "x", createdAt: new Date(0) });
  await save(old);
  await session.delete(old);
  const next = new Ticket({ id: 1, title: "b" });
  await save(next);
  expect(next.note).toBeNull();
  expect(next.createdAt.getTime()).toBeGreaterThan(0);
  expect(await rows(Ticket)).toEqual([{ id: 1, title: "b", note: null, createdAt: next.createdAt }]);
});
