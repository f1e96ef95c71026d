import { ArgumentError, describeValue } from "../errors/index.ts";
import { quoteIdentifier } from "../text/index.ts";
import type { HintNode } from "./nodes/source-node.ts";

const flags = ["NO_FULL_SCAN", "NO_INDEX_JOIN", "NO_ZIGZAG_JOIN", "FORCE_ZIGZAG", "AVOID_FULL_SCAN"] as const;

/** What an index hint says that does not name an index. */
export type HintFlag = (typeof flags)[number];

/** What to use to read a table. */
export interface IndexHint {
  /** The index to read from. */
  readonly forceIndex?: string;
  /** The direction to read it in; needs `forceIndex`. */
  readonly direction?: "ASC" | "DESC";
  /** What the plan may not do, or has to. */
  readonly flags?: readonly HintFlag[];
}

/** The node of a hint: the name of an index, a flag, or options. */
export function hintNode(hint: unknown): HintNode {
  if (typeof hint === "string") {
    if (isFlag(hint)) return { index: undefined, direction: undefined, flags: [hint] };
    return { index: quoteIdentifier(hint), direction: undefined, flags: [] };
  }
  if (typeof hint !== "object" || hint === null) {
    throw new ArgumentError(`withHint() expects the name of an index, a flag or options, got ${describeValue(hint)}`);
  }
  const { forceIndex, direction, flags: given = [] } = hint as IndexHint;
  if (direction !== undefined && direction !== "ASC" && direction !== "DESC") {
    throw new ArgumentError(`withHint() expects the direction "ASC" or "DESC", got ${describeValue(direction)}`);
  }
  if (direction !== undefined && forceIndex === undefined) {
    throw new ArgumentError("withHint() takes a direction only together with forceIndex");
  }
  for (const flag of given) {
    if (!isFlag(flag)) {
      throw new ArgumentError(`withHint() knows the flags ${flags.join(", ")}, got ${describeValue(flag)}`);
    }
  }
  return { index: forceIndex === undefined ? undefined : quoteIdentifier(forceIndex), direction, flags: given };
}

function isFlag(text: string): text is HintFlag {
  return (flags as readonly string[]).includes(text);
}
