import { type AnyColumn, c, createEngine, DataError, ForeignKeyViolation, MetaData, UniqueViolation } from "tegmen";
import { belongsTo, entity, FlushError, hasMany, sessionmaker } from "tegmen/orm";
import { serverOptions } from "../../support/server.ts";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class User extends entity(
  "users",
  {
    id: c.int().primaryKey(),
    email: c.string().notNull().unique(),
    age: c.int(),
    seen: c.timestamptz(),
    region: c.enum("region", ["us", "eu"]),
  },
  { posts: () => hasMany(Post) },
  options,
) {}

class Post extends entity(
  "posts",
  { id: c.rowid().primaryKey(), rating: c.int(), userId: c.int().references((): AnyColumn => User.c.id) },
  { user: () => belongsTo(User) },
  options,
) {}

class Badge extends entity(
  "badges",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id) },
  {},
  options,
) {}

const it = casesOn(metadata);
const user = (id: number, email = `u${id}`): User => new User({ id, email });

async function failure(work: Promise<unknown>): Promise<Error> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Error);
  return outcome as Error;
}

it("keeps the class, the fields and the cause of the server's error", async ({ session, save, flush }) => {
  await save(user(1, "a"));
  session.add(user(2, "a"));
  const error = (await failure(flush())) as UniqueViolation;
  expect(error).toBeInstanceOf(UniqueViolation);
  expect(error.code).toBe("23505");
  expect(error.constraint).toBe("users_email_key");
  expect(error.cause).toBeInstanceOf(UniqueViolation);
});

it("names the object that could not be inserted", async ({ session, save, flush }) => {
  await save(user(1, "a"));
  session.add(user(2, "a"));
  expect((await failure(flush())).message.split("\n")[0]).toMatch(/\(in the INSERT of User\(id 2\)\)$/);
});

it("names the one among many that the server means", async ({ session, save, flush }) => {
  await save(user(1, "a"));
  session.addAll([user(2), user(3, "a"), user(4)]);
  expect((await failure(flush())).message.split("\n")[0]).toMatch(/\(in the INSERT of User\(id 3\)\)$/);
});

it("names the object that could not be updated", async ({ save, flush }) => {
  const [one, two] = [user(1, "a"), user(2, "b")];
  await save(one, two);
  two.email = "a";
  expect((await failure(flush())).message.split("\n")[0]).toMatch(/\(in the UPDATE of User\(id 2\)\)$/);
});

it("names the object that could not be deleted", async ({ session, save, flush }) => {
  const one = user(1);
  await save(one);
  await save(new Badge({ id: 1, userId: 1 }));
  await session.delete(one);
  expect((await failure(flush())).message.split("\n")[0]).toMatch(/\(in the DELETE of User\(id 1\)\)$/);
});

it("names the object whose reference leads nowhere", async ({ session, flush }) => {
  session.add(new Post({ userId: 99 }));
  const error = await failure(flush());
  expect(error).toBeInstanceOf(ForeignKeyViolation);
  expect(error.message).toContain("(in the INSERT of a new Post)");
});

it("finds missing values before anything is sent", async ({ session, flush, sent }) => {
  session.addAll([user(1), new User({ id: 2 })]);
  expect((await failure(flush())).message).toBe(
    "User.email is required and has no value in User(id 2): give it a value, or its column a default",
  );
  expect(sent()).toEqual([]);
});

it("finds a required value that was set to null", async ({ save, flush, sent }) => {
  const one = user(1);
  await save(one);
  (one as { email: string | null }).email = null;
  expect((await failure(flush())).message).toBe("User.email is required and was set to null in User(id 1)");
  expect(sent()).toEqual([]);
});

it("finds a new object with null for a required value", async ({ session, flush }) => {
  session.add(new User({ id: 1, email: null as never }));
  await expect(flush()).rejects.toThrow("User.email is required and is null in User(id 1)");
});

it("names the column and the object of a value of another type", async ({ session, flush, sent }) => {
  session.add(new User({ id: 1, email: "a", age: "old" as never }));
  const error = await failure(flush());
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toContain("users.age");
  expect(error.message).toContain("User(id 1)");
  expect(sent()).toEqual([]);
});

it("names the column of a value of another type in an UPDATE", async ({ save, flush, sent }) => {
  const one = user(1);
  await save(one);
  one.age = 1.5;
  const error = await failure(flush());
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toContain("users.age");
  expect(error.message).toContain("(in the UPDATE of User(id 1))");
  expect(sent()).toEqual([]);
});

it("names the column of a value of another type among many", async ({ save, flush }) => {
  const users = [user(1), user(2), user(3)];
  await save(...users);
  for (const one of users) one.seen = new Date(one.id === 2 ? Number.NaN : 0);
  const error = await failure(flush());
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toContain("users.seen");
});

it("names the value that an enum does not have", async ({ session, flush }) => {
  session.add(new User({ id: 1, email: "a", region: "asia" as never }));
  await expect(flush()).rejects.toThrow(/users\.region.*asia/);
});

it("finds an unfit value before it sends what comes before it", async ({ session, flush, sent }) => {
  session.add(new User({ id: 1, email: "a", region: "asia" as never }));
  session.add(new User({ id: 2, email: "b" }));
  await failure(flush());
  expect(sent()).toEqual([]);
});

it("leaves a Session that can be used after a rollback", async ({ session, save, flush, rows }) => {
  await save(user(1, "a"));
  session.add(user(2, "a"));
  await failure(flush());
  await session.rollback();
  session.add(user(3, "c"));
  await flush();
  expect(await rows(User)).toMatchObject([{ id: 3 }]);
});

it("raises FlushError for what is wrong with the objects", async ({ session, flush }) => {
  session.add(new User({ id: 1 }));
  await expect(flush()).rejects.toThrow(FlushError);
});

it("raises the first error of statements that travelled together", async ({ session, save, flush }) => {
  await save(user(1, "a"));
  session.addAll([user(2, "a"), new Post({ userId: 99 })]);
  expect(await failure(flush())).toBeInstanceOf(UniqueViolation);
});

it("keeps values out of its messages where the engine does", async ({ engine, session, flush }) => {
  await using secretive = createEngine(engine.url, { ...serverOptions, hideParameters: true, poolSize: 1 });
  await using hidden = sessionmaker(secretive)();
  hidden.addAll([user(1, "secret"), user(2, "secret")]);
  const error = await failure(hidden.flush());
  expect(error.message).toContain("User(id [hidden])");
  expect(error.message).not.toContain("secret");
  session.add(new User({ id: 7 }));
  expect((await failure(flush())).message).toContain("User(id 7)");
});
