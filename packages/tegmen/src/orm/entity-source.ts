import type { SqlExpression } from "../sql/expression.ts";
import { entitySource, isEntitySource, sourceNode, type FromItem } from "../sql/from-item.ts";
import type { SourceNode } from "../sql/nodes/source-node.ts";
import type { Mapper } from "./mapper.ts";
import { mapperOf } from "./mapper-of.ts";

/** The columns of a source, by their keys. */
export type ColumnsByKey = Readonly<Record<string, SqlExpression>>;

/** A class in a statement: under its table's name, or under an alias. */
export interface EntitySource extends FromItem<string, ColumnsByKey> {
  readonly [entitySource]: Mapper;
}

/** The mapper of a class or an alias of one. */
export function sourceMapper(source: EntitySource): Mapper {
  return typeof source === "function" ? mapperOf(source, "a query") : source[entitySource];
}

/** The class itself as a source. */
export function ownSource(mapper: Mapper): EntitySource {
  return mapper.base as unknown as EntitySource;
}

/** The source that an attribute of a class, or of an alias of one, is read of. */
export function sourceOf(owner: unknown, mapper: Mapper): EntitySource {
  return isEntitySource(owner) && typeof owner === "object" ? (owner as EntitySource) : ownSource(mapper);
}

/** Whether two sources are one in a statement. */
export function isSameSource(one: SourceNode, other: SourceNode): boolean {
  return one === other || (one.kind === "alias" && other.kind === "alias" && one.name === other.name);
}

/** The node of a source. */
export function nodeOfSource(source: EntitySource): SourceNode {
  return source[sourceNode];
}
