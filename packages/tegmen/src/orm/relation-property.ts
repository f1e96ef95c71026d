import { ArgumentError } from "../errors/index.ts";
import type { TableColumn } from "../schema/column.ts";
import { resolveTable, type ResolvedForeignKey } from "../schema/resolve-table.ts";
import type { AnyTable } from "../schema/table.ts";
import type { FromItem } from "../sql/from-item.ts";
import type { Condition } from "../sql/operand.ts";
import { Collection } from "./collection.ts";
import type { ColumnsByKey } from "./entity-source.ts";
import { conditionPairs } from "./relations/condition-pairs.ts";
import type { Mapper } from "./mapper.ts";
import { mapperOf } from "./mapper-of.ts";
import { type Cascades, parseCascade } from "./cascade.ts";
import type { AnyRelationOptions, Relation, RelationColumns, RelationKind } from "./relation.ts";
import type { InstanceState } from "./state.ts";

/** A column of one side, and the one of the other that is equal to it. */
export interface ColumnPair {
  readonly own: TableColumn;
  readonly other: TableColumn;
}

/** The table between the two sides of a many-to-many relation. */
export interface ThroughTable {
  readonly table: AnyTable & FromItem;
  /** `own` is a column of this class, `other` the one of the table between that refers to it. */
  readonly ownPairs: readonly ColumnPair[];
  /** `own` is a column of the target, `other` the one of the table between that refers to it. */
  readonly targetPairs: readonly ColumnPair[];
}

/** A relation whose classes and columns are known. SQLAlchemy: `RelationshipProperty`. */
export interface RelationProperty {
  readonly key: string;
  readonly kind: RelationKind;
  readonly isList: boolean;
  readonly owner: Mapper;
  readonly target: Mapper;
  readonly options: AnyRelationOptions;
  readonly cascade: Cascades;
  /** Never written. */
  readonly viewOnly: boolean;
  /**
   * The columns that are equal. For belongsTo, `own` is the foreign key; for hasMany and hasOne, `other` is. Empty for
   * many-to-many, and where only a condition says how rows are related.
   */
  readonly pairs: readonly ColumnPair[];
  readonly through: ThroughTable | undefined;
  /** The condition that relates rows, where pairs of columns do not say it. */
  readonly condition: ((own: ColumnsByKey, other: ColumnsByKey) => Condition) | undefined;
  /** The same relation, seen from the other class. */
  readonly inverse: RelationProperty | undefined;
  /** An empty list for an object. */
  makeList(state: InstanceState): Collection;
}

/**
 * Finds the classes and columns of a relation.
 *
 * @throws {ArgumentError} the target is no entity; no foreign key, or several, lead there and no option says which
 */
export function resolveRelation(owner: Mapper, key: string, relation: Relation): RelationProperty {
  const where = `relation ${owner.name}.${key}`;
  const { kind, options } = relation;
  const target = mapperOf(relation.target, where);
  const { on } = options;
  if (kind === "manyToMany" && on !== undefined) {
    throw new ArgumentError(`${where}: manyToMany takes through, foreignKey and otherKey instead of on`);
  }
  const through = kind === "manyToMany" ? resolveThrough(where, owner, target, options) : undefined;
  const found = on === undefined ? undefined : conditionPairs(where, on, owner, target);
  const pairs =
    found ??
    (through !== undefined || on !== undefined ? [] : directPairs(where, kind, owner, target, options.foreignKey));
  const condition = on !== undefined && found === undefined ? on : undefined;
  let inverse: RelationProperty | null | undefined;
  const property: RelationProperty = {
    key,
    kind,
    isList: relation.isList,
    owner,
    target,
    options,
    cascade: parseCascade(options.cascade, where),
    viewOnly: options.viewOnly === true || condition !== undefined || options.where !== undefined,
    pairs,
    through,
    condition,
    // Looked for when it is needed: the other class's relations lead back here.
    get inverse() {
      if (inverse === undefined) inverse = findInverse(property, where) ?? null;
      return inverse ?? undefined;
    },
    makeList: (state) => new Collection(state, property),
  };
  return property;
}

/** Whether a relation has the foreign key, or the other class has. */
function directPairs(
  where: string,
  kind: RelationKind,
  owner: Mapper,
  target: Mapper,
  foreignKey: RelationColumns | undefined,
): readonly ColumnPair[] {
  const [from, to] = kind === "belongsTo" ? [owner, target] : [target, owner];
  const tables = tablesBetween(from, to, foreignKey);
  if (kind === "belongsTo") return foreignKeyPairs(where, ...tables, foreignKey);
  return foreignKeyPairs(where, ...tables, foreignKey).map(({ own, other }) => ({
    own: other,
    other: own,
  }));
}

/** The tables of two classes of which one refers to the other: their own, where nothing says that others do. */
function tablesBetween(from: Mapper, to: Mapper, given: RelationColumns | undefined): readonly [AnyTable, AnyTable] {
  const pairs = from.tables.toReversed().flatMap((one) => to.tables.toReversed().map((other) => [one, other] as const));
  if (pairs.length === 1) return [from.table, to.table];
  const names = ([] as unknown[])
    .concat(given ?? [])
    .map((one) => (typeof one === "string" ? one : (one as TableColumn).key));
  const found = pairs.find(([one, other]) =>
    resolveTable(one).foreignKeys.some(
      ({ target, columns }) =>
        target === other &&
        names.every((name) => columns.some(({ key }) => key === name)) &&
        // A row of a further table refers to the one that it continues.
        (one === from.root.table || !columns.every((column) => one.primaryKey.includes(column))),
    ),
  );
  return found ?? [from.table, to.table];
}

function resolveThrough(where: string, owner: Mapper, target: Mapper, options: AnyRelationOptions): ThroughTable {
  const { through } = options;
  const table = typeof through === "function" && !("columns" in through) ? through() : through;
  if (table === undefined || !Array.isArray((table as Partial<AnyTable>).columns)) {
    throw new ArgumentError(`${where} needs the table between: manyToMany(Target, { through: table })`);
  }
  const between = table as AnyTable & FromItem;
  const isSelf = owner.table === target.table;
  const toOwner = foreignKeyPairs(where, between, owner.table, options.foreignKey, isSelf ? 0 : undefined);
  const others = isSelf && options.otherKey === undefined ? otherThan(between, target.table, toOwner) : undefined;
  const toTarget = others ?? foreignKeyPairs(where, between, target.table, options.otherKey, isSelf ? 1 : undefined);
  return { table: between, ownPairs: toOwner.map(flip), targetPairs: toTarget.map(flip) };
}

/** Of two foreign keys to one table, the one that is not this. */
function otherThan(from: AnyTable, to: AnyTable, pairs: readonly ColumnPair[]): readonly ColumnPair[] | undefined {
  const others = resolveTable(from).foreignKeys.filter(
    (key) => key.target === to && !key.columns.some((column) => pairs.some(({ own }) => own === column)),
  );
  return others.length === 1 ? pairsOf(others[0]!) : undefined;
}

function flip({ own, other }: ColumnPair): ColumnPair {
  return { own: other, other: own };
}

/**
 * The columns by which one table refers to another.
 *
 * @param nth which of several foreign keys is meant; undefined if there may be only one
 */
function foreignKeyPairs(
  where: string,
  from: AnyTable,
  to: AnyTable,
  given: RelationColumns | undefined,
  nth?: number,
): readonly ColumnPair[] {
  const keys = resolveTable(from).foreignKeys.filter((key) => key.target === to);
  if (given !== undefined) return namedPairs(where, from, to, given, keys);
  const found = nth === undefined && keys.length > 1 ? undefined : keys[nth ?? 0];
  if (found !== undefined) return pairsOf(found);
  throw new ArgumentError(
    keys.length === 0
      ? `${where}: table "${from.name}" has no foreign key to "${to.name}". Add .references() to its column, or give ` +
          "the option foreignKey or on"
      : `${where}: table "${from.name}" has several foreign keys to "${to.name}" (${keys.map(describeKey).join("; ")}). ` +
          `Say which by an option, such as foreignKey: ${JSON.stringify(keys[0]!.columns[0]!.key)}`,
  );
}

function describeKey({ columns }: ResolvedForeignKey): string {
  return columns.map(({ key }) => key).join(", ");
}

function namedPairs(
  where: string,
  from: AnyTable,
  to: AnyTable,
  given: RelationColumns,
  keys: readonly ResolvedForeignKey[],
): readonly ColumnPair[] {
  const names = (Array.isArray(given) ? given : [given]) as readonly (string | TableColumn)[];
  const columns = names.map((name) => {
    const key = typeof name === "string" ? name : name.key;
    const column = from.columns.find((candidate) => candidate.key === key);
    if (column === undefined) throw new ArgumentError(`${where}: table "${from.name}" has no column "${key}"`);
    return column;
  });
  const known = keys.find(
    (key) => key.columns.length === columns.length && columns.every((column) => key.columns.includes(column)),
  );
  if (known !== undefined) return pairsOf(known);
  const { primaryKey } = to;
  if (primaryKey.length !== columns.length) {
    throw new ArgumentError(
      `${where}: foreignKey names ${columns.length} columns, the primary key of "${to.name}" has ${primaryKey.length}`,
    );
  }
  return columns.map((own, index) => ({ own, other: primaryKey[index]! }));
}

function pairsOf(key: ResolvedForeignKey): readonly ColumnPair[] {
  return key.columns.map((own, index) => ({ own, other: key.targetColumns[index]! }));
}

const inverseKinds: Readonly<Record<RelationKind, readonly RelationKind[]>> = {
  belongsTo: ["hasMany", "hasOne"],
  hasMany: ["belongsTo"],
  hasOne: ["belongsTo"],
  manyToMany: ["manyToMany"],
};

function findInverse(property: RelationProperty, where: string): RelationProperty | undefined {
  const { target, owner, kind, options } = property;
  const named = options.backPopulates;
  if (named !== undefined) {
    const found = target.relation(named);
    if ((!found.target.isA(owner) && !owner.isA(found.target)) || !inverseKinds[kind].includes(found.kind)) {
      throw new ArgumentError(`${where}: backPopulates names ${target.name}.${named}, which is not the way back`);
    }
    return found;
  }
  if (property.viewOnly) return undefined;
  const candidates = [...target.relations.values()].filter((candidate) => {
    if (candidate === property || candidate.viewOnly || !inverseKinds[kind].includes(candidate.kind)) return false;
    if (!candidate.target.isA(owner) && !owner.isA(candidate.target)) return false;
    return (candidate.options.backPopulates ?? property.key) === property.key && isWayBack(property, candidate);
  });
  const meant = candidates.filter((candidate) => candidate.options.backPopulates === property.key);
  const [found, another] = meant.length > 0 ? meant : candidates;
  if (found !== undefined && another !== undefined) {
    throw new ArgumentError(
      `${where}: ${target.name}.${found.key} and ${target.name}.${another.key} could both be the way back. Say which ` +
        "by the option backPopulates, and give the other one viewOnly: true",
    );
  }
  return found;
}

function isWayBack(one: RelationProperty, other: RelationProperty): boolean {
  if (one.through !== undefined || other.through !== undefined) {
    return (
      one.through !== undefined &&
      other.through !== undefined &&
      one.through.table === other.through.table &&
      samePairs(one.through.ownPairs, other.through.targetPairs, false)
    );
  }
  return one.pairs.length > 0 && samePairs(one.pairs, other.pairs, true);
}

function samePairs(one: readonly ColumnPair[], other: readonly ColumnPair[], crossed: boolean): boolean {
  return (
    one.length === other.length &&
    one.every((pair) =>
      other.some((back) =>
        crossed
          ? pair.own === back.other && pair.other === back.own
          : pair.own === back.own && pair.other === back.other,
      ),
    )
  );
}
