import { ArgumentError, describeValue } from "../errors/index.ts";
import { conditionNode } from "./expression.ts";
import { sourceNodeOf } from "./from-item.ts";
import type { JoinNode } from "./nodes/source-node.ts";

/** How to join. */
export interface JoinOptions {
  /** `LATERAL`: the joined subquery may refer to the tables before it. */
  readonly lateral?: boolean;
  /** How the server is to find the partners; it fails if it cannot do so. */
  readonly strategy?: "lookup" | "merge" | "hash";
}

/** The node of a join. */
export function joinNode(type: JoinNode["type"], source: unknown, on: unknown, options: JoinOptions = {}): JoinNode {
  const method = `${type.toLowerCase()}Join()`;
  const { lateral = false, strategy } = options;
  if (strategy !== undefined && !["lookup", "merge", "hash"].includes(strategy)) {
    throw new ArgumentError(
      `${method} expects the strategy "lookup", "merge" or "hash", got ${describeValue(strategy)}`,
    );
  }
  return {
    type,
    strategy: strategy?.toUpperCase() as JoinNode["strategy"],
    lateral,
    source: sourceNodeOf(source, method),
    on: type === "CROSS" ? undefined : conditionNode(on, method),
  };
}
