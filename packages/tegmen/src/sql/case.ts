import type { AnySqlType } from "../types/index.ts";
import { conditionNode, SqlExpression } from "./expression.ts";
import type { Families } from "./expressions.ts";
import { inferType } from "./infer-type.ts";
import type { CaseNode, ExpressionNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { parameterNode } from "./nodes/parameter.ts";
import type { Condition, Family, FamilyOfValue, Operand } from "./operand.ts";

/** Plain values that CASE can give. */
export type CaseValue = string | number | bigint | boolean | Date;

/** CASE: an expression already, NULL if no condition is met; more branches can follow. */
export type Case<T, S, F extends Family> = Families<T, S | null, "case">[F] & CaseBranches<T, S, F>;

/** The branches of CASE. */
export interface CaseBranches<T, S, F extends Family> {
  /** One more condition, and its value. */
  when<T2, S2>(condition: Condition, value: Operand<T2, S2, F>): Case<T | T2, S | S2, F>;
  when<const V extends CaseValue>(condition: Condition, value: V): Case<T | V, S, F>;
  /** The value if no condition is met. */
  else<T2, S2>(value: Operand<T2, S2, F>): Families<T | T2, S | S2, "case">[F];
  else<const V extends CaseValue>(value: V): Families<T | V, S, "case">[F];
  else(value: null): Families<T, S | null, "case">[F];
}

/** The class behind CASE. */
class CaseExpression extends SqlExpression {
  readonly #node: CaseNode;

  constructor(node: CaseNode, type: AnySqlType | undefined) {
    super(node, type, "case");
    this.#node = node;
  }

  when(condition: unknown, value: unknown): CaseExpression {
    const [result, type] = branchValue(value, this.type, "when()");
    const branch = { when: conditionNode(condition, "when()"), value: result };
    return new CaseExpression({ ...this.#node, branches: [...this.#node.branches, branch] }, type);
  }

  else(value: unknown): SqlExpression {
    const [otherwise, type] = branchValue(value, this.type, "else()");
    return new SqlExpression({ ...this.#node, otherwise }, type, "case");
  }
}

/**
 * `CASE`: the value of the first condition that is met.
 *
 * @example `caseWhen(t.balance.lt(0), "overdrawn").when(t.balance.eq(0), "empty").else("funded").as("state")`
 *
 * SQLAlchemy: `case()`.
 */
export function caseWhen<T, S, F extends Family>(condition: Condition, value: Operand<T, S, F>): Case<T, S, F>;
export function caseWhen<const V extends CaseValue>(condition: Condition, value: V): Case<V, never, FamilyOfValue<V>>;
export function caseWhen(condition: Condition, value: unknown): unknown {
  const [result, type] = branchValue(value, undefined, "caseWhen()");
  const branch = { when: conditionNode(condition, "caseWhen()"), value: result };
  return new CaseExpression({ kind: "case", branches: [branch], otherwise: undefined }, type);
}

/** A value of a branch, which has the type of the branches before it. */
function branchValue(
  value: unknown,
  type: AnySqlType | undefined,
  where: string,
): readonly [ExpressionNode, AnySqlType | undefined] {
  const node = nodeOf(value);
  if (node !== undefined) return [node, type ?? (value instanceof SqlExpression ? value.type : undefined)];
  if (value === null) return [{ kind: "keyword", text: "NULL" }, type];
  const own = type ?? inferType(value, where);
  return [parameterNode(value, own, own.castName, where), own];
}
