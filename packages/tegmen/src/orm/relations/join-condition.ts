import type { Condition } from "../../sql/operand.ts";
import type { ColumnsByKey } from "../entity-source.ts";
import type { ColumnPair, RelationProperty } from "../relation-property.ts";

/** The conditions by which a relation's objects are found, for any sources of the two classes. */
export function relationConditions(
  property: RelationProperty,
  own: ColumnsByKey,
  other: ColumnsByKey,
  between: ColumnsByKey = columnsOfThrough(property),
): readonly Condition[] {
  const { pairs, through, condition } = property;
  if (condition !== undefined) return [condition(own, other), ...targetConditions(property, other)];
  const joined =
    through === undefined
      ? equalities(pairs, own, other)
      : [...equalities(through.ownPairs, own, between), ...throughConditions(property, other, between)];
  return [...joined, ...targetConditions(property, other)];
}

/** The conditions between the table between and the target. */
export function throughConditions(
  property: RelationProperty,
  other: ColumnsByKey,
  between: ColumnsByKey = columnsOfThrough(property),
): readonly Condition[] {
  const { through } = property;
  return through === undefined ? [] : equalities(through.targetPairs, other, between);
}

/** The conditions on the target alone. */
export function targetConditions({ options }: RelationProperty, other: ColumnsByKey): readonly Condition[] {
  return options.where === undefined ? [] : [options.where(other)];
}

/** The columns of the table between; none where there is none. */
export function columnsOfThrough({ through }: RelationProperty): ColumnsByKey {
  return (through?.table.c ?? {}) as ColumnsByKey;
}

/** `own = other` for each pair. */
export function equalities(pairs: readonly ColumnPair[], own: ColumnsByKey, other: ColumnsByKey): readonly Condition[] {
  return pairs.map((pair) => own[pair.own.key]!.eq(other[pair.other.key]) as unknown as Condition);
}
