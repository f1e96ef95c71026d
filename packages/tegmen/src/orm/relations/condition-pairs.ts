import { ArgumentError, describeValue } from "../../errors/index.ts";
import { sourceNode } from "../../sql/from-item.ts";
import type { ExpressionNode } from "../../sql/nodes/expression-node.ts";
import { nodeOf } from "../../sql/nodes/node-of.ts";
import { operators } from "../../sql/nodes/operators.ts";
import type { SourceNode } from "../../sql/nodes/source-node.ts";
import type { TableColumn } from "../../schema/column.ts";
import { makeAlias } from "../aliased.ts";
import { ownSource } from "../entity-source.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnPair } from "../relation-property.ts";
import type { AnyRelationOptions } from "../relation.ts";

/**
 * The columns that a condition of one's own says are equal: then the relation can be written, too.
 *
 * @returns undefined if it says anything else
 */
export function conditionPairs(
  where: string,
  on: NonNullable<AnyRelationOptions["on"]>,
  owner: Mapper,
  target: Mapper,
): readonly ColumnPair[] | undefined {
  const own = ownSource(owner);
  // The two sides are told apart also where they are one class.
  const other = makeAlias(target, `${target.table.name}_on`);
  const condition: unknown = on(own.c, other.c);
  const node = nodeOf(condition);
  if (node === undefined) {
    throw new ArgumentError(
      `${where}: on expects a function that returns a condition, got ${describeValue(condition)}`,
    );
  }
  const pairs: ColumnPair[] = [];
  for (const part of conjuncts(node)) {
    const pair = pairOf(part, owner, own[sourceNode], target, other[sourceNode]);
    if (pair === undefined) return undefined;
    pairs.push(pair);
  }
  return pairs;
}

function conjuncts(node: ExpressionNode): readonly ExpressionNode[] {
  return node.kind === "logical" && node.operator === "AND" ? node.operands.flatMap(conjuncts) : [node];
}

function pairOf(
  node: ExpressionNode,
  owner: Mapper,
  ownNode: SourceNode,
  target: Mapper,
  otherNode: SourceNode,
): ColumnPair | undefined {
  if (node.kind !== "infix" || node.operator !== operators.eq) return undefined;
  const { left, right } = node;
  const own = columnIn(left, owner, ownNode) ?? columnIn(right, owner, ownNode);
  const other = columnIn(right, target, otherNode) ?? columnIn(left, target, otherNode);
  return own === undefined || other === undefined ? undefined : { own, other };
}

function columnIn(node: ExpressionNode, mapper: Mapper, source: SourceNode): TableColumn | undefined {
  if (node.kind !== "column" || node.source !== source) return undefined;
  return [...mapper.columns.values()].find((column) => column.name === node.name);
}
