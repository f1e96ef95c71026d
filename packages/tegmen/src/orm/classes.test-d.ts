import { expectTypeOf } from "vitest";
import { c, type Operand, select } from "../index.ts";
import {
  belongsTo,
  columnProperty,
  declarativeBase,
  entity,
  hasMany,
  hybrid,
  inherit,
  UUIDAuditBase,
} from "./index.ts";

class Employee extends entity(
  "employees",
  {
    id: c.int().primaryKey(),
    kind: c.string().notNull().default("employee"),
    name: c.string().notNull(),
    loud: columnProperty(c.string().notNull(), (employee): Operand => employee.name.concat("!")),
    short: hybrid(
      c.bool().notNull(),
      (employee) => employee.name.length < 4,
      (employee): Operand => employee.name.eq("x"),
    ),
  },
  {},
  {
    polymorphic: { on: "kind", identity: "employee", subclasses: (are) => are(Manager, Engineer) },
    validators: {
      name: (value) => {
        expectTypeOf(value).toEqualTypeOf<string>();
        return value.trim();
      },
    },
  },
) {
  greet(): string {
    return this.name;
  }
}
class Manager extends inherit(
  Employee,
  { budget: c.int() },
  { reports: () => hasMany(Engineer, { foreignKey: "bossId" }) },
  { identity: "manager", validators: { budget: (value) => (value === null ? null : Math.round(value)) } },
) {}
class Engineer extends inherit(
  Employee,
  { bossId: c.int() },
  { boss: () => belongsTo(Manager, { foreignKey: "bossId" }) },
  { identity: "engineer" },
) {}

const manager = new Manager({ id: 1, name: "Ann", budget: 3 });
expectTypeOf(manager.greet()).toEqualTypeOf<string>();
expectTypeOf(manager.budget).toEqualTypeOf<number | null>();
expectTypeOf(manager.loud).toEqualTypeOf<string>();
expectTypeOf(manager.short).toEqualTypeOf<boolean>();
expectTypeOf(manager.reports).toEqualTypeOf<Engineer[]>();
expectTypeOf(new Engineer().boss).toEqualTypeOf<Manager | null>();
const employee: Employee = manager;
void employee;
select(Manager).where(Manager.budget.gt(1), Manager.loud.eq("x"), Employee.short);

// @ts-expect-error -- it is computed
void new Employee({ loud: "a" });
// @ts-expect-error -- a column of a subclass
void new Employee({ budget: 1 });
// @ts-expect-error -- a validator of a column that is not there
entity("others", { id: c.int().primaryKey() }, {}, { validators: { nothing: (value: unknown) => value } });

class User extends UUIDAuditBase("users", { email: c.string().notNull() }) {}
expectTypeOf(new User({ email: "a" }).createdAt).toEqualTypeOf<Date>();
expectTypeOf(new User().id).toEqualTypeOf<string>();

const Base = declarativeBase();
class Account extends Base.BigIntBase("accounts", { owner: c.string() }) {}
expectTypeOf(new Account().id).toEqualTypeOf<bigint>();
