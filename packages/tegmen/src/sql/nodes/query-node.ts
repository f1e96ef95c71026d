import type { AnySqlType } from "../../types/index.ts";
import type { ResultColumn } from "../executable.ts";
import type { ColumnNode, ExpressionNode, OrderingNode } from "./expression-node.ts";
import type { LoaderOption } from "../loader-option.ts";
import type { CteNode, HintNode, JoinNode, SourceNode, TableNode } from "./source-node.ts";

/** One column of a query's result. */
export interface ItemNode {
  readonly expression: ExpressionNode;
  /** The key in a row. */
  readonly key: string;
  /** The name that the column has for a query around this one. */
  readonly name: string;
  readonly type: AnySqlType | undefined;
  readonly result: ResultColumn;
}

/** FOR UPDATE and its kin. */
export interface LockNode {
  readonly strength: "UPDATE" | "NO KEY UPDATE" | "SHARE" | "KEY SHARE";
  readonly of: readonly SourceNode[];
  readonly wait: "NOWAIT" | "SKIP LOCKED" | undefined;
}

/** AS OF SYSTEM TIME: text that has been checked, or the call of a function. */
export type AsOfNode = string | ExpressionNode;

/** SELECT. */
export interface SelectNode {
  readonly kind: "select";
  readonly items: readonly ItemNode[];
  readonly columns: readonly ResultColumn[];
  readonly distinct: boolean | readonly ExpressionNode[];
  readonly from: readonly SourceNode[];
  readonly joins: readonly JoinNode[];
  readonly where: readonly ExpressionNode[];
  readonly groupBy: readonly ExpressionNode[];
  readonly having: readonly ExpressionNode[];
  readonly orderBy: readonly OrderingNode[];
  readonly limit: ExpressionNode | undefined;
  readonly offset: ExpressionNode | undefined;
  readonly lock: readonly LockNode[];
  readonly asOf: AsOfNode | undefined;
  readonly hints: ReadonlyMap<SourceNode, HintNode> | undefined;
  readonly ctes: readonly CteNode[];
  /** How a Session loads the entities: nothing that the SQL depends on. */
  readonly options: readonly LoaderOption[];
}

/** UNION, INTERSECT and EXCEPT. */
export interface CompoundNode {
  readonly kind: "compound";
  readonly operator: "UNION" | "UNION ALL" | "INTERSECT" | "INTERSECT ALL" | "EXCEPT" | "EXCEPT ALL";
  readonly left: SelectNode | CompoundNode;
  readonly right: SelectNode | CompoundNode;
  readonly items: readonly ItemNode[];
  readonly columns: readonly ResultColumn[];
  readonly orderBy: readonly OrderingNode[];
  readonly limit: ExpressionNode | undefined;
  readonly offset: ExpressionNode | undefined;
  readonly ctes: readonly CteNode[];
}

/** RETURNING; undefined where nothing is returned. */
interface Returning {
  readonly items: readonly ItemNode[];
  readonly columns: readonly ResultColumn[] | undefined;
  readonly ctes: readonly CteNode[];
}

/** A column and what it is set to. */
export interface AssignmentNode {
  readonly column: ColumnNode;
  readonly value: ExpressionNode;
}

/** ON CONFLICT. */
export interface ConflictNode {
  readonly target: readonly ExpressionNode[];
  /** The predicate of a partial unique index. */
  readonly targetWhere: ExpressionNode | undefined;
  /** Undefined: DO NOTHING. */
  readonly set: readonly AssignmentNode[] | undefined;
  readonly where: ExpressionNode | undefined;
}

/** The values of one column for many rows. */
export interface CellsNode {
  readonly type: AnySqlType;
  /** In text format; null is NULL, undefined is for {@link make} to fill. */
  readonly texts: readonly (string | null | undefined)[];
  /** The values before they were encoded. */
  readonly values: readonly unknown[];
  /** The default of the program's, for rows that have no value; undefined where all have one. */
  readonly make: (() => ExpressionNode) | undefined;
}

/** Many rows of plain values, by columns: a node for every value would cost more than sending it. */
export interface ColumnsNode {
  readonly kind: "columns";
  readonly cells: readonly CellsNode[];
  readonly rowCount: number;
}

/** INSERT and UPSERT. */
export interface InsertNode extends Returning {
  readonly kind: "insert";
  readonly verb: "INSERT" | "UPSERT";
  readonly table: TableNode;
  readonly into: readonly ColumnNode[];
  /** Rows, a query, or undefined for DEFAULT VALUES. */
  readonly source: readonly (readonly ExpressionNode[])[] | ColumnsNode | SelectNode | CompoundNode | undefined;
  readonly conflict: ConflictNode | undefined;
}

/** UPDATE. */
export interface UpdateNode extends Returning {
  readonly kind: "update";
  readonly table: SourceNode;
  readonly set: readonly AssignmentNode[];
  readonly from: readonly SourceNode[];
  readonly where: readonly ExpressionNode[];
  readonly orderBy: readonly OrderingNode[];
  readonly limit: ExpressionNode | undefined;
}

/** DELETE. */
export interface DeleteNode extends Returning {
  readonly kind: "delete";
  readonly table: SourceNode;
  readonly using: readonly SourceNode[];
  readonly where: readonly ExpressionNode[];
  readonly orderBy: readonly OrderingNode[];
  readonly limit: ExpressionNode | undefined;
}

/** A statement that gives rows, or may. */
export type QueryNode = CompoundNode | DeleteNode | InsertNode | SelectNode | UpdateNode;
