import { inspect } from "node:util";
import { ArgumentError, describeValue } from "../errors/index.ts";
import type { AnyColumnBuilder } from "../schema/table.ts";
import { Table } from "../schema/table.ts";
import { definedTable } from "../schema/metadata.ts";
import { targetOf } from "../sql/definitions.ts";
import { entitySource, sourceNode } from "../sql/from-item.ts";
import { defineColumn, defineRelation } from "./attributes.ts";
import type { EntityOptions } from "./entity-options.ts";
import type { EntityClass, EntityTable } from "./entity-types.ts";
import { construct } from "./instance.ts";
import { type EntityConstructor, Mapper, type RelationThunks } from "./mapper.ts";
import { relationAttribute } from "./relation-attribute.ts";
import { describeObject, toPlain } from "./serialize.ts";

/** The columns of a class, or the table that it is made for. */
export interface ColumnBuilders {
  readonly [key: string]: AnyColumnBuilder;
}

/**
 * Makes a class for the rows of a table, to be extended. On the class, columns and relations are expressions; on its
 * objects they are plain values.
 *
 * @param source the name of the table with its columns, or a table made by `table()`
 * @param columns as for `table()`
 * @param relations functions that return relations, by their keys
 * @param options those of the table, and `version` for optimistic locking
 * @throws {ArgumentError} two columns, or a column and a relation, have one name; an option is unknown
 *
 * @example
 * ```ts
 * class Account extends entity("accounts", {
 *   id: c.uuid().primaryKey().default(func.genRandomUuid()),
 *   balance: c.int().notNull().default(0),
 *   branchId: c.uuid().references((): AnyColumn => Branch.c.id),
 * }, { branch: () => belongsTo(Branch) }) {
 *   get overdrawn() { return this.balance < 0; }
 * }
 * ```
 *
 * SQLAlchemy: a class of the declarative base.
 */
export function entity<const N extends string, C extends ColumnBuilders, R = object>(
  name: N,
  columns: C,
  relations?: R,
  options?: EntityOptions,
): EntityClass<N, C, R>;
export function entity<N extends string, C extends ColumnBuilders, R = object>(
  table: Table<N, C>,
  relations?: R,
  options?: EntityOptions,
): EntityClass<N, C, R>;
export function entity(first: unknown, ...rest: readonly unknown[]): EntityClass<string, ColumnBuilders, object> {
  if (first instanceof Table) return makeClass(first, rest[0] as RelationThunks, rest[1] ?? {});
  if (typeof first !== "string") {
    throw new ArgumentError(`entity() expects the name of a table, or a table, got ${describeValue(first)}`);
  }
  const [columns, relations, options = {}] = rest as readonly [ColumnBuilders, RelationThunks, EntityOptions?];
  const { version: _version, items, ...tableOptions } = options;
  const table = new Table(first, columns, items, tableOptions);
  const made = makeClass(table, relations, options);
  tableOptions.metadata?.add(table);
  return made;
}

function makeClass(
  table: EntityTable,
  relations: RelationThunks = {},
  options: EntityOptions,
): EntityClass<string, ColumnBuilders, object> {
  class Entity {
    constructor(values?: Readonly<Record<string, unknown>>) {
      construct(this, mapper, new.target as unknown as EntityConstructor, values);
    }

    toJSON(): Record<string, unknown> {
      return toPlain(this);
    }
  }
  Object.defineProperty(Entity.prototype, inspect.custom, {
    value(this: object, depth: number, settings: object): string {
      return describeObject(this, depth, settings);
    },
  });
  const mapper = new Mapper(Entity as unknown as EntityConstructor, table, relations, options);
  const statics: Record<PropertyKey, unknown> = {
    c: table.c,
    [sourceNode]: table[sourceNode],
    [targetOf]: table[targetOf],
    [entitySource]: mapper,
    [definedTable]: table,
  };
  for (const key of Reflect.ownKeys(statics)) Object.defineProperty(Entity, key, { value: statics[key] });
  for (const column of table.columns) defineColumn(Entity, column);
  for (const key of Object.keys(relations)) {
    if (table[targetOf].has(key)) {
      throw new ArgumentError(`entity of table "${table.name}" has a column and a relation "${key}"`);
    }
    defineRelation(Entity, key, (owner) => relationAttribute(owner, key));
  }
  checkVersion(table, options.version);
  return Entity as unknown as EntityClass<string, ColumnBuilders, object>;
}

function checkVersion(table: EntityTable, version: string | undefined): void {
  if (version === undefined || table[targetOf].has(version)) return;
  throw new ArgumentError(`the option version of the entity of table "${table.name}" names no column: "${version}"`);
}
