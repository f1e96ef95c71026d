import { CompileError } from "../errors/index.ts";
import type { ExpressionNode, OrderingNode } from "../sql/nodes/expression-node.ts";
import type { AsOfNode, CompoundNode, ItemNode, LockNode, SelectNode } from "../sql/nodes/query-node.ts";
import type { SourceNode } from "../sql/nodes/source-node.ts";
import { quoteIdentifier } from "../text/index.ts";
import { requireFeature } from "./capabilities.ts";
import { sourcesOf } from "./from-clause.ts";
import type { Output } from "./output.ts";
import { writeConjunction, writeList, writeOrderings } from "./write-expression.ts";
import { withCriteria, writeJoin, writeSource, writeSources } from "./write-source.ts";

/** SELECT. */
export function writeSelect(out: Output, node: SelectNode): void {
  for (const cte of node.ctes) out.with(cte);
  if (node.groupBy.length > 0 || typeof node.distinct === "object") out.shareParameters();
  const from = sourcesOf(node, out);
  const { joins, hints } = node;
  out.enter(joins.length === 0 ? from : [...from, ...joins.map((join) => join.source)]);
  out.add("SELECT ");
  if (node.distinct === true) out.add("DISTINCT ");
  else if (node.distinct !== false) {
    out.add("DISTINCT ON (");
    writeList(out, node.distinct);
    out.add(") ");
  }
  writeItems(out, node.items);
  const [first] = from;
  if (first !== undefined) {
    out.add(" FROM ");
    if (from.length === 1) writeSource(out, first, hints);
    else writeSources(out, from, hints);
    for (const join of joins) writeJoin(out, join, hints);
  }
  writeAsOf(out, node.asOf);
  const where = withCriteria(node.where, from, joins);
  if (where.length > 0) {
    out.add(" WHERE ");
    writeConjunction(out, where);
  }
  if (node.groupBy.length > 0) {
    out.add(" GROUP BY ");
    writeList(out, node.groupBy);
  }
  if (node.having.length > 0) {
    out.add(" HAVING ");
    writeConjunction(out, node.having);
  }
  writeTail(out, node);
  for (const lock of node.lock) writeLock(out, lock);
  out.leave();
}

/** The select list, or what RETURNING returns. */
export function writeItems(out: Output, items: readonly ItemNode[]): void {
  let isFirst = true;
  for (const { expression } of items) {
    if (isFirst) isFirst = false;
    else out.add(", ");
    out.expression(expression, 0);
    if (expression.kind === "label") out.add(` AS ${quoteIdentifier(expression.label)}`);
  }
}

/** UNION, INTERSECT and EXCEPT. */
export function writeCompound(out: Output, node: CompoundNode): void {
  for (const cte of node.ctes) out.with(cte);
  writeSide(out, node.left, node.operator);
  out.add(` ${node.operator} `);
  writeSide(out, node.right, undefined);
  writeCompoundTail(out, node);
}

/** A side needs parentheses if it has an ending of its own, or is another kind of compound. */
function writeSide(out: Output, side: SelectNode | CompoundNode, chained: CompoundNode["operator"] | undefined): void {
  const hasTail = side.orderBy.length > 0 || side.limit !== undefined || side.offset !== undefined;
  const isLocked = side.kind === "select" && side.lock.length > 0;
  if (isLocked) throw new CompileError("FOR UPDATE and FOR SHARE are not allowed in UNION, INTERSECT and EXCEPT");
  const isPlain = !hasTail && (side.kind === "select" || side.operator === chained);
  if (!isPlain) out.add("(");
  out.query(side);
  if (!isPlain) out.add(")");
}

function writeCompoundTail(out: Output, node: CompoundNode): void {
  // The sources of the sides cannot be seen here, only the names of the columns.
  if (node.orderBy.length > 0) {
    out.add(" ORDER BY ");
    writeOrderings(out, node.orderBy, (expression) => {
      out.add(outputName(expression, node.items));
    });
  }
  writeLimit(out, node);
}

function outputName(expression: ExpressionNode, items: readonly ItemNode[]): string {
  const wanted =
    expression.kind === "label" ? expression.label : expression.kind === "column" ? expression.name : undefined;
  if (wanted !== undefined && items.some((item) => item.name === wanted)) return quoteIdentifier(wanted);
  throw new CompileError(
    "ORDER BY of UNION, INTERSECT and EXCEPT takes columns and labels of the first query; " +
      `its columns are ${items.map((item) => item.name).join(", ")}`,
  );
}

interface Tail {
  readonly items: readonly ItemNode[];
  readonly orderBy: readonly OrderingNode[];
  readonly limit: ExpressionNode | undefined;
  readonly offset: ExpressionNode | undefined;
}

function writeTail(out: Output, node: Tail): void {
  if (node.orderBy.length > 0) {
    out.add(" ORDER BY ");
    writeOrderings(out, node.orderBy, (expression) => {
      writeByLabel(out, expression, node.items);
    });
  }
  writeLimit(out, node);
}

function writeLimit(out: Output, node: Pick<Tail, "limit" | "offset">): void {
  if (node.limit !== undefined) {
    out.add(" LIMIT ");
    out.expression(node.limit, 0);
  }
  if (node.offset !== undefined) {
    out.add(" OFFSET ");
    out.expression(node.offset, 0);
  }
}

/** A labelled expression of the select list is ordered by its name, not computed twice. */
function writeByLabel(out: Output, expression: ExpressionNode, items: readonly ItemNode[]): void {
  if (expression.kind === "label" && items.some((item) => item.expression === expression)) {
    out.add(quoteIdentifier(expression.label));
  } else out.expression(expression, 0);
}

function writeAsOf(out: Output, asOf: AsOfNode | undefined): void {
  if (asOf === undefined) return;
  out.add(" AS OF SYSTEM TIME ");
  if (typeof asOf === "string") out.add(asOf);
  else {
    // It takes no placeholders.
    out.inlined(() => {
      out.expression(asOf, 0);
    });
  }
}

function writeLock(out: Output, lock: LockNode): void {
  out.add(` FOR ${lock.strength}`);
  if (lock.of.length > 0)
    out.add(` OF ${lock.of.map((source: SourceNode) => quoteIdentifier(source.name)).join(", ")}`);
  if (lock.wait === "SKIP LOCKED") requireFeature(out.version, "SKIP LOCKED");
  if (lock.wait !== undefined) out.add(` ${lock.wait}`);
}
