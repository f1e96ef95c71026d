import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, hasMany, inspectObject } from "tegmen/orm";
import { casesOn, expect } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class User extends entity(
  "users",
  { id: c.rowid().primaryKey(), name: c.string(), version: c.int().notNull() },
  { posts: () => hasMany(Post, { cascade: "all, delete-orphan" }) },
  { ...options, version: "version" },
) {}

class Post extends entity(
  "posts",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    title: c.string(),
    userId: c.bigint().references((): AnyColumn => User.c.id),
  },
  { user: () => belongsTo(User) },
  options,
) {}

const it = casesOn(metadata);
const status = (object: object): unknown => inspectObject(object).status;

it("takes back what a flush gave to new objects", async ({ session, save }) => {
  const user = new User({ name: "a", posts: [new Post({ title: "x" })] });
  await save(user);
  expect(user.id).toBeDefined();
  await session.rollback();
  expect(user.id).toBeUndefined();
  expect(user.posts[0]!.id).toBeUndefined();
  expect(user.posts[0]!.userId).toBeUndefined();
  expect(status(user)).toBe("transient");
});

it("lets the objects be added again", async ({ session, save, rows }) => {
  const user = new User({ name: "a", posts: [new Post({ title: "x" })] });
  await save(user);
  await session.rollback();
  await save(user);
  expect(await rows(Post)).toMatchObject([{ title: "x", userId: user.id }]);
});

it("takes back flushed changes to a savepoint", async ({ session, save, rows }) => {
  const user = new User({ name: "a" });
  await save(user);
  const nested = await session.beginNested();
  user.name = "b";
  await session.flush();
  expect(user.version).toBe(2);
  await nested.rollback();
  expect([user.name, user.version]).toEqual(["a", 1]);
  user.name = "c";
  await session.flush();
  expect(await rows(User)).toMatchObject([{ name: "c", version: 2 }]);
});

it("takes back a deletion to a savepoint", async ({ session, save, rows }) => {
  const user = new User({ name: "a", posts: [new Post({ title: "x" })] });
  await save(user);
  const nested = await session.beginNested();
  await session.delete(user);
  await session.flush();
  expect(status(user)).toBe("deleted");
  await nested.rollback();
  expect(status(user)).toBe("persistent");
  expect(await rows(Post)).toHaveLength(1);
});

it("takes back a foreign key that followed a list", async ({ session, save }) => {
  const post = new Post({ title: "x" });
  const [one, two] = [new User({ name: "a", posts: [post] }), new User({ name: "b" })];
  await save(one, two);
  const nested = await session.beginNested();
  two.posts.push(post);
  await session.flush();
  expect(post.userId).toBe(two.id);
  await nested.rollback();
  expect(post.userId).toBe(one.id);
  expect(one.posts).toEqual([post]);
});

it("takes back what a failed flush did", async ({ session, save, flush }) => {
  const user = new User({ name: "a" });
  await save(user);
  const nested = await session.beginNested();
  const post = new Post({ id: "not a uuid", title: "x" });
  user.posts.push(post);
  user.name = "b";
  await expect(flush()).rejects.toThrow("posts.id");
  await nested.rollback();
  expect([user.name, user.version]).toEqual(["a", 1]);
  expect(status(post)).toBe("transient");
});

it("flushes the rest after a savepoint that was rolled back", async ({ session, save, flush, rows }) => {
  await save(new User({ name: "a" }));
  const nested = await session.beginNested();
  session.add(new User({ name: "b" }));
  await flush();
  await nested.rollback();
  session.add(new User({ name: "c" }));
  await flush();
  expect((await rows(User)).map(({ name }) => name)).toEqual(["a", "c"]);
});
