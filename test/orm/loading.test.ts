import { type AnyColumn, c, type Condition, type Engine, func, insert, MetaData, select, table } from "tegmen";
import {
  aliased,
  belongsTo,
  containsEager,
  defer,
  entity,
  hasMany,
  hasOne,
  joinedload,
  loadOnly,
  manyToMany,
  NotLoadedError,
  raiseload,
  selectinload,
  type Session,
  sessionmaker,
  undefer,
} from "tegmen/orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultProxy } from "../support/fault-proxy.ts";
import { openDatabase, type TestDatabase } from "../support/server.ts";

const metadata = new MetaData();

class User extends entity(
  "users",
  { id: c.int().primaryKey(), nick: c.string().notNull(), bio: c.string() },
  {
    posts: () => hasMany(Post, { orderBy: (post) => post.id }),
    drafts: () => hasMany(Post, { where: (post) => post.title.startsWith("draft"), orderBy: (post) => post.id.desc() }),
    profile: () => hasOne(Profile),
    comments: () => hasMany(Comment, { orderBy: (comment) => comment.id }),
  },
  { metadata },
) {}

class Profile extends entity(
  "profiles",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id), site: c.string() },
  { user: () => belongsTo(User) },
  { metadata },
) {}

class Post extends entity(
  "posts",
  {
    id: c.int().primaryKey(),
    title: c.string().notNull(),
    userId: c.int().references((): AnyColumn => User.c.id),
  },
  {
    user: () => belongsTo(User),
    comments: () => hasMany(Comment, { orderBy: (comment) => comment.id }),
    tags: () => manyToMany(Tag, { through: postTags, orderBy: (tag) => tag.id }),
  },
  { metadata },
) {}

class Comment extends entity(
  "comments",
  {
    id: c.int().primaryKey(),
    text: c.string().notNull(),
    postId: c.int().references((): AnyColumn => Post.c.id),
    userId: c.int().references((): AnyColumn => User.c.id),
  },
  { post: () => belongsTo(Post), user: () => belongsTo(User) },
  { metadata },
) {}

class Tag extends entity(
  "tags",
  { id: c.int().primaryKey(), label: c.string().notNull() },
  { posts: () => manyToMany(Post, { through: postTags }) },
  { metadata },
) {}

const postTags = table(
  "post_tags",
  {
    postId: c
      .int()
      .references((): AnyColumn => Post.c.id)
      .primaryKey(),
    tagId: c
      .int()
      .references((): AnyColumn => Tag.c.id)
      .primaryKey(),
  },
  { metadata },
);

class Node extends entity(
  "nodes",
  { id: c.int().primaryKey(), parentId: c.int().references((): AnyColumn => Node.c.id), label: c.string() },
  { parent: () => belongsTo(Node), children: () => hasMany(Node, { orderBy: (node) => node.id }) },
  { metadata },
) {}

class Region extends entity(
  "regions",
  { country: c.string().primaryKey(), code: c.int().primaryKey() },
  { shops: () => hasMany(Shop, { foreignKey: ["country", "regionCode"], orderBy: (shop) => shop.id }) },
  { metadata },
) {}

class Shop extends entity(
  "shops",
  { id: c.int().primaryKey(), country: c.string(), regionCode: c.int() },
  { region: () => belongsTo(Region, { foreignKey: ["country", "regionCode"] }) },
  { metadata },
) {}

let database: TestDatabase;
let engine: Engine;
let proxy: FaultProxy;
let make: ReturnType<typeof sessionmaker>;
let session: Session;

beforeAll(async () => {
  database = await openDatabase();
  proxy = await FaultProxy.start(database.url);
  engine = database.engine({}, proxy.url(database.url));
  await metadata.createAll(engine);
  make = sessionmaker(engine);
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  await engine.begin(async (conn) => {
    await conn.execute(insert(User).values(range(20).map((id) => ({ id, nick: `user ${id}`, bio: "long" }))));
    await conn.execute(insert(Profile).values(range(10).map((id) => ({ id, userId: id * 2, site: `site ${id}` }))));
    await conn.execute(
      insert(Post).values(
        range(40).map((id) => ({ id, title: id % 4 === 0 ? `draft ${id}` : `post ${id}`, userId: (id % 20) + 1 })),
      ),
    );
    await conn.execute(
      insert(Comment).values(
        range(80).map((id) => ({ id, text: `comment ${id}`, postId: (id % 40) + 1, userId: (id % 7) + 1 })),
      ),
    );
    await conn.execute(insert(Tag).values(range(4).map((id) => ({ id, label: `tag ${id}` }))));
    await conn.execute(
      insert(postTags).values(
        range(10).flatMap((id) => [
          { postId: id, tagId: 1 },
          { postId: id, tagId: (id % 3) + 2 },
        ]),
      ),
    );
    await conn.execute(insert(Node).values({ id: 1, parentId: null, label: "root" }));
    await conn.execute(
      insert(Node).values([
        { id: 2, parentId: 1, label: "left" },
        { id: 3, parentId: 1, label: "right" },
      ]),
    );
    await conn.execute(insert(Node).values([{ id: 4, parentId: 2, label: "leaf" }]));
    await conn.execute(
      insert(Region).values([
        { country: "de", code: 1 },
        { country: "de", code: 2 },
        { country: "fr", code: 1 },
      ]),
    );
    await conn.execute(
      insert(Shop).values([
        { id: 1, country: "de", regionCode: 1 },
        { id: 2, country: "fr", regionCode: 1 },
        { id: 3, country: "de", regionCode: 1 },
        { id: 4, country: null, regionCode: 1 },
      ]),
    );
  });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});
beforeEach(() => {
  session = make();
});
afterEach(async () => {
  for (const one of [session, ...others.splice(0)]) await one.close();
});

const others: Session[] = [];

/** A Session that knows nothing yet. */
function another(): Session {
  const made = make();
  others.push(made);
  return made;
}

/** The statements, turn by turn, that something sends. */
async function turnsOf(work: () => Promise<unknown>): Promise<readonly (readonly string[])[]> {
  proxy.forgetTurns();
  await work();
  return proxy.turns.map((turn) => turn.filter((sql) => sql.startsWith("SELECT"))).filter((turn) => turn.length > 0);
}

const ids = (objects: Iterable<{ readonly id: number }>): number[] => Array.from(objects, ({ id }) => id);

describe("selectinload", () => {
  test("loads 20 users with posts and comments by 3 statements", async () => {
    let users: User[] = [];
    const turns = await turnsOf(async () => {
      const statement = select(User).orderBy(User.id).options(selectinload(User.posts).selectinload(Post.comments));
      users = (await session.scalars(statement)).all();
    });
    expect(turns.map((turn) => turn.length)).toEqual([1, 1, 1]);
    expect(users).toHaveLength(20);
    expect(ids(users[0]!.posts)).toEqual([20, 40]);
    expect(ids(users[4]!.posts[0]!.comments)).toEqual([3, 43]);
    expect(users[0]!.posts[0]!.user).toBe(users[0]);
    expect(users[0]!.posts[0]!.comments[0]!.post).toBe(users[0]!.posts[0]);
  });

  test("sends the statements of one level in one turn", async () => {
    const turns = await turnsOf(() =>
      session.scalars(
        select(User).options(
          selectinload(User.posts).options(selectinload(Post.comments), selectinload(Post.tags)),
          selectinload(User.profile),
        ),
      ),
    );
    expect(turns.map((turn) => turn.length)).toEqual([1, 2, 2]);
  });

  test("takes references from the identity map", async () => {
    const users = (await session.scalars(select(User))).all();
    let posts: Post[] = [];
    const turns = await turnsOf(async () => {
      posts = (await session.scalars(select(Post).options(selectinload(Post.user)))).all();
    });
    expect(turns).toHaveLength(1);
    expect(posts.every((post) => users.includes(post.user!))).toBe(true);
  });

  test("loads references, and null where there is none", async () => {
    const comments = (
      await session.scalars(select(Comment).orderBy(Comment.id).options(selectinload(Comment.user)))
    ).all();
    expect(comments[0]!.user!.id).toBe(2);
    const nodes = (await session.scalars(select(Node).orderBy(Node.id).options(selectinload(Node.parent)))).all();
    expect(nodes.map((node) => node.parent?.id ?? null)).toEqual([null, 1, 1, 2]);
  });

  test("loads one-to-one, filtered and ordered lists", async () => {
    const statement = select(User).orderBy(User.id).options(selectinload(User.profile), selectinload(User.drafts));
    const users = (await session.scalars(statement)).all();
    expect(users.map((user) => user.profile?.id ?? null).slice(0, 4)).toEqual([null, 1, null, 2]);
    expect(users[1]!.profile!.user).toBe(users[1]);
    expect(users.slice(0, 5).map((user) => ids(user.drafts))).toEqual([[40, 20], [], [], [], [24, 4]]);
  });

  test("loads many-to-many from both sides", async () => {
    const posts = (
      await session.scalars(select(Post).orderBy(Post.id).limit(3).options(selectinload(Post.tags)))
    ).all();
    expect(posts.map((post) => ids(post.tags))).toEqual([
      [1, 3],
      [1, 4],
      [1, 2],
    ]);
    const tag = await session.scalars(select(Tag).where(Tag.id.eq(4)).options(selectinload(Tag.posts)));
    expect(ids(tag.one().posts).toSorted((a, b) => a - b)).toEqual([2, 5, 8]);
    expect(tag.one().posts.includes(posts[1]!)).toBe(true);
  });

  test("loads by composite keys", async () => {
    const regions = (
      await session.scalars(select(Region).orderBy(Region.country, Region.code).options(selectinload(Region.shops)))
    ).all();
    expect(regions.map((region) => ids(region.shops))).toEqual([[1, 3], [], [2]]);
    const shops = (await another().scalars(select(Shop).orderBy(Shop.id).options(selectinload(Shop.region)))).all();
    expect(shops.map((shop) => shop.region?.country ?? null)).toEqual(["de", "fr", "de", null]);
  });

  test("goes down a tree as many levels as it is asked to", async () => {
    const roots = () => select(Node).where(Node.parentId.isNull());
    const [one] = (await session.scalars(roots().options(selectinload(Node.children)))).all();
    expect(ids(one!.children)).toEqual([2, 3]);
    expect(() => one!.children[0]!.children).toThrow(NotLoadedError);
    const turns = await turnsOf(async () => {
      const deep = (await another().scalars(roots().options(selectinload(Node.children, { recursionDepth: 5 })))).one();
      expect(ids(deep.children[0]!.children)).toEqual([4]);
      expect(deep.children[0]!.children[0]!.children).toHaveLength(0);
    });
    expect(turns).toHaveLength(4);
  });

  test("takes paths, and stars", async () => {
    const users = (await session.scalars(select(User).options(selectinload(User, "posts.comments.user")))).all();
    expect(users[0]!.posts[0]!.comments[0]!.user!.nick).toContain("user");
    const post = (await another().scalars(select(Post).where(Post.id.eq(1)).options(selectinload(Post, "*")))).one();
    expect([post.comments.length, post.tags.length, post.user!.id]).toEqual([2, 2, 2]);
  });
});

describe("joinedload", () => {
  test("loads references in the same statement", async () => {
    let comments: Comment[] = [];
    const turns = await turnsOf(async () => {
      const statement = select(Comment).orderBy(Comment.id).limit(3);
      comments = (await session.scalars(statement.options(joinedload(Comment.post).joinedload(Post.user)))).all();
    });
    expect(turns.flat()).toEqual([
      expect.stringMatching(
        /^SELECT comments\.id, .* LEFT JOIN posts AS post_1 ON .* LEFT JOIN users AS user_2 .* LIMIT/,
      ),
    ]);
    expect(comments.map((comment) => comment.post!.user!.id)).toEqual([3, 4, 5]);
  });

  test("gives each object once, with its list, whatever LIMIT says", async () => {
    const statement = select(User).orderBy(User.nick.desc(), User.id).limit(2).offset(1);
    let users: User[] = [];
    const turns = await turnsOf(async () => {
      users = (await session.scalars(statement.options(joinedload(User.posts), joinedload(User.profile)))).all();
    });
    expect(turns.flat()).toHaveLength(1);
    expect(turns.flat()[0]).toContain("FROM (SELECT users.id AS c1");
    const plain = (await session.scalars(statement)).all();
    expect(users.every((user, index) => user === plain[index])).toBe(true);
    expect(users).toHaveLength(2);
    expect(users.every((user) => user.posts.length === 2 && user.posts[0]!.user === user)).toBe(true);
  });

  test("multiplies no lists", async () => {
    const statement = select(Post).where(Post.id.le(4)).orderBy(Post.id);
    const posts = (await session.scalars(statement.options(joinedload(Post.comments), joinedload(Post.tags)))).all();
    expect(posts.map((post) => [post.comments.length, post.tags.length])).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(ids(posts[0]!.comments)).toEqual([40, 80]);
  });

  test("leaves out objects without related ones if asked to", async () => {
    const users = await session.scalars(
      select(User)
        .where(User.id.le(4))
        .orderBy(User.id)
        .options(joinedload(User.profile, { innerjoin: true })),
    );
    expect(ids(users)).toEqual([2, 4]);
  });

  test("goes before and after selectinload", async () => {
    let turns = await turnsOf(async () => {
      const users = await session.scalars(
        select(User).options(selectinload(User.comments).joinedload(Comment.post).selectinload(Post.tags)),
      );
      const [user] = users.all().filter(({ id }) => id === 1);
      expect(user!.comments[0]!.post!.tags.length).toBeGreaterThan(0);
    });
    expect(turns.map((turn) => turn.length)).toEqual([1, 1, 1]);
    turns = await turnsOf(() =>
      another().scalars(select(Comment).options(joinedload(Comment.post).selectinload(Post.tags))),
    );
    expect(turns.map((turn) => turn.length)).toEqual([1, 1]);
  });

  test("joins a tree with itself", async () => {
    const nodes = (
      await session.scalars(select(Node).orderBy(Node.id).options(joinedload(Node.children), joinedload(Node.parent)))
    ).all();
    expect(nodes.map((node) => [node.parent?.id ?? null, ids(node.children)])).toEqual([
      [null, [2, 3]],
      [1, [4]],
      [1, []],
      [2, []],
    ]);
  });

  test("works beside plain columns", async () => {
    const statement = select(Post, func.length(Post.title).as("size")).where(Post.id.le(2)).orderBy(Post.id);
    const rows = (await session.execute(statement.options(joinedload(Post.comments)))).all();
    expect(rows.map((row) => [row.posts.id, row.size, row.posts.comments.length])).toEqual([
      [1, 6, 2],
      [2, 6, 2],
    ]);
  });
});

describe("containsEager", () => {
  test("takes what the statement joins", async () => {
    const statement = select(User)
      .innerJoin(User.posts)
      .where(Post.title.startsWith("draft"))
      .orderBy(User.id, Post.id);
    const users = (await session.scalars(statement.options(containsEager(User.posts)))).all();
    expect(users.map((user) => ids(user.posts)).slice(0, 2)).toEqual([
      [20, 40],
      [4, 24],
    ]);
  });

  test("takes an alias", async () => {
    const boss = aliased(Node, "boss");
    const statement = select(Node).leftJoin(Node.parent.to(boss)).where(boss.label.eq("root")).orderBy(Node.id);
    const nodes = (await session.scalars(statement.options(containsEager(Node.parent, boss)))).all();
    expect(nodes.map((node) => [node.id, node.parent!.label])).toEqual([
      [2, "root"],
      [3, "root"],
    ]);
  });
});

describe("columns", () => {
  test("are chosen by loadOnly, defer and undefer", async () => {
    let users: User[] = [];
    const turns = await turnsOf(async () => {
      users = (await session.scalars(select(User).orderBy(User.id).options(loadOnly(User.nick)))).all();
    });
    expect(turns.flat()).toEqual(["SELECT users.id, users.nick FROM users ORDER BY users.id"]);
    expect(users[0]!.nick).toBe("user 1");
    expect(() => users[0]!.bio).toThrow(NotLoadedError);
    const [first] = (await session.scalars(select(User).orderBy(User.id))).all();
    expect([first === users[0], first!.bio]).toEqual([true, "long"]);
    const [deferred] = (
      await another().scalars(select(User).options(defer(User.bio, User.nick), undefer(User.nick)))
    ).all();
    expect(deferred!.nick).toContain("user");
    expect(() => deferred!.bio).toThrow(NotLoadedError);
  });

  test("that relations need are loaded", async () => {
    const posts = (
      await session.scalars(select(Post).options(loadOnly(Post.title), selectinload(Post.user).loadOnly(User.nick)))
    ).all();
    expect(posts.every((post) => post.user!.nick.startsWith("user"))).toBe(true);
    expect(() => posts[0]!.user!.bio).toThrow(NotLoadedError);
    const [user] = (await another().scalars(select(User).options(selectinload(User.posts).loadOnly(Post.title)))).all();
    expect(user!.posts[0]!.title).toContain("2");
  });
});

describe("loading", () => {
  test("raises for what was not asked for", async () => {
    const [user] = (await session.scalars(select(User).options(selectinload(User, "*"), raiseload(User.posts)))).all();
    expect(() => user!.posts).toThrow("User.posts was not loaded: add .options(selectinload(User.posts))");
    expect(user!.profile === null || user!.profile.id > 0).toBe(true);
  });

  test("session.load loads for many objects at once", async () => {
    const users = (await session.scalars(select(User).where(User.id.le(20)))).all();
    const turns = await turnsOf(() => session.load(users, "posts.comments", "profile"));
    expect(turns.map((turn) => turn.length)).toEqual([2, 1]);
    expect(users[0]!.posts[0]!.comments).toHaveLength(2);
    expect(await turnsOf(() => session.load(users, "posts.comments"))).toEqual([]);
    await session.load(users[0]!, "comments");
    expect(users[0]!.comments.length).toBeGreaterThan(0);
    await expect(session.load(users, "posts.author" as never)).rejects.toThrow('entity Post has no relation "author"');
  });

  test("the same graph twice gives the same objects", async () => {
    const statement = select(User)
      .where(User.id.le(3))
      .orderBy(User.id)
      .options(selectinload(User.posts).selectinload(Post.comments));
    const one = (await session.scalars(statement)).all();
    const lists = one.map(({ posts }) => posts);
    const two = (await session.scalars(statement)).all();
    expect(two.every((user, index) => user === one[index] && user.posts === lists[index])).toBe(true);
  });

  test("keeps pending changes", async () => {
    const statement = select(User).where(User.id.eq(1)).options(selectinload(User.posts));
    const user = (await session.scalars(statement)).one();
    const [first] = user.posts;
    user.posts.shift();
    const again = (await session.scalars(statement, undefined, { autoflush: false })).one();
    expect(again.posts.includes(first!)).toBe(false);
    expect(first!.user).toBeNull();
    await session.rollback();
    expect(user.posts.includes(first!)).toBe(true);
    expect(first!.user).toBe(user);
  });

  test("adds what was put into a list before it was loaded", async () => {
    const user = (await session.get(User, 3))!;
    const post = new Post({ id: 500, title: "new", user });
    session.add(post);
    expect(() => user.posts).toThrow(NotLoadedError);
    await session.load(user, "posts");
    expect(user.posts.includes(post)).toBe(true);
    await session.rollback();
  });

  test("loads again what another transaction may have changed", async () => {
    const user = (await session.scalars(select(User).where(User.id.eq(5)).options(selectinload(User.comments)))).one();
    const before = user.comments.length;
    await session.commit();
    await engine.execute(insert(Comment).values({ id: 1000, text: "later", postId: 1, userId: 5 }));
    expect(user.comments).toHaveLength(before);
    await session.load(user, "comments");
    expect(user.comments).toHaveLength(before + 1);
  });

  test("of a UNION takes statements of their own", async () => {
    const one = select(User).where(User.id.eq(1)).options(joinedload(User.posts));
    const users = (await session.scalars(one.union(select(User).where(User.id.eq(2))))).all();
    expect(users.every((user) => user.posts.length === 2)).toBe(true);
  });

  test("refuses options for what is not selected", async () => {
    await expect(session.scalars(select(User).options(selectinload(Post.comments)))).rejects.toThrow(
      "an option for Post.comments was given where User is loaded",
    );
    expect(() => selectinload(User.posts).selectinload(User.comments as never)).toThrow(
      "cannot go on with User.comments",
    );
  });

  test("of aliases gives objects", async () => {
    const boss = aliased(Node, "boss");
    const rows = (
      await session.execute(
        select(Node, boss).innerJoin(Node.parent.to(boss)).orderBy(Node.id).options(selectinload(boss.children)),
      )
    ).all();
    expect(rows.map((row) => [row.nodes.id, row.boss.id])).toEqual([
      [2, 1],
      [3, 1],
      [4, 2],
    ]);
    expect(rows[0]!.boss.children.includes(rows[0]!.nodes)).toBe(true);
  });
});

describe("conditions", () => {
  const run = async (condition: Condition): Promise<number[]> =>
    ids(await session.scalars(select(Post).where(condition, Post.id.le(40)).orderBy(Post.id)));

  test("any and has", async () => {
    expect(await run(Post.comments.any(Comment.text.eq("comment 3")))).toEqual([4]);
    expect(await run(Post.user.has(User.nick.eq("user 2")))).toEqual([1, 21]);
    expect(await run(Post.tags.any(Tag.label.eq("tag 4")))).toEqual([2, 5, 8]);
  });

  test("of a class to itself", async () => {
    const nodes = await session.scalars(select(Node).where(Node.children.any(Node.label.eq("leaf"))));
    expect(ids(nodes)).toEqual([2]);
    const children = await session.scalars(
      select(Node)
        .where(Node.parent.has(Node.label.eq("root")))
        .orderBy(Node.id),
    );
    expect(ids(children)).toEqual([2, 3]);
  });

  test("contains and is", async () => {
    const tag = (await session.get(Tag, 4))!;
    const user = (await session.get(User, 2))!;
    const comment = (await session.get(Comment, 3))!;
    expect(await run(Post.tags.contains(tag))).toEqual([2, 5, 8]);
    expect(await run(Post.user.is(user))).toEqual([1, 21]);
    expect(await run(Post.comments.contains(comment))).toEqual([4]);
    expect(await run(Post.user.is(null))).toEqual([]);
    const users = await session.scalars(select(User).where(User.profile.is(null), User.id.le(4)).orderBy(User.id));
    expect(ids(users)).toEqual([1, 3]);
    expect(() => Post.user.is(new User({ nick: "x" }))).toThrow("without a primary key");
  });
});

test("joins follow relations", async () => {
  const statement = select(Comment)
    .innerJoin(Comment.post)
    .innerJoin(Post.tags)
    .where(Tag.id.eq(4))
    .orderBy(Comment.id);
  expect(ids(await session.scalars(statement))).toEqual([1, 4, 7, 41, 44, 47]);
  const rows = (
    await session.execute(select(User, Profile).leftJoin(User.profile).where(User.id.le(2)).orderBy(User.id))
  ).all();
  expect(rows.map((row) => row.profiles?.id ?? null)).toEqual([null, 1]);
});

test("selectinload asks for many keys in pieces", async () => {
  const many = Array.from({ length: 10_050 }, (_, index) => ({ id: 100_001 + index, nick: "x" }));
  await engine.execute(insert(User).values(many));
  const loaded = (await session.scalars(select(User).where(User.id.gt(100_000)))).all();
  const sent: string[] = [];
  const end = engine.on("beforeExecute", ({ sql }) => sent.push(sql ?? ""));
  await session.load(loaded, "profile");
  end();
  expect(sent).toHaveLength(2);
  expect(loaded.at(-1)!.profile).toBeNull();
});
