import type { AnyColumn } from "../schema/column.ts";
import type { FromItem } from "../sql/from-item.ts";
import type { Condition } from "../sql/operand.ts";
import { exists } from "../sql/conditions.ts";
import { select } from "../sql/select.ts";
import type { Mapper } from "./mapper.ts";
import { mapperOf } from "./mapper-of.ts";
import type { RelationProperty } from "./relation-property.ts";

/**
 * A relation as an attribute of its class: what loader options and conditions take.
 *
 * SQLAlchemy: `InstrumentedAttribute` of a `relationship`.
 *
 * @typeParam N the name of the class's table
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
  /**
   * Whether there are related objects that meet the condition, by EXISTS.
   *
   * @example `select(Branch).where(Branch.accounts.any(Account.balance.gt(100)))`
   */
  any(...conditions: readonly Condition[]): Condition<N>;
  /** As {@link any}, for relations to one object. */
  has(...conditions: readonly Condition[]): Condition<N>;
}

/** The attribute of a class for one of its relations. */
export function relationAttribute(owner: unknown, key: string): RelationAttribute {
  return new Attribute(mapperOf(owner, "a relation"), key) as unknown as RelationAttribute;
}

class Attribute {
  readonly key: string;
  readonly #owner: Mapper;

  constructor(owner: Mapper, key: string) {
    this.#owner = owner;
    this.key = key;
  }

  get property(): RelationProperty {
    return this.#owner.relation(this.key);
  }

  any(...conditions: readonly Condition[]): Condition {
    const { pairs, target, through } = this.property;
    const sources: FromItem[] = [target.table];
    const joined = [...pairs];
    if (through !== undefined) {
      sources.push(through.table);
      joined.push(...through.ownPairs, ...through.targetPairs);
    }
    const on = joined.map(({ own, other }) => own.eq(other)) as unknown as readonly Condition[];
    const key = target.primaryKey[0] as unknown as AnyColumn;
    return exists(
      select(key)
        .from(...sources)
        .where(...on, ...conditions),
    );
  }

  has(...conditions: readonly Condition[]): Condition {
    return this.any(...conditions);
  }
}
