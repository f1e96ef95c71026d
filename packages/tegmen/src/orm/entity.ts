import { inspect } from "node:util";
import { ArgumentError, describeValue, InvalidRequestError } from "../errors/index.ts";
import type { AnyColumnBuilder } from "../schema/table.ts";
import { Table } from "../schema/table.ts";
import { definedTable } from "../schema/metadata.ts";
import { type ColumnDefinition, targetOf } from "../sql/definitions.ts";
import { entitySource, sourceNode } from "../sql/from-item.ts";
import type { SourceNode } from "../sql/nodes/source-node.ts";
import type { TableOptions } from "../schema/table-options.ts";
import { defineColumn, defineComputed, defineRelation } from "./attributes.ts";
import { Computed, type ComputedDefinition } from "./computed.ts";
import { classTarget } from "./class-source.ts";
import type { ColumnsByKey } from "./entity-source.ts";
import type { EntityOptions, Validator } from "./entity-options.ts";
import type { EntityClass, EntityTable } from "./entity-types.ts";
import { beginObject, initialize } from "./instance.ts";
import { type EntityConstructor, Mapper, type RelationThunks } from "./mapper.ts";
import { relationAttribute } from "./relation-attribute.ts";
import { describeObject, toPlain } from "./serialize.ts";
import { InstanceState, stateOf } from "./state.ts";

/** The columns of a class, or the table that it is made for. */
export interface ColumnBuilders {
  readonly [key: string]: AnyColumnBuilder | ComputedDefinition<ColumnDefinition>;
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
  options?: EntityOptions<NoInfer<C>>,
): EntityClass<N, C, R>;
export function entity<N extends string, C extends ColumnBuilders, R = object>(
  table: Table<N, C>,
  relations?: R,
  options?: EntityOptions<NoInfer<C>>,
): EntityClass<N, C, R>;
export function entity(first: unknown, ...rest: readonly unknown[]): EntityClass<string, ColumnBuilders, object> {
  if (first instanceof Table) {
    const [relations = {}, options = {}] = rest as readonly [RelationThunks?, EntityOptions?];
    return makeClass(first, new Map(), relations, options);
  }
  if (typeof first !== "string") {
    throw new ArgumentError(`entity() expects the name of a table, or a table, got ${describeValue(first)}`);
  }
  const [definitions, relations = {}, options = {}] = rest as readonly [
    ColumnBuilders,
    RelationThunks?,
    EntityOptions?,
  ];
  const { columns, computed } = splitDefinitions(definitions);
  const { items, tableOptions } = splitOptions(options);
  const table = new Table(first, columns, items, tableOptions);
  const made = makeClass(table, computed, relations, options);
  tableOptions.metadata?.add(table);
  return made;
}

/** The columns of a table, and what is computed of them. */
export function splitDefinitions(definitions: ColumnBuilders): {
  readonly columns: ColumnBuilders;
  readonly computed: ReadonlyMap<string, Computed>;
} {
  const entries = Object.entries(definitions);
  const computed = entries.filter(
    (entry): entry is [string, (typeof entry)[1] & Computed] => entry[1] instanceof Computed,
  );
  if (computed.length === 0) return { columns: definitions, computed: new Map() };
  return {
    columns: Object.fromEntries(entries.filter(([, one]) => !(one instanceof Computed))),
    computed: new Map(computed),
  };
}

/** The options of a table. */
export function splitOptions(options: EntityOptions): {
  readonly items: EntityOptions["items"];
  readonly tableOptions: TableOptions;
} {
  const { version: _1, validators: _2, polymorphic: _3, constructLoaded: _4, items, ...tableOptions } = options;
  return { items, tableOptions };
}

function makeClass(
  table: EntityTable,
  computed: ReadonlyMap<string, Computed>,
  relations: RelationThunks,
  options: EntityOptions,
): EntityClass<string, ColumnBuilders, object> {
  class Entity {
    // A comparison or a copy of the object is about its values, and does not see this.
    readonly #state: InstanceState;

    constructor(values?: Readonly<Record<string, unknown>>) {
      const made = new.target as unknown as EntityConstructor & { readonly [entitySource]: Mapper };
      const isLoading = beginObject(made[entitySource], made);
      this.#state = new InstanceState(made[entitySource], this, {});
      if (!isLoading) initialize(this.#state, values);
    }

    get [stateOf](): InstanceState | undefined {
      return #state in this ? this.#state : undefined;
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
  const base = Entity as unknown as EntityConstructor;
  const mapper = new Mapper(base, {
    table,
    columns: table.columns,
    computed,
    relations,
    options,
    parent: undefined,
    identity: options.polymorphic?.identity,
  });
  equip(mapper, { c: mapper.withProperties(table.c as unknown as ColumnsByKey), node: table[sourceNode] }, relations);
  checkOptions(table, options);
  return Entity as unknown as EntityClass<string, ColumnBuilders, object>;
}

/** Gives a class its attributes. */
export function equip(
  mapper: Mapper,
  { c, node }: { readonly c: ColumnsByKey; readonly node: SourceNode },
  relations: RelationThunks,
): void {
  const { base, table, columns, computed, options } = mapper;
  const statics: Record<PropertyKey, unknown> = {
    c,
    [sourceNode]: node,
    [entitySource]: mapper,
    [definedTable]: table,
  };
  for (const key of Reflect.ownKeys(statics)) Object.defineProperty(base, key, { value: statics[key] });
  if (mapper.tables.length > 1) refuseTarget(mapper);
  else {
    const target = mapper.polymorphicKey === undefined ? table[targetOf] : classTarget(mapper);
    Object.defineProperty(base, targetOf, { value: target });
  }
  const validators = (options.validators ?? {}) as Readonly<Record<string, Validator<unknown>>>;
  for (const [key, column] of columns) {
    if (mapper.parent?.columns.get(key) !== column) defineColumn(base, column, validators[key]);
  }
  for (const [key, one] of computed) {
    if (columns.has(key)) throw new ArgumentError(`${nameOf(mapper)} has a column and a computed attribute "${key}"`);
    defineComputed(base, key, one);
  }
  for (const key of Object.keys(relations)) {
    if (columns.has(key) || computed.has(key)) {
      throw new ArgumentError(`${nameOf(mapper)} has a column and a relation "${key}"`);
    }
    defineRelation(base, key, (owner) => relationAttribute(owner, key));
  }
}

/** One statement cannot write to several tables. */
function refuseTarget(mapper: Mapper): void {
  Object.defineProperty(mapper.base, targetOf, {
    get(): never {
      const names = mapper.tables.map(({ name }) => `"${name}"`).join(" and ");
      throw new InvalidRequestError(
        `the rows of ${mapper.name} are in the tables ${names}, and one statement writes to one table: write its ` +
          "objects by a Session",
      );
    },
  });
}

function nameOf({ table }: Mapper): string {
  return `entity of table "${table.name}"`;
}

function checkOptions(table: EntityTable, { version, polymorphic, validators = {} }: EntityOptions): void {
  const check = (option: string, key: string): void => {
    if (table[targetOf].has(key)) return;
    throw new ArgumentError(`the option ${option} of the entity of table "${table.name}" names no column: "${key}"`);
  };
  if (version !== undefined) check("version", version);
  if (polymorphic !== undefined) check("polymorphic", polymorphic.on);
  for (const key of Object.keys(validators)) check("validators", key);
}
