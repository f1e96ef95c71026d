import type { AnySqlType } from "../../types/index.ts";
import type { ExpressionNode } from "./expression-node.ts";

/**
 * What a construct of one's own writes itself to. Values go through `value()`, names through `identifier()`; `sql()`
 * takes text that the program itself holds, never input of users.
 */
export interface SqlWriter {
  /** Adds SQL as it is. */
  sql(text: string): this;
  /** Adds a name, quoted where needed. */
  identifier(name: string): this;
  /**
   * Adds a placeholder for a value.
   *
   * @param value any value but undefined
   * @param type its type; without one it is encoded as in `text()`
   */
  value(value: unknown, type?: AnySqlType): this;
  /** Adds an expression, in parentheses where it is an operator. */
  expression(operand: object): this;
  /** Adds a node. For tegmen itself. */
  node(node: ExpressionNode): this;
}
