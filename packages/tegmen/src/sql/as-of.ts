import { ArgumentError, describeValue } from "../errors/index.ts";
import { quoteLiteral } from "../text/index.ts";
import type { AsOfNode } from "./nodes/query-node.ts";
import { nodeOf } from "./nodes/node-of.ts";

/** An interval back from now, a time, or a timestamp of the cluster's clock, as CockroachDB reads them. */
const asOfPattern = /^(?:-?[0-9][0-9a-zA-Z:.+ -]{0,62}|-?P[0-9A-Z.]{1,60})$/;

/**
 * AS OF SYSTEM TIME takes no placeholder, so a time is checked and then written into the SQL.
 *
 * @throws {ArgumentError} if it is neither a time nor an expression
 */
export function asOfNode(time: unknown): AsOfNode {
  const node = nodeOf(time);
  if (node !== undefined) return node;
  if (time instanceof Date && !Number.isNaN(time.getTime())) return quoteLiteral(time.toISOString());
  if (typeof time === "string" && asOfPattern.test(time)) return quoteLiteral(time);
  throw new ArgumentError(
    'asOfSystemTime() expects an interval such as "-10s", a time, a Date or func.followerReadTimestamp(), got ' +
      describeValue(time),
  );
}
