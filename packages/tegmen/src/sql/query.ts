import type { QueryNode } from "./nodes/query-node.ts";

/** Carries the columns of a query for the type checker; never there at run time. */
export declare const queryFields: unique symbol;

/** Where a statement keeps its node. */
export const statementNode: unique symbol = Symbol.for("tegmen.statement");

/**
 * A statement that gives rows and can be part of another: SELECT, UNION and so on, or one with RETURNING.
 *
 * @typeParam Fields its columns, by their keys
 */
export interface Query<out Fields = unknown> {
  readonly [queryFields]: Fields;
  readonly [statementNode]: QueryNode;
}

/** Whether a value is a query. */
export function isQuery(value: unknown): value is Query {
  return typeof value === "object" && value !== null && statementNode in value;
}

/** The node of a query. */
export function queryNode(query: Query): QueryNode {
  return query[statementNode];
}
