import { ArgumentError, describeValue } from "../errors/index.ts";
import { optionsOf } from "../schema/column-builder.ts";
import { type ColumnOptions, columnOptions } from "../schema/column-options.ts";
import { foreignKey } from "../schema/constraint.ts";
import { addColumns, type AnyColumnBuilder, Table } from "../schema/table.ts";
import { forgetItems } from "../sql/items.ts";
import { sourceNode } from "../sql/from-item.ts";
import type { AnyColumn, TableColumn } from "../schema/column.ts";
import type { Definitions } from "../sql/definitions.ts";
import { type ColumnBuilders, equip, splitDefinitions } from "./entity.ts";
import type { EntityOptions, PolymorphicIdentity } from "./entity-options.ts";
import { addToSource, classSource, joinedSource } from "./class-source.ts";
import type { ColumnsByKey } from "./entity-source.ts";
import type {
  AnyEntity,
  DefinitionsOf,
  EntityAttributes,
  EntityStatics,
  EntityTable,
  Instance,
  InstanceOf,
  NewValues,
  RelationsOf,
} from "./entity-types.ts";
import { type EntityConstructor, Mapper, type RelationThunks } from "./mapper.ts";
import { mapperOf } from "./mapper-of.ts";
import type { sourceName } from "../sql/from-item.ts";

/** The name of a class's table. */
type NameOf<E extends AnyEntity> = E[typeof sourceName];

/** The columns of a class that inherits: those of the other, and its own. */
type Inherited<E extends AnyEntity, C> = Omit<DefinitionsOf<E>, keyof C> & C;

/** The relations of a class that inherits. */
type InheritedRelations<E extends AnyEntity, R> = Omit<RelationsOf<E>, keyof R> & R;

/** A class made by `inherit()`, to be extended. */
export type SubEntity<E extends AnyEntity, C extends Definitions, R, N extends string = NameOf<E>> = {
  new (values?: NewValues<Inherited<E, C>, InheritedRelations<E, R>>): InstanceOf<E> & Instance<C, R>;
} & Omit<EntityStatics<N, Inherited<E, C>, InheritedRelations<E, R>>, never> &
  EntityAttributes<N, Inherited<E, C>, InheritedRelations<E, R>>;

/** Options of {@link inherit}. */
export interface InheritOptions<C extends Definitions = Definitions> extends Pick<
  EntityOptions<C>,
  "constructLoaded" | "validators"
> {
  /** What the column says of objects of this class; left out for a class that has only those of its subclasses. */
  readonly identity?: PolymorphicIdentity;
}

/**
 * Makes a class whose objects are rows of another one's table, told apart by the column that the other one's option
 * `polymorphic` names: single-table inheritance. Its own columns are added to that table, and are NULL in other rows.
 *
 * @param parent the class to inherit from: columns, relations, getters and methods
 * @param columns its own columns, which have to allow NULL, or to have a default
 * @param relations its own relations
 *
 * @example
 * ```ts
 * class Employee extends entity("employees", { id: c.uuid().primaryKey(), kind: c.string().notNull() }, {}, {
 *   polymorphic: { on: "kind", identity: "employee" },
 * }) {}
 * class Manager extends inherit(Employee, { budget: c.int() }, {}, { identity: "manager" }) {}
 * ```
 *
 * SQLAlchemy: single table inheritance.
 */
export function inherit<E extends AnyEntity, C extends ColumnBuilders, R = object>(
  parent: E,
  columns: C,
  relations?: R,
  options?: InheritOptions<NoInfer<C>>,
): SubEntity<E, C, R>;
/**
 * Makes a class whose objects have a row in a further table, too: joined-table inheritance. The key of that table is the
 * parent's, and refers to it.
 *
 * @param parent the class to inherit from: columns, relations, getters and methods
 * @param table the name of the further table
 * @param columns the columns of the further table; those of the key are made where they are not given
 * @param relations its own relations
 *
 * @example
 * ```ts
 * class Manager extends inherit(Employee, "managers", { budget: c.int() }, {}, { identity: "manager" }) {}
 * ```
 *
 * SQLAlchemy: joined table inheritance.
 */
export function inherit<E extends AnyEntity, const N extends string, C extends ColumnBuilders, R = object>(
  parent: E,
  table: N,
  columns: C,
  relations?: R,
  options?: InheritOptions<NoInfer<C>>,
): SubEntity<E, C, R, N>;
export function inherit(parent: AnyEntity, ...rest: readonly unknown[]): unknown {
  const above = mapperOf(parent, "inherit()");
  if (above.polymorphicKey === undefined) {
    throw new ArgumentError(
      `inherit() expects a class whose rows are told apart: give ${above.root.name} the option ` +
        'polymorphic: { on: "kind", identity: "..." }',
    );
  }
  const name = typeof rest[0] === "string" ? rest[0] : undefined;
  const [columns, relations, { identity, ...options } = {}] = (name === undefined ? rest : rest.slice(1)) as readonly [
    unknown,
    RelationThunks?,
    InheritOptions?,
  ];
  if (typeof columns !== "object" || columns === null) {
    throw new ArgumentError(`inherit() expects columns, got ${describeValue(columns)}`);
  }
  const thunks = relations ?? {};
  const { columns: stored, computed } = splitDefinitions(columns as ColumnBuilders);
  const { table, added } = name === undefined ? sharedTable(above, stored) : furtherTable(above, name, stored);
  class Sub extends (above.class as new (values?: unknown) => object) {}
  const base = Sub as unknown as EntityConstructor;
  const parts = { table, columns: added, computed, relations: thunks, options, parent: above, identity };
  const mapper = new Mapper(base, parts);
  const { node, c } =
    mapper.tables.length > 1 ? joinedSource(mapper, table.name) : classSource(mapper, table[sourceNode]);
  equip(mapper, { c: mapper.withProperties(c), node }, thunks);
  return Sub;
}

/** Where a class has its columns. */
interface ColumnsIn {
  readonly table: EntityTable;
  readonly added: readonly TableColumn[];
}

/** The table of the parent, with further columns. */
function sharedTable(above: Mapper, stored: ColumnBuilders): ColumnsIn {
  const { table } = above;
  if (above.tables.length > 1) {
    throw new ArgumentError(
      `the rows of ${above.name} are in several tables: a class that inherits from it needs a table of its own, as in ` +
        'inherit(Parent, "table", columns)',
    );
  }
  const added = Object.keys(stored).length === 0 ? [] : addColumns(table, stored);
  for (const { key, options: given } of added) {
    if (given.nullable || given.default !== undefined) continue;
    throw new ArgumentError(
      `column "${key}" of a class that inherits from ${above.name} is NOT NULL, but rows of other classes have no ` +
        "value for it: let it be NULL, or give it a default",
    );
  }
  forgetItems(table);
  addToSource(above, added);
  return { table, added };
}

/** A further table, whose primary key is that of the parent's, and refers to it. */
function furtherTable(above: Mapper, name: string, stored: ColumnBuilders): ColumnsIn {
  const { primaryKey, table: upper } = above;
  const given = new Set(Object.keys(stored));
  const taken = [...above.columns.values()].filter((column) => !primaryKey.includes(column));
  const other = taken.find(({ key }) => given.has(key));
  if (other !== undefined) {
    throw new ArgumentError(`table "${name}": ${above.name} has a column "${other.key}" already`);
  }
  const keys = primaryKey.map(({ key, name: inSql, options }) => [key, keyColumn(inSql, options)] as const);
  const refers = primaryKey.some(
    ({ key }) => stored[key] !== undefined && optionsIn(stored[key])?.references !== undefined,
  );
  const { metadata, schema } = upper.options;
  const table: EntityTable = new Table(
    name,
    { ...Object.fromEntries(keys), ...stored },
    (columns) => {
      if (refers) return [];
      const own = primaryKey.map(({ key }) => (columns as unknown as ColumnsByKey)[key]) as unknown as AnyColumn[];
      const target = (): readonly AnyColumn[] => upper.primaryKey as unknown as readonly AnyColumn[];
      return [
        foreignKey()
          .on(...own)
          .references(target, { onDelete: "CASCADE" }),
      ];
    },
    { ...(metadata !== undefined && { metadata }), ...(schema !== undefined && { schema }) },
  );
  const collision = table.columns.find((column) => taken.some((one) => one.name === column.name));
  if (collision !== undefined) {
    throw new ArgumentError(`table "${name}": ${above.name} has a column named ${collision.name} in SQL already`);
  }
  const keysOfTable = table.primaryKey.map(({ key }) => key);
  if (keysOfTable.length !== primaryKey.length || primaryKey.some(({ key }, index) => keysOfTable[index] !== key)) {
    throw new ArgumentError(
      `the primary key of table "${name}" has to be that of "${upper.name}" (${primaryKey.map(({ key }) => key).join(", ")}), ` +
        `got (${keysOfTable.join(", ")})`,
    );
  }
  metadata?.add(table);
  return { table, added: table.columns };
}

/** A column of the key: its values are those of the other table's. */
function keyColumn(name: string, { type }: ColumnOptions): AnyColumnBuilder {
  return { [optionsOf]: { ...columnOptions(type), name, nullable: false, primaryKey: true } } as AnyColumnBuilder;
}

function optionsIn(definition: unknown): ColumnOptions | undefined {
  return (definition as Partial<AnyColumnBuilder>)[optionsOf];
}
