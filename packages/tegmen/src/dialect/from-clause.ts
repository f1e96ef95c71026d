import { CompileError } from "../errors/index.ts";
import type { ExpressionNode } from "../sql/nodes/expression-node.ts";
import type { SelectNode } from "../sql/nodes/query-node.ts";
import type { SourceNode } from "../sql/nodes/source-node.ts";
import type { Output } from "./output.ts";

/**
 * What stands in FROM: what `from()` named, and the tables of the selected columns that no join brings. In a
 * subquery, tables of the query around it stay out (they are correlated), as long as there are others.
 *
 * @throws {CompileError} if it is not clear what a join starts from
 */
export function sourcesOf(node: SelectNode, out: Output): readonly SourceNode[] {
  const found: SourceNode[] = [...node.from];
  for (const item of node.items) collectSources(item.expression, found);
  if (found.length === 0) {
    if (node.joins.length > 0) throw new CompileError("the query joins, but nothing says to what: add .from(table)");
    return found;
  }
  const named = node.from.length;
  const derived = found.slice(named).filter((source) => !node.joins.some((join) => isSame(join.source, source)));
  const own = derived.filter((source) => !out.isVisible(source));
  // Nothing but tables of the query around: then they are meant to be read again, unless a FROM is there already.
  const added = own.length > 0 || named > 0 || node.joins.length > 0 ? own : derived;
  if (node.joins.length > 0 && named + added.length !== 1 && added.length > 0) {
    const names = [...node.from, ...added].map((source) => source.name).join(", ");
    throw new CompileError(
      `the query joins, but selects from several other tables (${names}): add .from() for the one the joins start ` +
        "from, and a join for each of the others",
    );
  }
  if (node.joins.length > 0 && named + added.length === 0) {
    throw new CompileError("the query joins, but nothing says to what: add .from(table)");
  }
  return added.length === 0 ? node.from : [...node.from, ...added];
}

/** Adds the sources of an expression's columns that are not there yet. Queries in it have a FROM of their own. */
export function collectSources(node: ExpressionNode, found: SourceNode[]): void {
  switch (node.kind) {
    case "column":
      if (!found.some((source) => isSame(source, node.source))) found.push(node.source);
      return;
    case "infix":
    case "quantified":
      collectSources(node.left, found);
      collectSources(node.right, found);
      return;
    case "prefix":
    case "postfix":
    case "cast":
    case "collate":
    case "label":
    case "distinct":
      collectSources(node.operand, found);
      return;
    case "subscript":
      collectSources(node.operand, found);
      collectSources(node.index, found);
      return;
    case "between":
      for (const part of [node.operand, node.low, node.high]) collectSources(part, found);
      return;
    case "in":
      collectSources(node.operand, found);
      if (!("kind" in node.list)) for (const part of node.list) collectSources(part, found);
      return;
    case "logical":
    case "custom":
      for (const part of node.operands) collectSources(part, found);
      return;
    case "list":
      for (const part of node.items) collectSources(part, found);
      return;
    case "case":
      for (const { when, value } of node.branches) {
        collectSources(when, found);
        collectSources(value, found);
      }
      if (node.otherwise !== undefined) collectSources(node.otherwise, found);
      return;
    case "function":
      for (const part of node.args) collectSources(part, found);
      for (const term of [...node.orderBy, ...node.withinGroup]) collectSources(term.expression, found);
      if (node.filter !== undefined) collectSources(node.filter, found);
      for (const part of node.over?.partitionBy ?? []) collectSources(part, found);
      for (const term of node.over?.orderBy ?? []) collectSources(term.expression, found);
      return;
    default:
  }
}

/**
 * Two aliases of the same name for the same table are one, however often `alias()` was called; and so are a table and
 * the same one for some of its rows.
 */
export function isSame(a: SourceNode, b: SourceNode): boolean {
  if (a === b) return true;
  if (a.kind === "table" && b.kind === "table") {
    return a.text === b.text && (a.criterion !== undefined || b.criterion !== undefined);
  }
  if (a.kind === "alias" && b.kind === "alias") return a.name === b.name && isSame(a.of, b.of);
  return a.kind === "cte" && b.kind === "cte" && (a.self === b || b.self === a);
}
