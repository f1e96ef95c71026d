import { CompileError } from "../errors/index.ts";
import type {
  AssignmentNode,
  ConflictNode,
  DeleteNode,
  InsertNode,
  ItemNode,
  UpdateNode,
} from "../sql/nodes/query-node.ts";
import type { SourceNode } from "../sql/nodes/source-node.ts";
import { excludedSource } from "../sql/nodes/excluded.ts";
import { requireFeature } from "./capabilities.ts";
import type { Output } from "./output.ts";
import { writeConjunction, writeList, writeOrderings } from "./write-expression.ts";
import { writeColumns } from "./write-columns.ts";
import { writeItems } from "./write-query.ts";
import { withCriteria, writeRows, writeSource, writeSources } from "./write-source.ts";

/** INSERT and UPSERT. */
export function writeInsert(out: Output, node: InsertNode): void {
  for (const cte of node.ctes) out.with(cte);
  out.add(`${node.verb} INTO ${node.table.text}`);
  const { source } = node;
  if (node.into.length > 0) out.add(` (${node.into.map((column) => column.quoted).join(", ")})`);
  if (source === undefined) out.add(" DEFAULT VALUES");
  else if ("kind" in source && source.kind === "columns") writeColumns(out, node, source);
  else if ("kind" in source) {
    out.add(" ");
    out.query(source);
  } else {
    out.add(" VALUES ");
    writeRows(out, source);
  }
  out.enter([node.table]);
  if (node.conflict !== undefined) writeConflict(out, node.conflict);
  writeReturning(out, node.items);
  out.leave();
}

function writeConflict(out: Output, conflict: ConflictNode): void {
  out.add(" ON CONFLICT");
  if (conflict.target.length > 0) {
    out.add(" (");
    out.unqualified(() => {
      writeList(out, conflict.target);
    });
    out.add(")");
  }
  if (conflict.targetWhere !== undefined) {
    out.add(" WHERE ");
    out.unqualified(() => {
      out.expression(conflict.targetWhere ?? { kind: "keyword", text: "true" }, 0);
    });
  }
  if (conflict.set === undefined) {
    out.add(" DO NOTHING");
    return;
  }
  out.enter([excludedSource]);
  out.add(" DO UPDATE SET ");
  writeAssignments(out, conflict.set);
  if (conflict.where !== undefined) {
    out.add(" WHERE ");
    out.expression(conflict.where, 0);
  }
  out.leave();
}

function writeAssignments(out: Output, assignments: readonly AssignmentNode[]): void {
  let isFirst = true;
  for (const { column, value } of assignments) {
    out.add(isFirst ? `${column.quoted} = ` : `, ${column.quoted} = `);
    isFirst = false;
    out.expression(value, 0);
  }
}

function writeReturning(out: Output, items: readonly ItemNode[]): void {
  if (items.length === 0) return;
  out.add(" RETURNING ");
  writeItems(out, items);
}

/** UPDATE. */
export function writeUpdate(out: Output, node: UpdateNode): void {
  if (node.set.length === 0) throw new CompileError(`the UPDATE of ${node.table.name} sets nothing: add .set()`);
  for (const cte of node.ctes) out.with(cte);
  out.add("UPDATE ");
  writeSource(out, node.table, undefined);
  out.enter([node.table, ...node.from]);
  out.add(" SET ");
  writeAssignments(out, node.set);
  if (node.from.length > 0) {
    out.add(" FROM ");
    writeSources(out, node.from, undefined);
  }
  writeTail(out, node, node.from);
}

/** DELETE. */
export function writeDelete(out: Output, node: DeleteNode): void {
  for (const cte of node.ctes) out.with(cte);
  out.add("DELETE FROM ");
  writeSource(out, node.table, undefined);
  out.enter([node.table, ...node.using]);
  if (node.using.length > 0) {
    requireFeature(out.version, "DELETE ... USING");
    out.add(" USING ");
    writeSources(out, node.using, undefined);
  }
  writeTail(out, node, node.using);
}

function writeTail(out: Output, node: UpdateNode | DeleteNode, others: readonly SourceNode[]): void {
  const where = withCriteria(node.where, [node.table, ...others]);
  if (where.length > 0) {
    out.add(" WHERE ");
    writeConjunction(out, where);
  }
  if (node.orderBy.length > 0) {
    out.add(" ORDER BY ");
    writeOrderings(out, node.orderBy);
  }
  if (node.limit !== undefined) {
    out.add(" LIMIT ");
    out.expression(node.limit, 0);
  }
  writeReturning(out, node.items);
  out.leave();
}
