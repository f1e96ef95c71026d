import type { QueryNode } from "./nodes/query-node.ts";

/** Carries the columns of a query for the type checker; never there at run time. */
export declare const queryFields: unique symbol;

/** Carries the tables that an outer join of a query may leave out; never there at run time. */
export declare const outerJoined: unique symbol;

/**
 * The names of tables in a form in which they do not keep a query from being assigned to the variable of one without
 * the join: that is for its columns to decide.
 */
export interface OuterJoined<N> {
  of(names: N): void;
}

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
