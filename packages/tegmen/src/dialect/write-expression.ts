import type {
  CaseNode,
  ExpressionNode,
  FrameBound,
  FunctionNode,
  InNode,
  OrderingNode,
  WindowNode,
} from "../sql/nodes/expression-node.ts";
import { operators, precedence } from "../sql/nodes/operators.ts";
import { hasFeature, requireFeature } from "./capabilities.ts";
import type { Output } from "./output.ts";

/** Writes one expression. Parentheses around it are the caller's. */
export function writeExpression(out: Output, node: ExpressionNode): void {
  switch (node.kind) {
    case "column":
      out.column(node);
      return;
    case "parameter":
      out.parameter(node);
      return;
    case "infix":
      if (node.operator.needs !== undefined) requireFeature(out.version, node.operator.needs);
      out.expression(node.left, node.operator.left);
      out.add(node.operator.spaced);
      out.expression(node.right, node.operator.right);
      return;
    case "logical":
      writeLogical(out, node.operator, node.operands);
      return;
    case "function":
      writeFunction(out, node);
      return;
    case "prefix":
      out.add(node.operator === operators.negate ? "-" : `${node.operator.text} `);
      out.expression(node.operand, node.operator.right);
      return;
    case "postfix":
      out.expression(node.operand, node.operator.left);
      out.add(` ${node.operator.text}`);
      return;
    case "between":
      out.expression(node.operand, precedence.other);
      out.add(node.not ? " NOT BETWEEN " : " BETWEEN ");
      out.expression(node.low, precedence.other);
      out.add(" AND ");
      out.expression(node.high, precedence.other);
      return;
    case "in":
      writeIn(out, node);
      return;
    case "quantified":
      out.expression(node.left, precedence.like);
      out.add(` ${node.operator} ${node.quantifier} (`);
      out.expression(node.right, 0);
      out.add(")");
      return;
    case "case":
      writeCase(out, node);
      return;
    case "cast":
      out.expression(node.operand, precedence.cast);
      out.add(`::${node.type}`);
      return;
    case "collate":
      out.expression(node.operand, precedence.cast);
      out.add(` COLLATE ${node.collation}`);
      return;
    case "subscript":
      out.expression(node.operand, precedence.primary);
      out.add("[");
      out.expression(node.index, 0);
      out.add("]");
      return;
    case "list":
      out.add(node.open);
      writeList(out, node.items);
      out.add(node.open === "(" ? ")" : "]");
      return;
    case "scalar":
      out.add(`${node.prefix}(`);
      out.query(node.query);
      out.add(")");
      return;
    case "label":
      writeExpression(out, node.operand);
      return;
    case "distinct":
      out.add("DISTINCT ");
      out.expression(node.operand, 0);
      return;
    case "keyword":
      out.add(node.text);
      return;
    case "generated":
      out.generated(node);
      return;
    case "custom":
      out.custom(node);
  }
}

/** Expressions with commas between them. */
export function writeList(out: Output, nodes: readonly ExpressionNode[]): void {
  let isFirst = true;
  for (const node of nodes) {
    if (isFirst) isFirst = false;
    else out.add(", ");
    out.expression(node, 0);
  }
}

/** Conditions with AND between them, as they stand behind WHERE. */
export function writeConjunction(out: Output, conditions: readonly ExpressionNode[]): void {
  writeLogical(out, "AND", conditions);
}

function writeLogical(out: Output, operator: "AND" | "OR", operands: readonly ExpressionNode[]): void {
  const [only] = operands;
  if (only === undefined) {
    out.add(operator === "AND" ? "true" : "false");
    return;
  }
  if (operands.length === 1) {
    writeExpression(out, only);
    return;
  }
  const least = operator === "AND" ? precedence.and : precedence.or;
  let isFirst = true;
  for (const operand of operands) {
    if (isFirst) isFirst = false;
    else out.add(operator === "AND" ? " AND " : " OR ");
    out.expression(operand, least);
  }
}

function writeIn(out: Output, node: InNode): void {
  out.expression(node.operand, precedence.other);
  out.add(node.not ? " NOT IN (" : " IN (");
  if ("kind" in node.list) out.query(node.list);
  else writeList(out, node.list);
  out.add(")");
}

function writeCase(out: Output, node: CaseNode): void {
  out.add("CASE");
  for (const branch of node.branches) {
    out.add(" WHEN ");
    out.expression(branch.when, 0);
    out.add(" THEN ");
    out.expression(branch.value, 0);
  }
  if (node.otherwise !== undefined) {
    out.add(" ELSE ");
    out.expression(node.otherwise, 0);
  }
  out.add(" END");
}

const bareFunctions = new Set(["current_user", "current_date", "current_timestamp"]);

/** A function call with everything behind it. */
export function writeFunction(out: Output, node: FunctionNode): void {
  if (!node.isPure) out.noteSideEffect();
  // A few functions of the standard take no parentheses: CURRENT_USER, CURRENT_DATE.
  if (node.args.length === 0 && bareFunctions.has(node.name)) {
    out.add(node.name);
    return;
  }
  out.add(`${node.name}(`);
  writeList(out, node.args);
  if (node.orderBy.length > 0) {
    out.add(" ORDER BY ");
    writeOrderings(out, node.orderBy);
  }
  out.add(")");
  if (node.withinGroup.length > 0) {
    out.add(" WITHIN GROUP (ORDER BY ");
    writeOrderings(out, node.withinGroup);
    out.add(")");
  }
  if (node.filter !== undefined) {
    out.add(" FILTER (WHERE ");
    out.expression(node.filter, 0);
    out.add(")");
  }
  if (node.over !== undefined) {
    out.add(" OVER (");
    writeWindow(out, node.over);
    out.add(")");
  }
}

function writeWindow(out: Output, window: WindowNode): void {
  let separator = "";
  if (window.partitionBy.length > 0) {
    out.add("PARTITION BY ");
    writeList(out, window.partitionBy);
    separator = " ";
  }
  if (window.orderBy.length > 0) {
    out.add(`${separator}ORDER BY `);
    writeOrderings(out, window.orderBy);
    separator = " ";
  }
  const { frame } = window;
  if (frame !== undefined) {
    out.add(`${separator}${frame.unit} BETWEEN ${frameBound(frame.start)} AND ${frameBound(frame.end)}`);
    if (frame.exclude !== undefined) out.add(` EXCLUDE ${frame.exclude.toUpperCase()}`);
  }
}

function frameBound(bound: FrameBound): string {
  if (typeof bound === "string") return bound.toUpperCase();
  if (bound === 0) return "CURRENT ROW";
  return bound < 0 ? `${-bound} PRECEDING` : `${bound} FOLLOWING`;
}

/** The terms of ORDER BY. */
export function writeOrderings(
  out: Output,
  orderings: readonly OrderingNode[],
  write: (node: ExpressionNode) => void = (node) => {
    out.expression(node, 0);
  },
): void {
  let isFirst = true;
  for (const ordering of orderings) {
    if (isFirst) isFirst = false;
    else out.add(", ");
    writeOrdering(out, ordering, write);
  }
}

function writeOrdering(out: Output, ordering: OrderingNode, write: (node: ExpressionNode) => void): void {
  const { expression, descending, nulls } = ordering;
  const supported = nulls === undefined || hasFeature(out.version, "NULLS FIRST and NULLS LAST");
  // Servers before 22.1 know no NULLS FIRST: NULL is less than all values there, and that is said in another way.
  const isDefault = (nulls === "last") === descending;
  if (!supported && !isDefault) {
    out.expression({ kind: "postfix", operator: operators.isNull, operand: expression }, 0);
    out.add(nulls === "first" ? " DESC, " : ", ");
  }
  write(expression);
  if (descending) out.add(" DESC");
  if (nulls !== undefined && supported) out.add(nulls === "first" ? " NULLS FIRST" : " NULLS LAST");
}
