import { ArgumentError } from "../errors/index.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import type { LockNode, QueryNode, SelectNode } from "./nodes/query-node.ts";
import type { SourceNode } from "./nodes/source-node.ts";
import { changeSelect } from "./raw-select.ts";

/** Which rows to lock, and what to do about those that others have locked. */
export interface LockOptions {
  /** Locks rows of these tables only. */
  readonly of?: FromItem | readonly FromItem[];
  /** Fails at once (SQLSTATE 55P03) instead of waiting. */
  readonly nowait?: boolean;
  /** Leaves out locked rows instead of waiting. Since CockroachDB 22.2. */
  readonly skipLocked?: boolean;
}

/** The node of a lock. */
export function lockNode(strength: LockNode["strength"], options: LockOptions = {}): LockNode {
  const { of = [], nowait = false, skipLocked = false } = options;
  if (nowait && skipLocked) throw new ArgumentError("a lock can have nowait or skipLocked, not both");
  const sources: readonly FromItem[] = Array.isArray(of) ? (of as readonly FromItem[]) : [of as FromItem];
  return {
    strength,
    of: sources.map((source) => sourceNodeOf(source, "of")),
    wait: nowait ? "NOWAIT" : skipLocked ? "SKIP LOCKED" : undefined,
  };
}

/**
 * A SELECT that locks the rows it reads, FOR UPDATE, where it reads rows as they are in tables, and has no lock of its
 * own. Any other query stays what it is: what is computed of rows cannot be locked.
 */
export function lockingReads(node: QueryNode): QueryNode {
  return node.kind === "select" && readsRows(node) ? changeSelect(node, "lock", [lockNode("UPDATE")]) : node;
}

function readsRows(node: SelectNode): boolean {
  const { distinct, groupBy, having, lock, asOf, ctes } = node;
  if (distinct !== false || asOf !== undefined) return false;
  if ([groupBy, having, lock, ctes].some((clause) => clause.length > 0)) return false;
  // An aggregate or a window would be an expression, and neither goes with a lock.
  if (!node.items.every(({ expression }) => expression.kind === "column" && isTable(expression.source))) return false;
  return (
    node.from.every(isTable) &&
    node.joins.every(({ type, source }) => (type === "INNER" || type === "CROSS") && isTable(source))
  );
}

function isTable(source: SourceNode): boolean {
  return source.kind === "table" || (source.kind === "alias" && source.of.kind === "table");
}
