import type { ExpressionNode } from "./expression-node.ts";

/**
 * What an object stands for in SQL. Every object that has this can be used wherever an expression can.
 */
export const expressionNode: unique symbol = Symbol.for("tegmen.expression");

/** An object that can stand in an expression. */
export interface HasNode {
  readonly [expressionNode]: ExpressionNode;
}

/** The node of an object; undefined for plain values. */
export function nodeOf(value: unknown): ExpressionNode | undefined {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return undefined;
  return (value as Partial<HasNode>)[expressionNode];
}
