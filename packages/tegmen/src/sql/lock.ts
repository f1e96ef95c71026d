import { ArgumentError } from "../errors/index.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import type { LockNode } from "./nodes/query-node.ts";

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
