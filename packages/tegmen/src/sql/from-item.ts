import { ArgumentError, describeValue } from "../errors/index.ts";
import type { SourceNode } from "./nodes/source-node.ts";

/** Carries the name of a source for the type checker; never there at run time. */
export declare const sourceName: unique symbol;

/** Where a table, an alias, a subquery and so on keep their node. */
export const sourceNode: unique symbol = Symbol.for("tegmen.source");

/**
 * What can stand in FROM: tables, aliases, subqueries, common table expressions, VALUES, functions that return rows.
 *
 * @typeParam N its name
 * @typeParam Columns its columns, by their keys
 */
export interface FromItem<out N extends string = string, out Columns = unknown> {
  readonly [sourceName]: N;
  readonly [sourceNode]: SourceNode;
  /** The columns, by their keys. */
  readonly c: Columns;
}

/** Where an entity of the ORM, or an alias of one, keeps what a Session turns its rows into objects with. */
export const entitySource: unique symbol = Symbol.for("tegmen.entity");

/** Whether a Session turns the rows of a source into objects. */
export function isEntitySource(value: unknown): value is FromItem & { readonly [entitySource]: unknown } {
  return isFromItem(value) && entitySource in value;
}

/** Whether a value can stand in FROM. */
export function isFromItem(value: unknown): value is FromItem {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    sourceNode in value &&
    "c" in value
  );
}

/**
 * The node of a source.
 *
 * @throws {ArgumentError} naming what it was passed to, if it is none
 */
export function sourceNodeOf(value: unknown, where: string): SourceNode {
  if (isFromItem(value)) return value[sourceNode];
  throw new ArgumentError(`${where} expects a table, an alias, a subquery or a CTE, got ${describeValue(value)}`);
}
