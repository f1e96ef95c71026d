import type { ColumnNode, ExpressionNode, ParameterNode } from "../../sql/nodes/expression-node.ts";
import { operators } from "../../sql/nodes/operators.ts";
import type { DeleteNode, UpdateNode } from "../../sql/nodes/query-node.ts";
import type { AnySqlType } from "../../types/index.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnValues } from "../state.ts";

/** A condition on the values of an object; null is SQL's unknown. */
type Test = (values: ColumnValues) => boolean | null;

/** What an UPDATE or DELETE does, said without the database. */
export interface Evaluated {
  readonly matches: Test;
  /** The new values of an object that it is about. */
  readonly values: (values: ColumnValues) => ColumnValues;
}

/** Types of which two values are equal in the database if they are in JavaScript. */
const comparable = /^(?:BOOL|DATE|INT\d?|OID|STRING|TEXT|TIMESTAMP|TIMESTAMPTZ|UUID|VARCHAR)$/;

/** Those whose order is the same, too. */
const ordered = /^(?:INT\d?|OID|TIMESTAMP|TIMESTAMPTZ)$/;

/**
 * What a statement does, if that can be told from the values of an object alone. SQLAlchemy: `_EvaluatorCompiler`.
 *
 * @returns undefined where only the database knows
 */
export function evaluator(mapper: Mapper, node: DeleteNode | UpdateNode): Evaluated | undefined {
  const others = node.kind === "update" ? node.from : node.using;
  if (others.length > 0 || node.limit !== undefined || node.ctes.length > 0) return undefined;
  const columns = new Map<ColumnNode, string>([...mapper.columns].map(([key, column]) => [column.node, key]));
  const where = all(node.where.map((condition) => testOf(condition, columns)));
  if (where === undefined) return undefined;
  if (node.kind === "delete") return { matches: where, values: () => ({}) };
  const byServer = [...mapper.columns.values()].some(
    ({ options, isGenerated }) => isGenerated || options.onUpdate?.kind === "server",
  );
  const set: ColumnValues = {};
  for (const { column, value } of node.set) {
    const key = columns.get(column);
    const isKey = mapper.primaryKey.some((part) => part.key === key);
    if (byServer || key === undefined || isKey || value.kind !== "parameter") return undefined;
    set[key] = valueOf(value, mapper.columns.get(key)!.type);
  }
  return { matches: where, values: () => set };
}

function testOf(node: ExpressionNode, columns: ReadonlyMap<ColumnNode, string>): Test | undefined {
  switch (node.kind) {
    case "logical": {
      const tests = node.operands.map((operand) => testOf(operand, columns));
      return node.operator === "AND" ? all(tests) : any(tests);
    }
    case "prefix": {
      const test = node.operator === operators.not ? testOf(node.operand, columns) : undefined;
      return test === undefined ? undefined : (values) => not(test(values));
    }
    case "postfix": {
      const read = readerOf(node.operand, columns);
      if (read === undefined) return undefined;
      if (node.operator === operators.isNull) return (values) => read(values) === null;
      return node.operator === operators.isNotNull ? (values) => read(values) !== null : undefined;
    }
    case "infix":
      return comparison(node.operator, node.left, node.right, columns);
    case "quantified":
      return node.operator === "=" && node.quantifier === "ANY" ? isIn(node.left, node.right, columns) : undefined;
    default:
      return undefined;
  }
}

function isIn(left: ExpressionNode, right: ExpressionNode, columns: ReadonlyMap<ColumnNode, string>): Test | undefined {
  const read = readerOf(left, columns);
  if (read === undefined || left.kind !== "column" || right.kind !== "parameter" || right.type === undefined) {
    return undefined;
  }
  const { text, type } = right;
  if (text === null) return undefined;
  const list = type.decode(text);
  if (!Array.isArray(list)) return undefined;
  const values = new Set(list.map(comparableValue));
  if ([...values].some((value) => typeof value === "object")) return undefined;
  return (row) => {
    const value = comparableValue(read(row));
    // Nothing is in an empty list, not even perhaps.
    return value === null && values.size > 0 ? null : values.has(value);
  };
}

function comparison(
  operator: object,
  left: ExpressionNode,
  right: ExpressionNode,
  columns: ReadonlyMap<ColumnNode, string>,
): Test | undefined {
  const compare = comparisons.get(operator);
  const read = readerOf(left, columns);
  if (compare === undefined || read === undefined || left.kind !== "column") return undefined;
  if (right.kind !== "parameter" || right.type === undefined) return undefined;
  const { castName } = right.type;
  if (!(operator === operators.eq || operator === operators.ne ? comparable : ordered).test(castName)) return undefined;
  const other = comparableValue(valueOf(right, right.type));
  return (values) => {
    const value = comparableValue(read(values));
    return value === null || other === null ? null : compare(value as number, other as number);
  };
}

const comparisons = new Map<object, (left: number, right: number) => boolean>([
  [operators.eq, (left, right) => left === right],
  [operators.ne, (left, right) => left !== right],
  [operators.lt, (left, right) => left < right],
  [operators.le, (left, right) => left <= right],
  [operators.gt, (left, right) => left > right],
  [operators.ge, (left, right) => left >= right],
]);

/** Reads a column of an object; one that is not loaded counts as unknown. */
function readerOf(
  node: ExpressionNode,
  columns: ReadonlyMap<ColumnNode, string>,
): ((values: ColumnValues) => unknown) | undefined {
  const key = node.kind === "column" ? columns.get(node) : undefined;
  return key === undefined ? undefined : (values) => values[key] ?? null;
}

/** A parameter as it would be read. */
function valueOf({ text }: ParameterNode, type: AnySqlType): unknown {
  return text === null ? null : type.decode(text);
}

function comparableValue(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}

function all(tests: readonly (Test | undefined)[]): Test | undefined {
  if (tests.includes(undefined)) return undefined;
  return (values) => {
    let result: boolean | null = true;
    for (const test of tests) {
      const one = test!(values);
      if (one === false) return false;
      if (one === null) result = null;
    }
    return result;
  };
}

function any(tests: readonly (Test | undefined)[]): Test | undefined {
  const negated = all(tests.map((test) => (test === undefined ? undefined : (values) => not(test(values)))));
  return negated === undefined ? undefined : (values) => not(negated(values));
}

function not(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}
