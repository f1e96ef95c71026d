import type { ColumnInfo } from "../schema/column.ts";
import type { UnfinishedColumns } from "../schema/column-builder.ts";
import type { AnyTable } from "../schema/table.ts";
import type { Condition } from "../sql/operand.ts";
import type { OrderBy } from "../sql/ordering.ts";
import type { FromItem } from "../sql/from-item.ts";

/** The class that a relation leads to, for the type checker. */
export declare const relationTarget: unique symbol;

/** What stands in an object for a relation: a list of objects, an object or null, or always an object. */
export declare const relationShape: unique symbol;

/** What stands in an object for a relation. */
export type RelationShape = "many" | "one" | "required";

/** The kinds of relations. */
export type RelationKind = "belongsTo" | "hasMany" | "hasOne" | "manyToMany";

/** What happens to related objects when something happens to an object. SQLAlchemy: `cascade`. */
export type CascadeName = "save-update" | "merge" | "expunge" | "delete" | "delete-orphan" | "refresh-expire";

/** One or several columns, or their keys. */
export type RelationColumns = string | ColumnInfo | readonly (string | ColumnInfo)[];

/** Options that all relations have. */
export interface RelationOptions {
  /**
   * What is done to related objects too, separated by commas: `"all, delete-orphan"`. `all` is everything but
   * `delete-orphan`. Default: `"save-update, merge"`.
   */
  readonly cascade?: string;
  /** The relation of the other class that is the same one, seen from there. Default: found by the foreign key. */
  readonly backPopulates?: string;
  /**
   * The condition of the join, where no foreign key says it: gets the columns of this class and those of the other.
   *
   * @example `hasMany(Order, { on: (customer, order) => customer.email.eq(order.email) })`
   */
  readonly on?: (own: UnfinishedColumns, other: UnfinishedColumns) => Condition;
  /** Only reads: the relation is never written. Always so for conditions that are not equalities of columns. */
  readonly viewOnly?: boolean;
  /**
   * Leaves rows that are not loaded to the foreign keys' ON DELETE when an object is deleted, instead of loading and
   * deleting them (or setting their keys to NULL). Default: false.
   */
  readonly passiveDeletes?: boolean;
}

/** Options of `belongsTo()`. */
export interface BelongsToOptions extends RelationOptions {
  /** The columns of this class that refer to the other. Default: its only foreign key to that class's table. */
  readonly foreignKey?: RelationColumns;
  /** The object is always there: its type is without null. */
  readonly required?: boolean;
  /** Writes the reference in an UPDATE after all inserts: for two rows that refer to each other. */
  readonly postUpdate?: boolean;
}

/** Options of `hasOne()`. */
export interface HasOneOptions extends RelationOptions {
  /** The columns of the other class that refer to this one. Default: its only foreign key to this class's table. */
  readonly foreignKey?: RelationColumns;
  readonly postUpdate?: boolean;
}

/** Options of `hasMany()`. */
export interface HasManyOptions extends HasOneOptions {
  /** The order of the list when it is loaded. */
  readonly orderBy?: (other: UnfinishedColumns) => OrderBy | readonly OrderBy[];
  /** Only those of the related rows. Lists that are filtered are not written. */
  readonly where?: (other: UnfinishedColumns) => Condition;
}

/** Options of `manyToMany()`. */
export interface ManyToManyOptions extends RelationOptions {
  /** The table between: each of its rows refers to one of each side. */
  readonly through: (AnyTable & FromItem) | (() => AnyTable & FromItem);
  readonly orderBy?: HasManyOptions["orderBy"];
  readonly where?: HasManyOptions["where"];
  /** The columns of the table between that refer to this class. Default: its only foreign key to this class's table. */
  readonly foreignKey?: RelationColumns;
  /** The columns of the table between that refer to the other class. Default: its only foreign key to that table. */
  readonly otherKey?: RelationColumns;
}

/** Every option of every kind. */
export type AnyRelationOptions = BelongsToOptions & HasManyOptions & Partial<ManyToManyOptions>;

/**
 * A relation between classes, made by {@link belongsTo}, {@link hasOne}, {@link hasMany} and {@link manyToMany}.
 *
 * @typeParam T the class it leads to; without a constraint, which would have the checker look into a class that is
 *   still being defined
 * @typeParam S what stands for it in an object
 */
export class Relation<out T = unknown, out S extends RelationShape = RelationShape> {
  declare readonly [relationTarget]: T;
  declare readonly [relationShape]: S;
  readonly kind: RelationKind;
  readonly target: unknown;
  readonly options: AnyRelationOptions;

  constructor(kind: RelationKind, target: T, options: object) {
    this.kind = kind;
    this.target = target;
    this.options = options;
  }

  /** Whether the value of the relation is a list. */
  get isList(): boolean {
    return this.kind === "hasMany" || this.kind === "manyToMany";
  }
}

/**
 * A reference to one object: this class's table has the foreign key.
 *
 * @param target the class
 *
 * @example
 * ```ts
 * class Account extends entity("accounts", { branchId: c.uuid().references((): AnyColumn => Branch.c.id) },
 *   { branch: () => belongsTo(Branch) }) {}
 * ```
 *
 * SQLAlchemy: `relationship()`, many to one.
 */
export function belongsTo<T>(
  target: T,
  options: BelongsToOptions & { readonly required: true },
): Relation<T, "required">;
export function belongsTo<T>(target: T, options?: BelongsToOptions): Relation<T, "one">;
export function belongsTo<T>(target: T, options: BelongsToOptions = {}): Relation<T> {
  return new Relation("belongsTo", target, options);
}

/**
 * One object that refers to this one: the other class's table has the foreign key.
 *
 * @param target the class
 *
 * SQLAlchemy: `relationship(uselist=False)`.
 */
export function hasOne<T>(target: T, options: HasOneOptions = {}): Relation<T, "one"> {
  return new Relation("hasOne", target, options);
}

/**
 * The objects that refer to this one: the other class's table has the foreign key.
 *
 * @param target the class
 *
 * @example `{ accounts: () => hasMany(Account, { cascade: "all, delete-orphan", orderBy: (a) => a.createdAt }) }`
 *
 * SQLAlchemy: `relationship()`, one to many.
 */
export function hasMany<T>(target: T, options: HasManyOptions = {}): Relation<T, "many"> {
  return new Relation("hasMany", target, options);
}

/**
 * Objects that are related by the rows of a table between.
 *
 * @param target the class
 *
 * @example `{ tags: () => manyToMany(Tag, { through: postTags }) }`
 *
 * SQLAlchemy: `relationship(secondary=...)`.
 */
export function manyToMany<T>(target: T, options: ManyToManyOptions): Relation<T, "many"> {
  return new Relation("manyToMany", target, options);
}
