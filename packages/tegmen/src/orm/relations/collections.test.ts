import { describe, expect, it } from "vitest";
import { type AnyColumn, c, table } from "../../index.ts";
import { belongsTo, entity, hasMany, hasOne, manyToMany, NotLoadedError } from "../index.ts";
import { hydrate } from "../instance.ts";
import { mapperOf } from "../mapper-of.ts";
import { findState, type InstanceState, type StateOwner } from "../state.ts";
import {
  hasRelationChanges,
  noticeChanges,
  relationHistory,
  rememberRelations,
  restoreRelations,
  settleRelations,
} from "./history.ts";
import { setLoadedList, setLoadedOne } from "./populate.ts";

class Branch extends entity(
  "branches",
  { id: c.int().primaryKey(), city: c.string() },
  { accounts: () => hasMany(Account) },
) {}

class Account extends entity(
  "accounts",
  { id: c.int().primaryKey(), branchId: c.int().references((): AnyColumn => Branch.c.id) },
  { branch: () => belongsTo(Branch), card: () => hasOne(Card), tags: () => manyToMany(Tag, { through: accountTags }) },
) {}

class Card extends entity(
  "cards",
  { id: c.int().primaryKey(), accountId: c.int().references((): AnyColumn => Account.c.id) },
  { account: () => belongsTo(Account) },
) {}

class Tag extends entity(
  "tags",
  { id: c.int().primaryKey() },
  { accounts: () => manyToMany(Account, { through: accountTags }) },
) {}

const accountTags = table("account_tags", {
  accountId: c.int().references((): AnyColumn => Account.c.id),
  tagId: c.int().references((): AnyColumn => Tag.c.id),
});

class Owner implements StateOwner {
  readonly changes = new Set<InstanceState>();
  readonly cascaded = new Set<InstanceState>();
  readonly lists = new Set<InstanceState>();
  changed(state: InstanceState): void {
    this.changes.add(state);
  }
  cascade(state: InstanceState): void {
    state.owner = this;
    this.cascaded.add(state);
  }
  touched(state: InstanceState): void {
    this.lists.add(state);
  }
}

function loaded(entityClass: unknown, values: Record<string, unknown>, owner = new Owner()): InstanceState {
  const state = hydrate(mapperOf(entityClass, "a test"), values);
  state.status = "persistent";
  state.owner = owner;
  return state;
}

const accountsOf = mapperOf(Branch, "a test").relation("accounts");
const branchOf = mapperOf(Account, "a test").relation("branch");

const objects = (states: readonly InstanceState[] | undefined): unknown[] => (states ?? []).map(({ object }) => object);

describe("lists of new objects", () => {
  it.each<[string, (branch: Branch, a: Account, b: Account) => void, (a: Account, b: Account) => unknown[]]>([
    ["push", (branch, a, b) => branch.accounts.push(a, b), (a, b) => [a, b]],
    ["unshift", (branch, a, b) => branch.accounts.push(a) && branch.accounts.unshift(b), (a, b) => [b, a]],
    ["pop", (branch, a, b) => branch.accounts.push(a, b) && branch.accounts.pop(), (a) => [a]],
    ["shift", (branch, a, b) => branch.accounts.push(a, b) && branch.accounts.shift(), (_, b) => [b]],
    ["splice", (branch, a, b) => branch.accounts.push(a) && branch.accounts.splice(0, 1, b), (_, b) => [b]],
    ["splice to the end", (branch, a, b) => branch.accounts.push(a, b) && branch.accounts.splice(1), (a) => [a]],
    ["fill", (branch, a, b) => branch.accounts.push(a) && branch.accounts.fill(b), (_, b) => [b]],
    ["copyWithin", (branch, a, b) => branch.accounts.push(a, b) && branch.accounts.copyWithin(0, 1), (_, b) => [b, b]],
    ["reverse", (branch, a, b) => branch.accounts.push(a, b) && branch.accounts.reverse(), (a, b) => [b, a]],
    [
      "sort",
      (branch, a, b) => branch.accounts.push(b, a) && branch.accounts.sort((x, y) => x.id - y.id),
      (a, b) => [a, b],
    ],
    ["assignment", (branch, a, b) => (branch.accounts = [b, a]), (a, b) => [b, a]],
    [
      "assignment of a part",
      (branch, a, b) => {
        branch.accounts = [a, b];
        branch.accounts = branch.accounts.slice(1);
      },
      (_, b) => [b],
    ],
    ["an index", (branch, a, b) => branch.accounts.push(a) && (branch.accounts[0] = b), (_, b) => [b]],
    ["length", (branch, a, b) => branch.accounts.push(a, b) && (branch.accounts.length = 1), (a) => [a]],
    ["the other side", (branch, a, b) => [a, b].forEach((one) => (one.branch = branch)), (a, b) => [a, b]],
  ])("keep the other side in step: %s", (_, act, expected) => {
    const [branch, a, b] = [new Branch({ id: 1 }), new Account({ id: 1 }), new Account({ id: 2 })];
    act(branch, a, b);
    noticeChanges(findState(branch)!);
    const now = expected(a, b);
    expect([...branch.accounts]).toEqual(now);
    expect(a.branch === branch, "the first").toBe(now.includes(a));
    expect(b.branch === branch, "the second").toBe(now.includes(b));
    const history = relationHistory(findState(branch)!, accountsOf)!;
    expect(objects(history.added)).toEqual([...new Set(now)]);
    expect(history.removed).toEqual([]);
  });

  it("are given to the constructor", () => {
    const a = new Account({ id: 1 });
    const branch = new Branch({ accounts: [a] });
    expect(a.branch).toBe(branch);
    expect(new Account({ branch }).branch?.accounts).toHaveLength(2);
  });

  it("leave the list that an object was in", () => {
    const a = new Account();
    const [one, two, three] = [new Branch({ accounts: [a] }), new Branch(), new Branch()];
    two.accounts.push(a);
    expect([one.accounts.length, two.accounts.length, a.branch === two]).toEqual([0, 1, true]);
    a.branch = three;
    expect([two.accounts.length, three.accounts[0]]).toEqual([0, a]);
    a.branch = null;
    expect(three.accounts).toHaveLength(0);
  });

  it("are in step on both sides of many-to-many", () => {
    const [a, b] = [new Account(), new Account()];
    const tag = new Tag({ accounts: [a] });
    b.tags.push(tag);
    expect([...tag.accounts]).toEqual([a, b]);
    tag.accounts.shift();
    expect(a.tags).toHaveLength(0);
  });

  it("are in step for one to one", () => {
    const [a, b, card, other] = [new Account(), new Account(), new Card(), new Card()];
    a.card = card;
    expect(card.account).toBe(a);
    card.account = b;
    expect([a.card, b.card]).toEqual([null, card]);
    b.card = other;
    expect([card.account, other.account]).toEqual([null, b]);
  });

  it("refuse what does not belong there", () => {
    const branch = new Branch();
    expect(() => branch.accounts.push(new Branch() as never)).toThrow("Branch.accounts takes Account, got");
    expect(() => branch.accounts.unshift(5 as never)).toThrow("Branch.accounts takes Account, got 5");
    expect(branch.accounts).toHaveLength(0);
    expect(() => (branch.accounts = new Account() as never)).toThrow("Branch.accounts takes a list of Account");
    expect(() => (new Account().branch = new Account() as never)).toThrow("Account.branch takes Branch, got");
  });

  it("are arrays, and give arrays", () => {
    const branch = new Branch({ accounts: [new Account({ id: 1 })] });
    expect(Array.isArray(branch.accounts)).toBe(true);
    expect(branch.accounts.map((one) => one.id).constructor).toBe(Array);
    expect(JSON.stringify(branch.accounts)).toBe('[{"id":1,"branch":{"accounts":[]}}]');
  });
});

describe("lists of rows", () => {
  it("cannot be read, and not be replaced, before they were loaded", () => {
    const branch = loaded(Branch, { id: 1 }).object as Branch;
    expect(() => branch.accounts).toThrow(NotLoadedError);
    expect(() => (branch.accounts = [])).toThrow(NotLoadedError);
    expect((loaded(Account, { id: 1, branchId: null }).object as Account).branch).toBeNull();
    expect(() => (loaded(Account, { id: 1, branchId: 2 }).object as Account).branch).toThrow(NotLoadedError);
  });

  it("remember what was added and removed before they were loaded", () => {
    const owner = new Owner();
    const state = loaded(Branch, { id: 1 }, owner);
    const branch = state.object as Branch;
    const [a, b] = [loaded(Account, { id: 1, branchId: 1 }, owner), new Account({ id: 2 })];
    setLoadedOne(a, branchOf, branch);
    (a.object as Account).branch = null;
    b.branch = branch;
    expect(objects(relationHistory(state, accountsOf)?.added)).toEqual([b]);
    expect(objects(relationHistory(state, accountsOf)?.removed)).toEqual([a.object]);
    expect(relationHistory(state, accountsOf)?.isComplete).toBe(false);
    setLoadedList(state, accountsOf, [a.object]);
    expect([...branch.accounts]).toEqual([b]);
    expect(objects(relationHistory(state, accountsOf)?.removed)).toEqual([a.object]);
  });

  it("tell the Session of changes and of new objects", () => {
    const owner = new Owner();
    const state = loaded(Branch, { id: 1 }, owner);
    setLoadedList(state, accountsOf, []);
    const a = new Account();
    (state.object as Branch).accounts.push(a);
    expect(owner.changes.has(state)).toBe(true);
    expect(objects([...owner.cascaded])).toEqual([a]);
    expect(owner.lists.has(state)).toBe(true);
  });

  it("do not take the parent into the Session of the child's side", () => {
    const owner = new Owner();
    const state = loaded(Branch, { id: 1 }, owner);
    new Account().branch = state.object as Branch;
    expect(owner.cascaded.size).toBe(0);
  });

  it("keep their changes when they are loaded again", () => {
    const state = loaded(Branch, { id: 1 });
    const branch = state.object as Branch;
    setLoadedList(state, accountsOf, []);
    const a = new Account();
    branch.accounts.push(a);
    expect(setLoadedList(state, accountsOf, [])).toBe(false);
    expect([...branch.accounts]).toEqual([a]);
    expect(setLoadedOne(findState(a)!, branchOf, null)).toBe(false);
    expect(a.branch).toBe(branch);
  });

  it("are settled by a flush and go back at a rollback", () => {
    const state = loaded(Branch, { id: 1 });
    const branch = state.object as Branch;
    const a = loaded(Account, { id: 1, branchId: 1 });
    setLoadedList(state, accountsOf, [a.object]);
    setLoadedOne(a, branchOf, branch);
    branch.accounts.pop();
    const memories = [state, a].map((one) => rememberRelations(one));
    [state, a].forEach(settleRelations);
    expect(hasRelationChanges(state)).toBe(false);
    expect(relationHistory(a, branchOf)).toMatchObject({ added: [], removed: [] });
    branch.accounts.push(new Account());
    restoreRelations(state, memories[0]);
    restoreRelations(a, memories[1]);
    expect([...branch.accounts]).toEqual([a.object]);
    expect((a.object as Account).branch).toBe(branch);
    expect(hasRelationChanges(state) || hasRelationChanges(a)).toBe(false);
  });

  it("are empty for an object that was just inserted, unless somebody refers to it", () => {
    const [one, two] = [new Branch(), new Branch()];
    const a = new Account({ branch: two });
    for (const object of [one, two, a]) {
      const state = findState(object)!;
      state.status = "persistent";
      settleRelations(state);
    }
    expect(one.accounts).toHaveLength(0);
    expect([...two.accounts]).toEqual([a]);
  });
});
