import { ArgumentError, describeValue } from "../errors/index.ts";
import { SqlExpression } from "./expression.ts";
import type { Families } from "./expressions.ts";
import { nodeOf } from "./nodes/node-of.ts";
import type { SqlWriter } from "./nodes/writer.ts";
import type { Family, Operand, Unlabeled } from "./operand.ts";
import { resolveType, type TypeReference } from "./type-reference.ts";

/** A construct of one's own. */
export interface CustomExpressionOptions<T, F extends Family> {
  /** The type of its value: `c.bool()`, `c.int()`... */
  readonly type: TypeReference<T, F>;
  /** The expressions that it is made of; their tables get into FROM. */
  readonly operands?: readonly Operand[];
  /**
   * Writes it, every time that a statement with it is compiled. Values go through `writer.value()`, names through
   * `writer.identifier()`; then nothing that users pass can change the SQL.
   */
  readonly write: (writer: SqlWriter) => void;
}

/**
 * SQL that tegmen has no method for, as an expression with all operators of its type. It is put into parentheses
 * inside of operators.
 *
 * @example
 * ```ts
 * const overlaps = (a: Operand, b: Operand) => customExpression({
 *   type: c.bool(),
 *   operands: [a, b],
 *   write: (writer) => writer.sql("ST_Overlaps(").expression(a).sql(", ").expression(b).sql(")"),
 * });
 * ```
 *
 * SQLAlchemy: `@compiles`.
 */
export function customExpression<T, F extends Family>(
  options: CustomExpressionOptions<T, F>,
): Families<T, null, Unlabeled>[F] {
  const { type, operands = [], write } = options;
  if (typeof write !== "function") {
    throw new ArgumentError(`customExpression() expects a function write, got ${describeValue(write)}`);
  }
  const nodes = operands.map((operand) => {
    const node = nodeOf(operand);
    if (node !== undefined) return node;
    throw new ArgumentError(`operands of customExpression() are expressions, got ${describeValue(operand)}`);
  });
  return new SqlExpression(
    { kind: "custom", precedence: 0, operands: nodes, write },
    resolveType(type, "customExpression()"),
  ) as unknown as Families<T, null, Unlabeled>[F];
}
