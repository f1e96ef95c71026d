import { ArgumentError, describeValue } from "../errors/index.ts";
import { alwaysQuoteIdentifier } from "../text/index.ts";
import * as types from "../types/index.ts";
import type { AnySqlType } from "../types/index.ts";
import { coerce, coerceList } from "./coerce.ts";
import { familyOf } from "./families.ts";
import type { ColumnNode, ExpressionNode, Operator } from "./nodes/expression-node.ts";
import { expressionNode, nodeOf } from "./nodes/node-of.ts";
import { customOperator, operators } from "./nodes/operators.ts";
import { parameterNode } from "./nodes/parameter.ts";
import type { ItemNode } from "./nodes/query-node.ts";
import { Ordering } from "./ordering.ts";
import { arithmeticOperand, arithmeticType } from "./arithmetic.ts";
import { isQuery, queryNode } from "./query.ts";
import { resultDecoder } from "./result-decoder.ts";
import { resolveType } from "./type-reference.ts";

const text = types.text;
const jsonb: AnySqlType = types.jsonb();
const textArray: AnySqlType = types.array(text);

/** The key of an expression without a name. */
export const unlabeled = "?column?";

/**
 * The one class behind all expressions: a node, its type, and the operators as methods. What of it can be used on
 * which type is said by the interfaces in `expressions.ts`.
 */
export class SqlExpression {
  readonly [expressionNode]: ExpressionNode;
  /** The type of the value; undefined if only the server knows. */
  readonly type: AnySqlType | undefined;
  /** The key in a row. */
  readonly key: string;
  #item: ItemNode | undefined;

  constructor(node: ExpressionNode, type: AnySqlType | undefined, key: string = unlabeled) {
    this[expressionNode] = node;
    this.type = type;
    this.key = key;
  }

  /** As a column of a result. */
  get item(): ItemNode {
    return (this.#item ??= itemOf(this[expressionNode], this.type, this.key));
  }

  as(label: string): SqlExpression {
    if (typeof label !== "string" || label === "") {
      throw new ArgumentError(`as() expects a name, got ${describeValue(label)}`);
    }
    const node = this[expressionNode];
    const operand = node.kind === "label" ? node.operand : node;
    return this.derive({ kind: "label", label, operand }, this.type, label);
  }

  eq(other: unknown): SqlExpression {
    return this.#compare(operators.eq, "eq", other);
  }
  ne(other: unknown): SqlExpression {
    return this.#compare(operators.ne, "ne", other);
  }
  lt(other: unknown): SqlExpression {
    return this.#compare(operators.lt, "lt", other);
  }
  le(other: unknown): SqlExpression {
    return this.#compare(operators.le, "le", other);
  }
  gt(other: unknown): SqlExpression {
    return this.#compare(operators.gt, "gt", other);
  }
  ge(other: unknown): SqlExpression {
    return this.#compare(operators.ge, "ge", other);
  }
  isNull(): SqlExpression {
    return condition({ kind: "postfix", operator: operators.isNull, operand: this[expressionNode] });
  }
  isNotNull(): SqlExpression {
    return condition({ kind: "postfix", operator: operators.isNotNull, operand: this[expressionNode] });
  }
  isDistinctFrom(other: unknown): SqlExpression {
    return this.#infix(operators.isDistinctFrom, this.#orNull(other, "isDistinctFrom"), types.bool);
  }
  isNotDistinctFrom(other: unknown): SqlExpression {
    return this.#infix(operators.isNotDistinctFrom, this.#orNull(other, "isNotDistinctFrom"), types.bool);
  }
  in(values: unknown): SqlExpression {
    return this.#in(values, false);
  }
  notIn(values: unknown): SqlExpression {
    return this.#in(values, true);
  }
  between(low: unknown, high: unknown): SqlExpression {
    return this.#between(low, high, false);
  }
  notBetween(low: unknown, high: unknown): SqlExpression {
    return this.#between(low, high, true);
  }

  asc(): Ordering {
    return new Ordering({ expression: this[expressionNode], descending: false, nulls: undefined });
  }
  desc(): Ordering {
    return new Ordering({ expression: this[expressionNode], descending: true, nulls: undefined });
  }
  nullsFirst(): Ordering {
    return this.asc().nullsFirst();
  }
  nullsLast(): Ordering {
    return this.asc().nullsLast();
  }

  cast(reference: unknown): SqlExpression {
    const type = resolveType(reference, "cast()");
    return this.derive({ kind: "cast", operand: this[expressionNode], type: type.name }, type);
  }
  op(operator: string, other: unknown, reference?: unknown): SqlExpression {
    const known = typeof operator === "string" ? customOperator(operator) : undefined;
    if (known === undefined) throw new ArgumentError(`op() expects an operator, got ${describeValue(operator)}`);
    const type = reference === undefined ? types.bool : resolveType(reference, "op()");
    return this.#infix(known, this.#other(other, "op", this.type), type);
  }
  distinct(): SqlExpression {
    return this.derive({ kind: "distinct", operand: this[expressionNode] }, this.type);
  }

  and(other: unknown): SqlExpression {
    const operands = [this[expressionNode], conditionNode(other, "and()")];
    return condition({ kind: "logical", operator: "AND", operands });
  }
  or(other: unknown): SqlExpression {
    const operands = [this[expressionNode], conditionNode(other, "or()")];
    return condition({ kind: "logical", operator: "OR", operands });
  }
  not(): SqlExpression {
    return condition({ kind: "prefix", operator: operators.not, operand: this[expressionNode] });
  }

  like(pattern: unknown): SqlExpression {
    return this.#match(operators.like, "like", pattern);
  }
  notLike(pattern: unknown): SqlExpression {
    return this.#match(operators.notLike, "notLike", pattern);
  }
  ilike(pattern: unknown): SqlExpression {
    return this.#match(operators.ilike, "ilike", pattern);
  }
  notIlike(pattern: unknown): SqlExpression {
    return this.#match(operators.notIlike, "notIlike", pattern);
  }
  startsWith(part: string): SqlExpression {
    return this.#match(operators.like, "startsWith", `${this.#literalPattern(part, "startsWith")}%`);
  }
  endsWith(part: string): SqlExpression {
    return this.#match(operators.like, "endsWith", `%${this.#literalPattern(part, "endsWith")}`);
  }
  contains(part: string): SqlExpression {
    return this.#match(operators.like, "contains", `%${this.#literalPattern(part, "contains")}%`);
  }
  regexpMatch(pattern: unknown, options: { readonly ignoreCase?: boolean } = {}): SqlExpression {
    const operator = options.ignoreCase === true ? operators.regexpMatchAnyCase : operators.regexpMatch;
    return this.#match(operator, "regexpMatch", pattern);
  }
  notRegexpMatch(pattern: unknown, options: { readonly ignoreCase?: boolean } = {}): SqlExpression {
    const operator = options.ignoreCase === true ? operators.notRegexpMatchAnyCase : operators.notRegexpMatch;
    return this.#match(operator, "notRegexpMatch", pattern);
  }
  collate(collation: string): SqlExpression {
    return this.derive(
      { kind: "collate", operand: this[expressionNode], collation: alwaysQuoteIdentifier(collation) },
      this.type,
    );
  }

  concat(other: unknown): SqlExpression {
    const family = familyOf(this.type);
    if (family === "json" || family === "array") {
      return this.#infix(operators.concat, this.#other(other, "concat", this.type, true), this.type);
    }
    return this.#infix(operators.concat, this.#other(other, "concat", text), text);
  }
  plus(other: unknown): SqlExpression {
    return this.#arithmetic(operators.plus, "plus", other);
  }
  minus(other: unknown): SqlExpression {
    return this.#arithmetic(operators.minus, "minus", other);
  }
  times(other: unknown): SqlExpression {
    return this.#arithmetic(operators.times, "times", other);
  }
  dividedBy(other: unknown): SqlExpression {
    return this.#arithmetic(operators.dividedBy, "dividedBy", other);
  }
  floorDiv(other: unknown): SqlExpression {
    return this.#arithmetic(operators.floorDiv, "floorDiv", other);
  }
  mod(other: unknown): SqlExpression {
    return this.#arithmetic(operators.mod, "mod", other);
  }
  negate(): SqlExpression {
    return this.derive({ kind: "prefix", operator: operators.negate, operand: this[expressionNode] }, this.type);
  }

  get(key: unknown): SqlExpression {
    return this.#infix(operators.get, this.#jsonKey(key, "get"), jsonb);
  }
  getText(key: unknown): SqlExpression {
    return this.#infix(operators.getText, this.#jsonKey(key, "getText"), text);
  }
  path(keys: readonly (string | number)[]): SqlExpression {
    return this.#infix(operators.path, this.#keys(keys, "path"), jsonb);
  }
  pathText(keys: readonly (string | number)[]): SqlExpression {
    return this.#infix(operators.pathText, this.#keys(keys, "pathText"), text);
  }
  hasKey(key: unknown): SqlExpression {
    return this.#infix(operators.hasKey, this.#other(key, "hasKey", text, true), types.bool);
  }
  hasAnyKey(keys: readonly string[]): SqlExpression {
    return this.#infix(operators.hasAnyKey, this.#keys(keys, "hasAnyKey"), types.bool);
  }
  hasAllKeys(keys: readonly string[]): SqlExpression {
    return this.#infix(operators.hasAllKeys, this.#keys(keys, "hasAllKeys"), types.bool);
  }
  containsJson(other: unknown): SqlExpression {
    return this.#infix(operators.contains, this.#other(other, "containsJson", jsonb, true), types.bool);
  }
  containedBy(other: unknown): SqlExpression {
    return this.#infix(operators.containedBy, this.#other(other, "containedBy", this.type, true), types.bool);
  }
  without(key: unknown): SqlExpression {
    return this.#infix(operators.minus, this.#jsonKey(key, "without"), jsonb);
  }

  at(position: unknown): SqlExpression {
    const element = this.type !== undefined && types.isArrayType(this.type) ? this.type.element : undefined;
    const index = coerce(position, types.int, "INT8", this.#where("at"));
    return this.derive({ kind: "subscript", operand: this[expressionNode], index }, element);
  }
  overlaps(other: unknown): SqlExpression {
    return this.#infix(operators.overlaps, this.#other(other, "overlaps", this.type), types.bool);
  }
  containsArray(other: unknown): SqlExpression {
    return this.#infix(operators.contains, this.#other(other, "containsArray", this.type), types.bool);
  }
  any(value: unknown, operator = "="): SqlExpression {
    return this.#quantified("ANY", value, operator);
  }
  all(value: unknown, operator = "="): SqlExpression {
    return this.#quantified("ALL", value, operator);
  }

  matches(query: unknown): SqlExpression {
    return this.#infix(operators.matches, this.#other(query, "matches", types.tsquery, true), types.bool);
  }
  l2Distance(other: unknown): SqlExpression {
    return this.#infix(operators.l2Distance, this.#other(other, "l2Distance", this.type, true), types.float8);
  }
  cosineDistance(other: unknown): SqlExpression {
    return this.#infix(operators.cosineDistance, this.#other(other, "cosineDistance", this.type, true), types.float8);
  }
  innerProduct(other: unknown): SqlExpression {
    return this.#infix(operators.innerProduct, this.#other(other, "innerProduct", this.type, true), types.float8);
  }

  /** An expression made of this one; subclasses that add methods make their own kind. */
  protected derive(node: ExpressionNode, type: AnySqlType | undefined, key?: string): SqlExpression {
    return new SqlExpression(node, type, key);
  }

  #infix(operator: Operator, right: ExpressionNode, type: AnySqlType | undefined): SqlExpression {
    return new SqlExpression({ kind: "infix", operator, left: this[expressionNode], right }, type);
  }

  #compare(operator: Operator, method: string, other: unknown): SqlExpression {
    return this.#infix(operator, this.#other(other, method, this.type), types.bool);
  }

  #match(operator: Operator, method: string, pattern: unknown): SqlExpression {
    return this.#infix(operator, this.#other(pattern, method, text), types.bool);
  }

  #arithmetic(operator: Operator, method: string, other: unknown): SqlExpression {
    const right = arithmeticOperand(this.type, operator, other, this.#where(method));
    const rightType = other instanceof SqlExpression ? other.type : undefined;
    return this.#infix(operator, right, arithmeticType(operator, this.type, rightType));
  }

  /** A value for the other side of an operator. Where both sides have one type, the server infers it. */
  #other(other: unknown, method: string, type: AnySqlType | undefined, isCast = false): ExpressionNode {
    const node = nodeOf(other);
    if (node !== undefined) return node;
    if (other === null) {
      throw new ArgumentError(
        `${this.#where(method)} was given null, which is equal to nothing: use isNull() or isNotNull()`,
      );
    }
    return parameterNode(other, type, isCast ? type?.castName : undefined, this.#where(method));
  }

  #orNull(other: unknown, method: string): ExpressionNode {
    return nodeOf(other) ?? parameterNode(other, this.type, undefined, this.#where(method));
  }

  #between(low: unknown, high: unknown, not: boolean): SqlExpression {
    const method = not ? "notBetween" : "between";
    return condition({
      kind: "between",
      not,
      operand: this[expressionNode],
      low: this.#other(low, method, this.type),
      high: this.#other(high, method, this.type),
    });
  }

  #in(values: unknown, not: boolean): SqlExpression {
    const operand = this[expressionNode];
    const where = this.#where(not ? "notIn" : "in");
    if (isQuery(values)) return condition({ kind: "in", not, operand, list: queryNode(values) });
    const list = coerceList(values, this.type, where);
    if (list.kind === "items") return condition({ kind: "in", not, operand, list: list.items });
    return condition({
      kind: "quantified",
      operator: not ? "!=" : "=",
      quantifier: not ? "ALL" : "ANY",
      left: operand,
      right: list.parameter,
    });
  }

  #quantified(quantifier: "ANY" | "ALL", value: unknown, operator: string): SqlExpression {
    const method = quantifier.toLowerCase();
    if (!/^(?:=|!=|<=?|>=?)$/.test(operator)) {
      throw new ArgumentError(`${method}() expects one of = != < <= > >=, got ${describeValue(operator)}`);
    }
    const element = this.type !== undefined && types.isArrayType(this.type) ? this.type.element : undefined;
    const left = coerce(value, element, element?.castName, this.#where(method));
    return condition({ kind: "quantified", operator, quantifier, left, right: this[expressionNode] });
  }

  #jsonKey(key: unknown, method: string): ExpressionNode {
    const type = typeof key === "number" ? types.int : text;
    return coerce(key, type, type.castName, this.#where(method));
  }

  #keys(keys: unknown, method: string): ExpressionNode {
    const list = Array.isArray(keys) ? keys.map((key: unknown) => (typeof key === "number" ? String(key) : key)) : keys;
    return coerce(list, textArray, textArray.castName, this.#where(method));
  }

  #literalPattern(part: unknown, method: string): string {
    if (typeof part !== "string") {
      throw new ArgumentError(`${this.#where(method)} expects a string, got ${describeValue(part)}`);
    }
    return part.replaceAll(/[\\%_]/g, String.raw`\$&`);
  }

  /** For errors: the column, if it is one, and the method. */
  #where(method: string): string {
    const node = this[expressionNode];
    return node.kind === "column" ? `${columnPath(node)}.${method}()` : `${method}()`;
  }
}

/** Table and name of a column, for messages. */
export function columnPath(node: ColumnNode): string {
  return `${node.source.name}.${node.name}`;
}

/** An expression of type BOOL. */
export function condition(node: ExpressionNode): SqlExpression {
  return new SqlExpression(node, types.bool);
}

/**
 * The node of a condition.
 *
 * @throws {ArgumentError} naming what it was passed to, if it is none
 */
export function conditionNode(value: unknown, where: string): ExpressionNode {
  const node = nodeOf(value);
  if (node !== undefined) return node;
  throw new ArgumentError(`${where} expects a condition such as t.id.eq(1), got ${describeValue(value)}`);
}

function itemOf(node: ExpressionNode, type: AnySqlType | undefined, key: string): ItemNode {
  const name = node.kind === "column" ? node.name : node.kind === "function" ? node.name : key;
  return { expression: node, key, name, type, result: { name: key, decode: resultDecoder(type) } };
}
