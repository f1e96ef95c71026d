import { ArgumentError, describeValue } from "../errors/index.ts";
import { Alias } from "../schema/table.ts";
import type { Columns } from "../schema/table-types.ts";
import { entitySource, type FromItem, sourceNode } from "../sql/from-item.ts";
import type {
  AnyEntity,
  DefinitionsOf,
  EntityAttributes,
  InstanceOf,
  relationsOf,
  RelationsOf,
} from "./entity-types.ts";
import type { SourceNode } from "../sql/nodes/source-node.ts";
import { classSource, joinedSource } from "./class-source.ts";
import { type EntitySource, ownSource, sourceMapper } from "./entity-source.ts";
import type { Mapper } from "./mapper.ts";
import { mapperOf } from "./mapper-of.ts";

/**
 * A class under another name in a statement. Its columns and relations are those of the class, and so are its objects.
 *
 * @typeParam E the class
 * @typeParam A the name
 */
export type Aliased<E extends AnyEntity, A extends string> = FromItem<A, Columns<A, DefinitionsOf<E>>> & {
  readonly [entitySource]: Mapper;
  readonly [relationsOf]: RelationsOf<E>;
  readonly prototype: InstanceOf<E>;
} & EntityAttributes<A, DefinitionsOf<E>, RelationsOf<E>>;

/**
 * A class under another name: to be read twice in one statement.
 *
 * @param entity the class
 * @param name the name in SQL
 *
 * @example
 * ```ts
 * const boss = aliased(Employee, "boss");
 * select(Employee, boss).innerJoin(Employee.manager.to(boss)).where(boss.name.eq("Ann"));
 * ```
 *
 * SQLAlchemy: `aliased()`.
 */
export function aliased<E extends AnyEntity, const A extends string>(entity: E, name: A): Aliased<E, A> {
  const mapper = mapperOf(entity, "aliased()");
  if (typeof name !== "string" || name === "") {
    throw new ArgumentError(`aliased() expects a name, got ${describeValue(name)}`);
  }
  return makeAlias(mapper, name) as unknown as Aliased<E, A>;
}

/** A class under another name. */
export function makeAlias(mapper: Mapper, name: string): EntitySource {
  const { node, c } = aliasSource(mapper, name);
  // What the class computes of its columns, it computes of the alias's, too.
  return Object.create(mapper.class, {
    c: { value: mapper.withProperties(c as EntitySource["c"]) },
    [sourceNode]: { value: node },
    [entitySource]: { value: mapper },
  }) as EntitySource;
}

function aliasSource(mapper: Mapper, name: string): { readonly node: SourceNode; readonly c: unknown } {
  if (mapper.tables.length > 1) return joinedSource(mapper, name);
  const alias = new Alias(name, mapper.table);
  return mapper.parent === undefined ? { node: alias[sourceNode], c: alias.c } : classSource(mapper, alias[sourceNode]);
}

/** The class, or an alias of it if it would be taken for another source of the statement. */
export function sourceBeside(mapper: Mapper, other: EntitySource): EntitySource {
  const own = ownSource(mapper);
  const isSameTable = typeof other === "function" && sourceMapper(other).table === mapper.table;
  return isSameTable ? makeAlias(mapper, `${mapper.table.name}_1`) : own;
}
