import { c, MetaData } from "tegmen";
import { belongsTo, declarativeBase, hasMany } from "tegmen/orm";

export const metadata: MetaData = new MetaData();
const Base = declarativeBase({ metadata });

/** One row of the table `accounts`. */
export class Account extends Base.entity("accounts", {
  id: c.int().primaryKey(),
  balance: c.int().notNull(),
}) {}

/** A point in the plane: many of them are written in chunks. */
export class Point extends Base.entity("points", {
  id: c.rowid().primaryKey(),
  x: c.int().notNull(),
  y: c.int().notNull(),
}) {
  get distance(): number {
    return Math.hypot(this.x, this.y);
  }
}

/** A customer, who is known by an e-mail address. */
export class Customer extends Base.entity(
  "customers",
  { id: c.rowid().primaryKey(), email: c.string().notNull().unique(), name: c.string().notNull() },
  // The database has no foreign key here, for instance because orders come before their customers are known.
  { orders: () => hasMany(Order, { on: (customer, order) => customer.email.eq(order.email) }) },
) {}

/** An order, with the address it was made by. */
export class Order extends Base.entity(
  "orders",
  { id: c.rowid().primaryKey(), email: c.string().notNull(), total: c.int().notNull() },
  { customer: () => belongsTo(Customer, { on: (order, customer) => order.email.eq(customer.email) }) },
) {}
