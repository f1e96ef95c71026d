import { ArgumentError, describeValue } from "../errors/index.ts";
import type { AnyColumn } from "../schema/column.ts";
import { Alias } from "../schema/table.ts";
import { and, exists, not } from "../sql/conditions.ts";
import { type FromItem, sourceNode, type sourceName } from "../sql/from-item.ts";
import { joinPath, type joinEnds, type JoinPath, type PathJoin } from "../sql/join-path.ts";
import type { Condition } from "../sql/operand.ts";
import { select } from "../sql/select.ts";
import { sourceBeside } from "./aliased.ts";
import { type ColumnsByKey, type EntitySource, ownSource, sourceMapper, sourceOf } from "./entity-source.ts";
import type { InstanceOf } from "./entity-types.ts";
import type { Mapper } from "./mapper.ts";
import type { ColumnPair, RelationProperty } from "./relation-property.ts";
import { relationConditions, throughConditions } from "./relations/join-condition.ts";
import { replaceSource } from "./relations/replace-source.ts";
import { relationName, targetState } from "./relations/sync.ts";
import type { InstanceState } from "./state.ts";

/** The name of the table that a relation leads to. */
type TargetName<T> = T extends { readonly [sourceName]: infer N extends string } ? N : never;

/**
 * A relation as an attribute of its class: what loader options, joins and conditions take.
 *
 * SQLAlchemy: `InstrumentedAttribute` of a `relationship`.
 *
 * @typeParam N the name of the class's table, or of its alias
 * @typeParam K the key of the relation
 * @typeParam T the class that it leads to
 */
export interface RelationAttribute<N extends string = string, K = PropertyKey, out T = unknown> {
  /** The key of the relation. */
  readonly key: K;
  /** The class that it leads to; never there at run time. */
  readonly $target: T;
  /** For the ORM: what is known of the relation. */
  readonly property: RelationProperty;
  /** For the ORM: the class, or its alias, that this is an attribute of. */
  readonly source: EntitySource;
  readonly [joinPath]: () => readonly PathJoin[];
  readonly [joinEnds]: { readonly from: N; readonly to: TargetName<T> };
  /**
   * Whether there are related objects that meet the conditions, by EXISTS. In a relation of a class to itself, the
   * columns in the conditions are those of the related object.
   *
   * @example `select(Branch).where(Branch.accounts.any(Account.balance.gt(100)))`
   *
   * SQLAlchemy: `any()`.
   */
  any(...conditions: readonly Condition[]): Condition<N>;
  /**
   * As {@link any}, for relations to one object.
   *
   * @example `select(Account).where(Account.branch.has(Branch.city.eq("Ulm")))`
   *
   * SQLAlchemy: `has()`.
   */
  has(...conditions: readonly Condition[]): Condition<N>;
  /**
   * Whether an object is among the related ones.
   *
   * @throws {ArgumentError} it has no row yet, or is of another class
   *
   * SQLAlchemy: `contains()`.
   */
  contains(object: InstanceOf<T>): Condition<N>;
  /**
   * Whether an object is the related one; whether there is none for null.
   *
   * @throws {ArgumentError} it has no row yet, or is of another class
   *
   * SQLAlchemy: `==` of a relationship.
   */
  is(object: InstanceOf<T> | null): Condition<N>;
  /**
   * The way to an alias of the related class, for joins.
   *
   * @example `select(Employee).innerJoin(Employee.manager.to(boss))`
   *
   * SQLAlchemy: `of_type()`.
   */
  to<A extends string>(alias: FromItem<A> & { readonly prototype: InstanceOf<T> }): JoinPath<N, A>;
}

/** The attribute of a class, or of an alias of one, for one of its relations. */
export function relationAttribute(owner: unknown, key: string): RelationAttribute {
  return new Attribute(owner, key) as unknown as RelationAttribute;
}

class Attribute {
  readonly key: string;
  readonly source: EntitySource;

  constructor(owner: unknown, key: string) {
    this.source = sourceOf(owner, sourceMapper(owner as EntitySource));
    this.key = key;
  }

  get property(): RelationProperty {
    return sourceMapper(this.source).relation(this.key);
  }

  [joinPath](): readonly PathJoin[] {
    return joinsTo(this.property, this.source.c, ownSource(this.property.target));
  }

  any(...conditions: readonly Condition[]): Condition {
    const { property, source } = this;
    const { target, through } = property;
    const other = sourceBeside(target, source);
    const own = ownSource(target)[sourceNode];
    const given = conditions.map((one) =>
      other[sourceNode] === own ? one : replaceSource(one, own, other[sourceNode]),
    );
    const sources: FromItem[] = through === undefined ? [other] : [other, through.table];
    const key = other.c[target.primaryKey[0]!.key] as unknown as AnyColumn;
    return exists(
      select(key)
        .from(...sources)
        .where(...relationConditions(property, source.c, other.c), ...given),
    );
  }

  has(...conditions: readonly Condition[]): Condition {
    return this.any(...conditions);
  }

  contains(object: unknown): Condition {
    const { property, source } = this;
    const state = keyedState(property, object);
    const { kind, pairs, through, target } = property;
    if (through !== undefined) {
      const key = keyEquals(target, state);
      return this.any(...key);
    }
    if (kind === "belongsTo" || pairs.length === 0) return this.is(object);
    return equalTo(source.c, pairs, state);
  }

  is(object: unknown): Condition {
    const { property, source } = this;
    const { kind, pairs } = property;
    const isReference = kind === "belongsTo" && pairs.length > 0;
    if (object === null) {
      if (!isReference) return not(this.any());
      return and(...pairs.map((pair) => source.c[pair.own.key]!.isNull() as unknown as Condition));
    }
    const state = keyedState(property, object);
    if (pairs.length > 0) return equalTo(source.c, pairs, state);
    const key = keyEquals(property.target, state);
    return this.any(...key);
  }

  to(alias: EntitySource): JoinPath {
    const { property, source } = this;
    if (sourceMapper(alias) !== property.target) {
      throw new ArgumentError(
        `${relationName(property)}.to() expects an alias of ${property.target.name}, got ${describeValue(alias)}`,
      );
    }
    return { [joinPath]: () => joinsTo(property, source.c, alias) } as unknown as JoinPath;
  }
}

/** The condition to be the row of an object. */
function keyEquals(target: Mapper, state: InstanceState): readonly Condition[] {
  const { c } = ownSource(target);
  return target.primaryKey.map(({ key }) => c[key]!.eq(valueOf(state, key)) as unknown as Condition);
}

/**
 * The joins that lead along a relation.
 *
 * @param alias a name for the table between, where there may be other joins with it
 */
export function joinsTo(
  property: RelationProperty,
  own: ColumnsByKey,
  other: EntitySource,
  alias?: string,
): readonly PathJoin[] {
  const { through } = property;
  if (through === undefined) return [{ source: other, on: all(relationConditions(property, own, other.c)) }];
  const between = alias === undefined ? through.table : new Alias(alias, through.table);
  const columns = between.c as ColumnsByKey;
  const conditions = relationConditions(property, own, other.c, columns);
  const toTarget = throughConditions(property, other.c, columns);
  const { length } = through.ownPairs;
  return [
    { source: between, on: all(conditions.slice(0, length)) },
    { source: other, on: all([...toTarget, ...conditions.slice(length + toTarget.length)]) },
  ];
}

function all(conditions: readonly Condition[]): Condition {
  return conditions.length === 1 ? conditions[0]! : and(...conditions);
}

function equalTo(columns: ColumnsByKey, pairs: readonly ColumnPair[], state: InstanceState): Condition {
  const parts = pairs.map((pair) => {
    const value = state.values[pair.other.key];
    const column = columns[pair.own.key]!;
    // An object that refers to nothing is nobody's.
    return (value === null || value === undefined ? column.ne(column) : column.eq(value)) as unknown as Condition;
  });
  return all(parts);
}

function keyedState(property: RelationProperty, object: unknown): InstanceState {
  const state = targetState(property, object);
  for (const { key } of property.target.primaryKey) valueOf(state, key);
  return state;
}

function valueOf(state: InstanceState, key: string): unknown {
  const value = state.values[key];
  if (value !== undefined && value !== null) return value;
  throw new ArgumentError(
    `a condition was given a ${state.mapper.name} without a primary key: flush the Session first, so that it has one`,
  );
}
