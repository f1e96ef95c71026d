import { describe, expect, it } from "vitest";
import { c, deleteFrom, func, insert, type Operand, select, update } from "../index.ts";
import { aliased, assign, columnProperty, entity, hybrid, inherit } from "./index.ts";
import { hydrate } from "./instance.ts";
import { mapperOf } from "./mapper-of.ts";

const timestamps = { createdAt: c.timestamptz(), updatedAt: c.timestamptz() };

class User extends entity(
  "users",
  {
    id: c.int().primaryKey(),
    first: c.string().notNull(),
    last: c.string().notNull(),
    age: c.int(),
    fullName: columnProperty(c.string().notNull(), (t): Operand => t.first.concat(" ").concat(t.last)),
    shout: columnProperty(c.string().notNull(), (t): Operand => t.last.concat("!"), { deferred: true }),
    adult: hybrid(
      c.bool().notNull(),
      (user) => user.age >= 18,
      (t): Operand => t.age.ge(18),
    ),
    ...timestamps,
  },
  {},
  {
    validators: {
      first: (value) => value.trim(),
      age: (value) => {
        if (value !== null && value < 0) throw new RangeError("nobody is younger than 0");
        return value;
      },
    },
  },
) {
  static get minor(): ReturnType<typeof User.age.lt> {
    return this.age.lt(18);
  }
}

describe("computed attributes", () => {
  it("are expressions of the class and values of its objects", () => {
    expect(String(select(User).where(User.fullName.eq("A B"), User.adult))).toBe(
      "SELECT users.id, users.first, users.last, users.age, users.created_at, users.updated_at, " +
        'users.first || $1 || users.last AS "fullName", users.last || $2 AS shout FROM users ' +
        "WHERE users.first || $3 || users.last = $4 AND users.age >= $5",
    );
    const user = hydrate(mapperOf(User, "a test"), { id: 1, age: 20, fullName: "A B" }).object as User;
    expect([user.fullName, user.adult]).toEqual(["A B", true]);
    expect(() => Object.assign(user, { fullName: "C" })).toThrow("User.fullName is computed");
  });

  it("are those of an alias, too", () => {
    const other = aliased(User, "other");
    expect(String(select(other.id).where(other.adult, other.fullName.eq("x")))).toBe(
      "SELECT other.id FROM users AS other WHERE other.age >= $1 AND other.first || $2 || other.last = $3",
    );
  });

  it("can be static getters", () => {
    expect(String(select(User.id).where(User.minor))).toBe("SELECT users.id FROM users WHERE users.age < $1");
  });
});

describe("validators", () => {
  it("run when an attribute is set, and on construction", () => {
    const user = new User({ id: 1, first: " Ann ", last: "Lee" });
    expect(user.first).toBe("Ann");
    expect(() => (user.age = -1)).toThrow("nobody is younger than 0");
    expect(() => new User({ age: -1 })).toThrow(RangeError);
    const loaded = hydrate(mapperOf(User, "a test"), { id: 1, age: -1 }).object as User;
    expect(loaded.age).toBe(-1);
  });

  it("get no expressions, and have to return a value", () => {
    const user = new User({ age: 1 });
    assign(user, { age: User.age.minus(2) });
    Object.assign(user, { age: User.age.minus(2) });
    expect(() => String(user.age)).not.toThrow();
    class Tag extends entity(
      "tags",
      { id: c.int().primaryKey() },
      {},
      { validators: { id: () => undefined as never } },
    ) {}
    expect(() => new Tag({ id: 1 })).toThrow("the validator of Tag.id returned nothing");
  });
});

class Point extends entity("points", { id: c.int().primaryKey(), x: c.int() }) {
  readonly label: string;
  constructor(options: { readonly x: number }) {
    super({ x: options.x });
    this.label = `at ${options.x}`;
  }
}

class Bare extends entity("bares", { id: c.int().primaryKey() }, {}, { constructLoaded: false }) {
  constructor(options: { readonly id: number }) {
    super({ id: options.id });
  }
}

describe("constructors", () => {
  it("that need arguments are reported when a row is loaded, or left out", () => {
    expect(new Point({ x: 1 }).label).toBe("at 1");
    expect(() => hydrate(mapperOf(Point, "a test"), { id: 1, x: 2 })).toThrow(
      "the constructor of Point threw when it was called without arguments",
    );
    const { object } = hydrate(mapperOf(Bare, "a test"), { id: 1 });
    expect(object).toBeInstanceOf(Bare);
    expect((object as Bare).id).toBe(1);
  });
});

class Employee extends entity(
  "employees",
  { id: c.int().primaryKey(), kind: c.string().notNull(), title: c.string() },
  {},
  { polymorphic: { on: "kind", identity: "employee" } },
) {
  get loud(): string {
    return `${this.title}!`;
  }
}
class Manager extends inherit(Employee, { budget: c.int() }, {}, { identity: "manager" }) {
  get rich(): boolean {
    return (this.budget ?? 0) > 100;
  }
}
class Boss extends inherit(Manager, {}, {}, { identity: "boss" }) {}
class Engineer extends inherit(Employee, { language: c.string() }, {}, { identity: "engineer" }) {}

describe("single-table inheritance", () => {
  it("says of which class a new object is", () => {
    const manager = new Manager({ id: 1, title: "M", budget: 200 });
    expect([manager.kind, manager.loud, manager.rich]).toEqual(["manager", "M!", true]);
    expect(manager).toBeInstanceOf(Employee);
    expect(new Boss({ id: 2 }).kind).toBe("boss");
    expect(new Employee({ id: 3 }).kind).toBe("employee");
    expect(() => new Engineer({ budget: 1 } as object)).toThrow('Engineer has no attribute "budget"');
  });

  it("has the columns of all classes in one table", () => {
    expect(String(select(Employee))).toBe(
      "SELECT employees.id, employees.kind, employees.title, employees.budget, employees.language FROM employees",
    );
    expect(String(select(Manager.id).where(Manager.budget.gt(1), Manager.title.eq("x")))).toContain(
      "employees.budget > $1",
    );
  });

  it("finds the class of a row", () => {
    const mapper = mapperOf(Employee, "a test");
    expect(() => mapper.forRow({ kind: "other" })).toThrow("for which there is no class");
    expect(["manager", "boss", "engineer", "employee"].map((kind) => mapper.forRow({ kind }).name)).toEqual([
      "Manager",
      "Boss",
      "Engineer",
      "Employee",
    ]);
  });

  it("refuses columns that other rows cannot have", () => {
    expect(() => inherit(Employee, { must: c.int().notNull() })).toThrow('column "must" of a class that inherits');
    expect(() => inherit(User, {})).toThrow("inherit() expects a class whose rows are told apart");
    expect(() => inherit(Employee, "managers" as never)).toThrow("inherit() expects columns, got");
  });

  it("needs to know the class that rows become objects of", () => {
    class Animal extends entity(
      "animals",
      { id: c.int().primaryKey(), kind: c.string().notNull() },
      {},
      { polymorphic: { on: "kind", identity: "animal", subclasses: (are) => are(Cat) } },
    ) {}
    class Cat extends inherit(Animal, {}, {}, { identity: "cat" }) {}
    class Dog extends inherit(Animal, {}, {}, { identity: "dog" }) {}
    const mapper = mapperOf(Animal, "a test");
    expect(mapper.forRow({ kind: "cat" }).class).toBe(Cat);
    expect(() => mapper.forRow({ kind: "dog" })).toThrow("'dog' in kind, and the class for it was not used before");
    expect(new Dog().kind).toBe("dog");
    expect(mapper.forRow({ kind: "dog" }).class).toBe(Dog);
  });

  it("is about the rows of the class in every statement", () => {
    const criterion = "employees.kind = ANY ($1)";
    expect(String(select(func.count()).from(Manager))).toBe(`SELECT count(*) FROM employees WHERE ${criterion}`);
    expect(String(deleteFrom(Manager))).toBe(`DELETE FROM employees WHERE ${criterion}`);
    expect(String(update(Boss).set({ budget: 1 }))).toBe(
      "UPDATE employees SET budget = $1 WHERE employees.kind = ANY ($2)",
    );
    expect(String(insert(Boss).values({ id: 1 } as never))).toBe("INSERT INTO employees (id, kind) VALUES ($1, $2)");
    const other = aliased(Boss, "other");
    expect(String(select(User.id).leftJoin(other, other.id.eq(User.id)))).toBe(
      "SELECT users.id FROM users LEFT JOIN employees AS other ON other.id = users.id AND other.kind = ANY ($1)",
    );
    expect(() => String(select(User.id).fullJoin(Boss, Boss.id.eq(User.id)))).toThrow("join a subquery of it");
  });
});
