import { type AnyColumn, c, func, MetaData } from "tegmen";
import { belongsTo, entity, FlushError, hasMany, hasOne } from "tegmen/orm";
import { casesOn, expect, turnsOf } from "./harness.ts";

const metadata = new MetaData();
const options = { metadata };

class Node extends entity(
  "nodes",
  {
    id: c.uuid().primaryKey().default(func.genRandomUuid()),
    name: c.string(),
    parentId: c.uuid().references((): AnyColumn => Node.c.id),
  },
  {
    children: () => hasMany(Node, { cascade: "all, delete-orphan", backPopulates: "parent" }),
    parent: () => belongsTo(Node, { backPopulates: "children" }),
  },
  options,
) {}

class Item extends entity(
  "items",
  { id: c.rowid().primaryKey(), name: c.string(), parentId: c.bigint().references((): AnyColumn => Item.c.id) },
  {
    children: () => hasMany(Item, { backPopulates: "parent" }),
    parent: () => belongsTo(Item, { backPopulates: "children" }),
  },
  options,
) {}

class Link extends entity(
  "links",
  { id: c.int().primaryKey(), nextId: c.int().references((): AnyColumn => Link.c.id) },
  {
    next: () => belongsTo(Link, { backPopulates: "previous" }),
    previous: () => hasOne(Link, { backPopulates: "next" }),
  },
  options,
) {}

class Root extends entity(
  "roots",
  {
    id: c.int().primaryKey(),
    rootId: c
      .int()
      .notNull()
      .references((): AnyColumn => Root.c.id),
  },
  { root: () => belongsTo(Root) },
  options,
) {}

class Strict extends entity(
  "stricts",
  {
    id: c.rowid().primaryKey(),
    otherId: c
      .bigint()
      .notNull()
      .references((): AnyColumn => Strict.c.id),
  },
  { other: () => belongsTo(Strict) },
  options,
) {}

class Stage extends entity(
  "stages",
  {
    id: c.int().primaryKey(),
    startedAt: c.timestamptz().notNull().default(func.now()),
    previousId: c.int().references((): AnyColumn => Stage.c.id),
  },
  {},
  options,
) {}

const it = casesOn(metadata);

const node = (name: string, children: Node[] = []): Node => new Node({ name, children });
const item = (name: string, children: Item[] = []): Item => new Item({ name, children });

function parents(rows: readonly Record<string, unknown>[]): Record<string, unknown> {
  return Object.fromEntries(
    rows.map((row) => [row["name"], rows.find((other) => other["id"] === row["parentId"])?.["name"] ?? null]),
  );
}

it("writes a tree with keys of its own in one statement", async ({ session, flush, rows }) => {
  session.add(node("a", [node("b", [node("c")]), node("d")]));
  expect(await flush()).toHaveLength(1);
  expect(parents(await rows(Node))).toEqual({ a: null, b: "a", c: "b", d: "a" });
});

it("writes a tree with keys of the server level by level", async ({ session, sent, rows }) => {
  session.add(item("a", [item("b", [item("c"), item("e")]), item("d")]));
  await session.flush();
  const statements = sent();
  expect(statements).toHaveLength(3);
  expect(turnsOf(statements)).toBe(3);
  expect(parents(await rows(Item))).toEqual({ a: null, b: "a", c: "b", d: "a", e: "b" });
});

it("writes several trees together", async ({ session, flush, rows }) => {
  session.addAll([item("a", [item("b")]), item("x", [item("y")])]);
  expect(await flush()).toHaveLength(2);
  expect(parents(await rows(Item))).toEqual({ a: null, b: "a", x: null, y: "x" });
});

it("writes children first if they were added first", async ({ session, flush, rows }) => {
  const leaf = node("c");
  const middle = node("b", [leaf]);
  const root = node("a", [middle]);
  session.addAll([leaf, middle, root]);
  await flush();
  expect(parents(await rows(Node))).toEqual({ a: null, b: "a", c: "b" });
});

it("builds a tree from below", async ({ session, flush, rows }) => {
  const leaf = item("c");
  leaf.parent = item("b");
  leaf.parent.parent = item("a");
  session.add(leaf);
  await flush();
  expect(parents(await rows(Item))).toEqual({ a: null, b: "a", c: "b" });
});

it("adds a level to a tree", async ({ save, flush, rows }) => {
  const root = item("a");
  await save(root);
  root.children.push(item("b", [item("c")]));
  expect(await flush()).toHaveLength(2);
  expect(parents(await rows(Item))).toEqual({ a: null, b: "a", c: "b" });
});

it("moves a subtree", async ({ save, flush, rows }) => {
  const root = item("a", [item("b", [item("c")]), item("d")]);
  await save(root);
  root.children[1]!.children.push(root.children[0]!.children.pop()!);
  expect(await flush()).toEqual(["UPDATE items SET parent_id = $1 WHERE items.id = $2"]);
  expect(parents(await rows(Item))).toEqual({ a: null, b: "a", c: "d", d: "a" });
});

it("puts a new root above", async ({ save, flush, rows }) => {
  const old = item("b");
  await save(old);
  old.parent = item("a");
  expect((await flush()).map((text) => text.split(" ")[0])).toEqual(["INSERT", "UPDATE"]);
  expect(parents(await rows(Item))).toEqual({ a: null, b: "a" });
});

it("deletes a tree in one statement", async ({ session, save, flush, rows }) => {
  const root = node("a", [node("b", [node("c")])]);
  await save(root);
  await session.delete(root);
  expect(await flush()).toEqual(["DELETE FROM nodes WHERE nodes.id = ANY($1::UUID[])"]);
  expect(await rows(Node)).toEqual([]);
});

it("loads what it deletes, level by level", async ({ session, save, rows }) => {
  await save(node("a", [node("b", [node("c")]), node("d")]));
  const root = (await rows(Node)).find((row) => row["name"] === "a")!;
  session.expungeAll();
  await session.delete(await session.getOne(Node, root["id"] as string));
  await session.flush();
  expect(await rows(Node)).toEqual([]);
});

it("keeps the subtree that was moved out of what is deleted", async ({ session, save, rows, flush }) => {
  const root = node("a", [node("b", [node("c")]), node("d")]);
  await save(root);
  const [b, d] = root.children;
  b!.children[0]!.parent = d!;
  await session.delete(b!);
  await flush();
  expect(parents(await rows(Node))).toEqual({ a: null, c: "d", d: "a" });
});

it("deletes an orphan with what is below it", async ({ save, flush, rows }) => {
  const root = node("a", [node("b", [node("c")])]);
  await save(root);
  root.children = [];
  await flush();
  expect(parents(await rows(Node))).toEqual({ a: null });
});

it("sets references to a deleted parent to NULL without the cascade", async ({ session, save, flush, rows }) => {
  const root = item("a", [item("b"), item("c")]);
  await save(root);
  await session.delete(root);
  await flush();
  expect(parents(await rows(Item))).toEqual({ b: null, c: null });
});

it("writes a list whose objects refer to the next", async ({ session, flush, rows }) => {
  const links = [1, 2, 3, 4].map((id) => new Link({ id }));
  links.forEach((link, index) => (link.next = links[index + 1] ?? null));
  session.addAll(links);
  await flush();
  expect((await rows(Link)).map(({ id, nextId }) => [id, nextId])).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, null],
  ]);
});

it("writes a long list without running out of stack", async ({ session, flush, rows }) => {
  const links = Array.from({ length: 5000 }, (_, id) => new Link({ id }));
  for (let index = 0; index < links.length - 1; index++) links[index]!.next = links[index + 1]!;
  session.add(links[0]!);
  await flush();
  expect(await rows(Link)).toHaveLength(5000);
});

it("closes a ring by an UPDATE", async ({ session, flush, rows }) => {
  const links = [1, 2, 3].map((id) => new Link({ id }));
  links.forEach((link, index) => (link.next = links[(index + 1) % 3]!));
  session.addAll(links);
  const statements = await flush();
  expect(statements.filter((text) => text.startsWith("UPDATE"))).toEqual([
    "UPDATE links SET next_id = $1 WHERE links.id = $2",
  ]);
  expect((await rows(Link)).map(({ id, nextId }) => [id, nextId])).toEqual([
    [1, 2],
    [2, 3],
    [3, 1],
  ]);
  expect(await flush()).toEqual([]);
});

it("deletes a ring", async ({ session, save, flush, rows }) => {
  const links = [1, 2].map((id) => new Link({ id }));
  links.forEach((link, index) => (link.next = links[(index + 1) % 2]!));
  await save(...links);
  for (const link of links) await session.delete(link);
  await flush();
  expect(await rows(Link)).toEqual([]);
});

it("writes an object that refers to itself, if its key is known", async ({ session, flush, rows }) => {
  const root = new Root({ id: 1 });
  root.root = root;
  session.add(root);
  expect(await flush()).toEqual(["INSERT INTO roots (id, root_id) VALUES ($1, $2)"]);
  expect(await rows(Root)).toEqual([{ id: 1, rootId: 1 }]);
});

it("writes an object that refers to itself by an UPDATE, if the server makes its key", async (bench) => {
  const root = item("a");
  root.parent = root;
  bench.session.add(root);
  expect((await bench.flush()).map((text) => text.split(" ")[0])).toEqual(["INSERT", "UPDATE"]);
  expect(await bench.rows(Item)).toMatchObject([{ id: root.id, parentId: root.id }]);
  expect(root.parentId).toBe(root.id);
});

it("names the circle that cannot be written", async ({ session, flush, sent }) => {
  const [one, two] = [new Strict(), new Strict()];
  one.other = two;
  two.other = one;
  session.add(one);
  await expect(flush()).rejects.toThrow(
    "New objects refer to each other in a circle: a new Strict (Strict.other) -> a new Strict (Strict.other) -> a new Strict",
  );
  expect(sent()).toEqual([]);
});

it("raises FlushError for it", async ({ session, flush }) => {
  const one = new Strict();
  one.other = one;
  session.add(one);
  await expect(flush()).rejects.toThrow(FlushError);
});

it("orders rows by foreign keys that were set by their values", async ({ session, flush, rows }) => {
  session.addAll([new Link({ id: 1, nextId: 2 }), new Link({ id: 2, nextId: 3 }), new Link({ id: 3 })]);
  await flush();
  expect(await rows(Link)).toHaveLength(3);
});

it("orders them across statements, too", async ({ session, flush, rows }) => {
  session.addAll([
    new Stage({ id: 1, previousId: 2, startedAt: new Date(0) }),
    new Stage({ id: 2, previousId: 3 }),
    new Stage({ id: 3, startedAt: new Date(0) }),
  ]);
  expect(await flush()).toHaveLength(3);
  expect((await rows(Stage)).map(({ previousId }) => previousId)).toEqual([2, 3, null]);
});

it("closes a ring of values by an UPDATE", async ({ session, flush, rows }) => {
  session.addAll([new Link({ id: 1, nextId: 2 }), new Link({ id: 2, nextId: 1 })]);
  expect((await flush()).map((text) => text.split(" ")[0])).toEqual(["INSERT", "UPDATE"]);
  expect((await rows(Link)).map(({ id, nextId }) => [id, nextId])).toEqual([
    [1, 2],
    [2, 1],
  ]);
});
