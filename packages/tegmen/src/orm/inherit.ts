import { ArgumentError, describeValue } from "../errors/index.ts";
import { addColumns } from "../schema/table.ts";
import { forgetItems } from "../sql/items.ts";
import { sourceNode } from "../sql/from-item.ts";
import type { TableColumn } from "../schema/column.ts";
import type { Definitions } from "../sql/definitions.ts";
import { type ColumnBuilders, equip, splitDefinitions } from "./entity.ts";
import type { EntityOptions, PolymorphicIdentity } from "./entity-options.ts";
import { addToSource, classSource } from "./class-source.ts";
import type {
  AnyEntity,
  DefinitionsOf,
  EntityAttributes,
  EntityStatics,
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
export type SubEntity<E extends AnyEntity, C extends Definitions, R> = {
  new (values?: NewValues<Inherited<E, C>, InheritedRelations<E, R>>): InstanceOf<E> & Instance<C, R>;
} & Omit<EntityStatics<NameOf<E>, Inherited<E, C>, InheritedRelations<E, R>>, never> &
  EntityAttributes<NameOf<E>, Inherited<E, C>, InheritedRelations<E, R>>;

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
  { identity, ...options }: InheritOptions<NoInfer<C>> = {},
): SubEntity<E, C, R> {
  const above = mapperOf(parent, "inherit()");
  if (above.polymorphicKey === undefined) {
    throw new ArgumentError(
      `inherit() expects a class whose rows are told apart: give ${above.root.name} the option ` +
        'polymorphic: { on: "kind", identity: "..." }',
    );
  }
  if (typeof columns === "string") {
    throw new ArgumentError(
      `inherit() has no tables of their own for subclasses, got ${describeValue(columns)}: the columns of a subclass are ` +
        "added to the table of its parent. For a table of its own, write an entity() with a belongsTo() to the other one",
    );
  }
  if (typeof columns !== "object" || columns === null) {
    throw new ArgumentError(`inherit() expects columns, got ${describeValue(columns)}`);
  }
  const { table } = above;
  const { columns: stored, computed } = splitDefinitions(columns);
  const added: readonly TableColumn[] = Object.keys(stored).length === 0 ? [] : addColumns(table, stored);
  for (const { key, options: given } of added) {
    if (given.nullable || given.default !== undefined) continue;
    throw new ArgumentError(
      `column "${key}" of a class that inherits from ${above.name} is NOT NULL, but rows of other classes have no ` +
        "value for it: let it be NULL, or give it a default",
    );
  }
  forgetItems(table);
  addToSource(above, added);
  const thunks = (relations ?? {}) as RelationThunks;
  class Sub extends (above.class as new (values?: unknown) => object) {}
  const base = Sub as unknown as EntityConstructor;
  const mapper = new Mapper(base, {
    table,
    columns: added,
    computed,
    relations: thunks,
    options,
    parent: above,
    identity,
  });
  const { node, c } = classSource(mapper, table[sourceNode]);
  equip(mapper, { c: mapper.withProperties(c), node }, thunks);
  return Sub as unknown as SubEntity<E, C, R>;
}
