import { type AnyColumn, c, foreignKey, func, MetaData, primaryKey, table } from "tegmen";
import { entity, manyToMany, StaleDataError } from "tegmen/orm";
import { casesOn, expect, sql, turnsOf } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

const postTags = table(
  "post_tags",
  {
    postId: c.int().references((): AnyColumn => Post.c.id),
    tagId: c.int().references((): AnyColumn => Tag.c.id),
  },
  (t) => [primaryKey().on(t.postId, t.tagId)],
  options,
);

class Post extends entity(
  "posts",
  { id: c.int().primaryKey(), title: c.string() },
  { tags: () => manyToMany(Tag, { through: postTags }) },
  options,
) {}

class Tag extends entity(
  "tags",
  { id: c.int().primaryKey(), name: c.string() },
  { posts: () => manyToMany(Post, { through: postTags }) },
  options,
) {}

const follows = table(
  "follows",
  {
    followerId: c.uuid().references((): AnyColumn => Person.c.id),
    followedId: c.uuid().references((): AnyColumn => Person.c.id),
    since: c.timestamptz().default(func.now()),
  },
  (t) => [primaryKey().on(t.followerId, t.followedId)],
  options,
);

class Person extends entity(
  "people",
  { id: c.uuid().primaryKey().default(func.genRandomUuid()), name: c.string() },
  {
    following: () =>
      manyToMany(Person, {
        through: follows,
        foreignKey: "followerId",
        otherKey: "followedId",
        backPopulates: "followers",
      }),
    followers: () =>
      manyToMany(Person, {
        through: follows,
        foreignKey: "followedId",
        otherKey: "followerId",
        backPopulates: "following",
      }),
  },
  options,
) {}

class Course extends entity(
  "courses",
  { id: c.rowid().primaryKey(), name: c.string() },
  { students: () => manyToMany(Student, { through: enrolments }) },
  options,
) {}

class Student extends entity(
  "students",
  { school: c.int(), number: c.int() },
  {},
  {
    ...options,
    items: (t) => [primaryKey().on(t["school"] as never, t["number"] as never)],
  },
) {}

const enrolments = table(
  "enrolments",
  {
    courseId: c.bigint().references((): AnyColumn => Course.c.id),
    school: c.int(),
    number: c.int(),
  },
  (t) => [
    primaryKey().on(t.courseId, t.school, t.number),
    foreignKey()
      .on(t.school, t.number)
      .references(() => [Student.c.school, Student.c.number]),
  ],
  options,
);

const it = casesOn(metadata);
const tag = (id: number): Tag => new Tag({ id });
const pairs = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map((row) => [row["postId"], row["tagId"]]);

it("writes both sides, then the rows between in one statement", async ({ session, flush, rows }) => {
  session.add(new Post({ id: 1, tags: [tag(1), tag(2)] }));
  expect(await flush()).toEqual([
    "INSERT INTO posts (id) VALUES ($1)",
    "INSERT INTO tags (id) VALUES ($1), ($2)",
    "INSERT INTO post_tags (post_id, tag_id) VALUES ($1, $2), ($3, $4)",
  ]);
  expect(pairs(await rows(postTags))).toEqual([
    [1, 1],
    [1, 2],
  ]);
});

it("writes a row between once, though both sides know of it", async ({ session, flush, rows }) => {
  const [post, one] = [new Post({ id: 1 }), tag(1)];
  post.tags.push(one);
  expect(one.posts).toHaveLength(1);
  session.add(post);
  await flush();
  expect(pairs(await rows(postTags))).toEqual([[1, 1]]);
});

it("adds from the other side", async ({ save, flush, rows }) => {
  const [post, one] = [new Post({ id: 1 }), tag(1)];
  await save(post, one);
  one.posts.push(post);
  expect(await flush()).toHaveLength(1);
  expect(pairs(await rows(postTags))).toEqual([[1, 1]]);
});

it("deletes rows between, by one statement", async ({ save, flush, rows }) => {
  const post = new Post({ id: 1, tags: [tag(1), tag(2), tag(3)] });
  await save(post);
  post.tags = [post.tags[1]!];
  expect(await flush()).toEqual([
    "DELETE FROM post_tags WHERE (post_tags.post_id, post_tags.tag_id) IN " +
      "(SELECT v.c1, v.c2 FROM unnest($1::INT8[], $2::INT8[]) AS v (c1, c2))",
  ]);
  expect(pairs(await rows(postTags))).toEqual([[1, 2]]);
  expect(await rows(Tag)).toHaveLength(3);
});

it("deletes one row between", async ({ save, flush, rows }) => {
  const post = new Post({ id: 1, tags: [tag(1)] });
  await save(post);
  post.tags.pop();
  expect(await flush()).toEqual(["DELETE FROM post_tags WHERE post_tags.post_id = $1 AND post_tags.tag_id = $2"]);
  expect(await rows(postTags)).toEqual([]);
});

it("deletes before it inserts rows between", async ({ save, flush, rows }) => {
  const [one, two] = [tag(1), tag(2)];
  const post = new Post({ id: 1, tags: [one] });
  await save(post, two);
  post.tags = [two];
  expect((await flush()).map((text) => text.split(" ")[0])).toEqual(["DELETE", "INSERT"]);
  expect(pairs(await rows(postTags))).toEqual([[1, 2]]);
});

it("deletes the rows between of a deleted object, without loading them", async ({ session, save, sent, rows }) => {
  const post = new Post({ id: 1, tags: [tag(1), tag(2)] });
  await save(post);
  session.expungeAll();
  await session.delete(await session.getOne(Post, 1));
  sent();
  await session.flush();
  expect(sent().map((one) => one.sql)).toEqual([
    "DELETE FROM post_tags WHERE post_tags.post_id = $1",
    "DELETE FROM posts WHERE posts.id = $1",
  ]);
  expect(await rows(postTags)).toEqual([]);
  expect(await rows(Tag)).toHaveLength(2);
});

it("deletes both sides at once", async ({ session, save, flush, rows }) => {
  const post = new Post({ id: 1, tags: [tag(1), tag(2)] });
  await save(post);
  for (const one of [...post.tags, post]) await session.delete(one);
  await flush();
  expect([await rows(postTags), await rows(Post), await rows(Tag)]).toEqual([[], [], []]);
});

it("writes objects of one class that refer to each other", async ({ save, rows, session, sent }) => {
  const [one, two] = [new Person({ name: "a" }), new Person({ name: "b" })];
  one.following.push(two);
  session.addAll([one, two]);
  await session.flush();
  expect(turnsOf(sent())).toBe(1);
  expect(two.followers).toEqual([one]);
  two.following.push(one);
  await save();
  const found = (await rows(follows)).map(({ followerId, followedId }) => [followerId, followedId]);
  expect(found).toHaveLength(2);
  expect(found).toContainEqual([two.id, one.id]);
});

it("leaves other columns of the table between to their defaults", async ({ save, rows }) => {
  await save(new Person({ following: [new Person()] }));
  expect((await rows(follows))[0]!["since"]).toBeInstanceOf(Date);
});

it("waits for the keys of the server", async ({ session, sent, rows }) => {
  const course = new Course({ students: [new Student({ school: 1, number: 2 })] });
  session.add(course);
  await session.flush();
  expect(turnsOf(sent())).toBe(2);
  expect(await rows(enrolments)).toEqual([{ courseId: course.id, school: 1, number: 2 }]);
});

it("has composite keys", async ({ save, flush, rows }) => {
  const students = [1, 2, 3].map((number) => new Student({ school: 1, number }));
  const course = new Course({ students });
  await save(course);
  course.students.splice(0, 2);
  await flush();
  expect(await rows(enrolments)).toMatchObject([{ school: 1, number: 3 }]);
});

it("adds to a list that was not loaded", async ({ session, save, rows }) => {
  await save(new Post({ id: 1, tags: [tag(1)] }), tag(2));
  session.expungeAll();
  const [post, two] = [await session.getOne(Post, 1), await session.getOne(Tag, 2)];
  await session.load(post, "tags");
  post.tags.push(two);
  await save();
  expect(pairs(await rows(postTags))).toEqual([
    [1, 1],
    [1, 2],
  ]);
});

it("notices that somebody else has deleted the rows between", async ({ session, save, flush }) => {
  const post = new Post({ id: 1, tags: [tag(1)] });
  await save(post);
  await session.execute(sql`DELETE FROM post_tags`);
  post.tags = [];
  await expect(flush()).rejects.toThrow(StaleDataError);
});

it("says which relation is stale", async ({ session, save, flush }) => {
  const post = new Post({ id: 1, tags: [tag(1)] });
  await save(post);
  await session.execute(sql`DELETE FROM post_tags`);
  post.tags = [];
  await expect(flush()).rejects.toThrow("table between of Post.tags deleted 0 rows instead of 1");
});
