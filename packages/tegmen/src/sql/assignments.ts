import { ArgumentError, describeValue } from "../errors/index.ts";
import { didYouMean } from "../text/index.ts";
import type { TargetColumn } from "./definitions.ts";
import { columnPath } from "./expression.ts";
import type { ExpressionNode } from "./nodes/expression-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import { parameterNode } from "./nodes/parameter.ts";
import type { AssignmentNode } from "./nodes/query-node.ts";

/** The columns of a target, by their keys. */
export type TargetColumns = ReadonlyMap<string, TargetColumn>;

/**
 * The column of a key.
 *
 * @throws {ArgumentError} there is none, or the server computes it
 */
export function writableColumn(columns: TargetColumns, key: string, where: string): TargetColumn {
  const column = columns.get(key);
  if (column === undefined) {
    throw new ArgumentError(`${where}: there is no column "${key}": ${didYouMean(key, [...columns.keys()])}`);
  }
  if (column.isGenerated) {
    throw new ArgumentError(`${where}: ${columnPath(column.node)} is computed by the server and takes no value`);
  }
  return column;
}

/**
 * A value for a column.
 *
 * @throws {ArgumentError} it is undefined
 * @throws {DataError} the column's type cannot hold it
 */
export function assignedValue(column: TargetColumn, value: unknown): ExpressionNode {
  return nodeOf(value) ?? parameterNode(value, column.type, undefined, columnPath(column.node));
}

/** A value that a function of the program makes for each execution. */
export function generatedValue(column: TargetColumn, make: () => unknown): ExpressionNode {
  return { kind: "generated", make: () => assignedValue(column, make()) };
}

/**
 * The assignments of SET.
 *
 * @param values values by the keys of their columns
 * @throws {ArgumentError} there are none, or one is wrong
 */
export function assignmentNodes(columns: TargetColumns, values: unknown, where: string): readonly AssignmentNode[] {
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new ArgumentError(`${where} expects an object of values, got ${describeValue(values)}`);
  }
  const assignments = Object.entries(values).map(([key, value]) => {
    const column = writableColumn(columns, key, where);
    return { column: column.node, value: assignedValue(column, value) };
  });
  if (assignments.length === 0) throw new ArgumentError(`${where} expects at least one value`);
  return assignments;
}
