import { expectTypeOf } from "vitest";
import { type AnyColumn, c, select, table } from "../index.ts";
import {
  aliased,
  belongsTo,
  columnProperty,
  containsEager,
  defer,
  entity,
  hasMany,
  hasOne,
  hybrid,
  inherit,
  joinedload,
  type Load,
  loadOnly,
  manyToMany,
  raiseload,
  selectinload,
  type Session,
} from "./index.ts";

class User extends entity(
  "users",
  {
    id: c.int().primaryKey(),
    email: c.string().notNull(),
    size: columnProperty(c.int().notNull(), (t) => t.email.cast(c.int())),
    isLong: hybrid(
      c.bool().notNull(),
      (user) => user.email.length > 3,
      (t) => t.email.gt("aaa"),
    ),
  },
  { posts: () => hasMany(Post), profile: () => hasOne(Profile) },
  { validators: { email: (value) => value.trim() } },
) {
  get domain(): string {
    return this.email;
  }
}

class Profile extends entity(
  "profiles",
  { id: c.int().primaryKey(), userId: c.int().references((): AnyColumn => User.c.id) },
  { user: () => belongsTo(User, { required: true }) },
) {}

class Post extends entity(
  "posts",
  { id: c.int().primaryKey(), title: c.string().notNull(), userId: c.int().references((): AnyColumn => User.c.id) },
  { user: () => belongsTo(User), tags: () => manyToMany(Tag, { through: () => postTags }) },
) {}

class Tag extends entity(
  "tags",
  { id: c.int().primaryKey() },
  { posts: () => manyToMany(Post, { through: postTags }) },
) {}

const postTags = table("post_tags", {
  postId: c.int().references((): AnyColumn => Post.c.id),
  tagId: c.int().references((): AnyColumn => Tag.c.id),
});

const user = new User({ email: "a" });
expectTypeOf(user.posts).toEqualTypeOf<Post[]>();
expectTypeOf(user.profile).toEqualTypeOf<Profile | null>();
expectTypeOf(new Profile().user).toEqualTypeOf<User>();
expectTypeOf(user.posts[0]!.tags[0]!.posts).toEqualTypeOf<Post[]>();
expectTypeOf(user.size).toEqualTypeOf<number>();
expectTypeOf(user.isLong).toEqualTypeOf<boolean>();
user.posts = [new Post(), new Post({ user })];
// @ts-expect-error -- objects of another class
user.posts = [new Tag()];
// @ts-expect-error -- computed by the server
void new User({ size: 1 });

expectTypeOf(selectinload(User.posts)).toEqualTypeOf<Load<typeof Post>>();
expectTypeOf(selectinload(User.posts).joinedload(Post.user)).toEqualTypeOf<Load<typeof User>>();
selectinload(User.posts).options(selectinload(Post.tags), loadOnly(Post.title));
selectinload(User, "posts.tags.posts");
selectinload(User, "posts.*");
joinedload(User.profile, { innerjoin: true });
raiseload(User, "*");
defer(User.email);
containsEager(User.posts);
// @ts-expect-error -- goes on with a relation of another class
selectinload(User.posts).selectinload(User.profile);
// @ts-expect-error -- there is no such relation
selectinload(User, "posts.owner");
// @ts-expect-error -- a column is no relation
selectinload(User, "posts.title");
// @ts-expect-error -- a column is no relation
selectinload(User.email);

declare const session: Session;
void session.load(user, "posts.tags", "profile");
void session.load([user], "profile.user.posts");
// @ts-expect-error -- there is no such relation
void session.load(user, "post");
// @ts-expect-error -- no relation of the posts
void session.load(user, "posts.title");
// @ts-expect-error -- a column leads nowhere
void session.load(user, "email.length");

select(User).where(User.posts.any(Post.title.eq("a")), User.profile.is(null), User.isLong);
select(Post).where(Post.user.has(User.email.eq("a")), Post.user.is(user), Post.tags.contains(new Tag()));
// @ts-expect-error -- an object of another class
Post.user.is(new Tag());

async function joins(): Promise<void> {
  const inner = await session.execute(select(Post, User).innerJoin(Post.user));
  expectTypeOf(inner.one()).toEqualTypeOf<{ posts: Post; users: User }>();
  const left = await session.execute(select(User, Profile).leftJoin(User.profile));
  expectTypeOf(left.one()).toEqualTypeOf<{ users: User; profiles: Profile | null }>();
  const author = aliased(User, "author");
  const aliases = await session.execute(
    select(Post, author).leftJoin(Post.user.to(author)).where(author.email.eq("a")),
  );
  expectTypeOf(aliases.one()).toEqualTypeOf<{ posts: Post; author: User | null }>();
  // @ts-expect-error -- nothing has joined tags yet
  select(User).innerJoin(Tag.posts);
}
void joins;

class Employee extends entity(
  "employees",
  { id: c.int().primaryKey(), kind: c.string().notNull() },
  { boss: () => belongsTo(Employee), reports: () => hasMany(Employee) },
  { polymorphic: { on: "kind", identity: "employee" } },
) {
  get isBoss(): boolean {
    return this.boss === null;
  }
}
class Manager extends inherit(
  Employee,
  { budget: c.int() },
  { team: () => hasMany(Employee) },
  { identity: "manager" },
) {}

const manager = new Manager({ id: 1, budget: 2 });
expectTypeOf(manager).toExtend<Employee>();
expectTypeOf(manager.budget).toEqualTypeOf<number | null>();
expectTypeOf(manager.isBoss).toEqualTypeOf<boolean>();
expectTypeOf(manager.team).toEqualTypeOf<Employee[]>();
expectTypeOf(manager.boss).toEqualTypeOf<Employee | null>();
select(Manager).where(Manager.budget.gt(1), Manager.kind.eq("x"), Manager.reports.any());
// @ts-expect-error -- the parent does not have it
void Employee.budget;
