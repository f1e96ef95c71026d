import type { AnySqlType } from "../../types/index.ts";
import type { QueryNode } from "./query-node.ts";
import type { SourceNode } from "./source-node.ts";
import type { SqlWriter } from "./writer.ts";

/** A column of a table, an alias, a subquery or any other source of rows. */
export interface ColumnNode {
  readonly kind: "column";
  readonly source: SourceNode;
  /** The name in SQL, without quotes. */
  readonly name: string;
  /** The name in SQL, quoted where needed. */
  readonly quoted: string;
  /** With the name of its source before it. */
  readonly qualified: string;
}

/** A value that travels beside the SQL. It was encoded when the node was made, so it cannot change afterwards. */
export interface ParameterNode {
  readonly kind: "parameter";
  /** The value in text format; null is NULL. */
  readonly text: string | null;
  readonly value: unknown;
  readonly type: AnySqlType | undefined;
  /** The type to cast the placeholder to, where the server cannot infer it. */
  readonly cast: string | undefined;
}

/** A value that is made anew every time the statement is compiled: the default of a column. */
export interface GeneratedNode {
  readonly kind: "generated";
  readonly make: () => ExpressionNode;
}

/** How an operator is written, and how tightly it binds. */
export interface Operator {
  readonly text: string;
  /** With a space on both sides. */
  readonly spaced: string;
  /** What it counts as inside of another operator. */
  readonly precedence: number;
  /** What its left side has to have at least, to stand without parentheses. */
  readonly left: number;
  /** The same for its right side. */
  readonly right: number;
  /** What a server has to have for it. */
  readonly needs?: "TSVECTOR" | "VECTOR";
}

/** `left + right` */
export interface InfixNode {
  readonly kind: "infix";
  readonly operator: Operator;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

/** `NOT operand`, `-operand` */
export interface PrefixNode {
  readonly kind: "prefix";
  readonly operator: Operator;
  readonly operand: ExpressionNode;
}

/** `operand IS NULL` */
export interface PostfixNode {
  readonly kind: "postfix";
  readonly operator: Operator;
  readonly operand: ExpressionNode;
}

/** Conditions joined by AND or OR. No operands: true for AND, false for OR. */
export interface LogicalNode {
  readonly kind: "logical";
  readonly operator: "AND" | "OR";
  readonly operands: readonly ExpressionNode[];
}

/** `operand BETWEEN low AND high` */
export interface BetweenNode {
  readonly kind: "between";
  readonly not: boolean;
  readonly operand: ExpressionNode;
  readonly low: ExpressionNode;
  readonly high: ExpressionNode;
}

/** `operand IN (...)`, of expressions or of a query's rows. */
export interface InNode {
  readonly kind: "in";
  readonly not: boolean;
  readonly operand: ExpressionNode;
  readonly list: readonly ExpressionNode[] | QueryNode;
}

/** `left = ANY (right)` */
export interface QuantifiedNode {
  readonly kind: "quantified";
  readonly operator: string;
  readonly quantifier: "ANY" | "ALL";
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

/** One term of ORDER BY. */
export interface OrderingNode {
  readonly expression: ExpressionNode;
  readonly descending: boolean;
  readonly nulls: "first" | "last" | undefined;
}

/** One end of a window frame: rows before (negative) or after the current one. */
export type FrameBound = number | "unbounded preceding" | "unbounded following";

/** `ROWS BETWEEN ... AND ...` */
export interface FrameNode {
  readonly unit: "ROWS" | "RANGE" | "GROUPS";
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude: "current row" | "group" | "ties" | undefined;
}

/** What stands behind OVER. */
export interface WindowNode {
  readonly partitionBy: readonly ExpressionNode[];
  readonly orderBy: readonly OrderingNode[];
  readonly frame: FrameNode | undefined;
}

/** A call of a function, with all that may follow one. */
export interface FunctionNode {
  readonly kind: "function";
  /** As written in SQL. */
  readonly name: string;
  readonly args: readonly ExpressionNode[];
  /** Calling it twice does no harm. */
  readonly isPure: boolean;
  readonly orderBy: readonly OrderingNode[];
  readonly filter: ExpressionNode | undefined;
  readonly withinGroup: readonly OrderingNode[];
  readonly over: WindowNode | undefined;
}

/** `CASE WHEN ... THEN ... ELSE ... END` */
export interface CaseNode {
  readonly kind: "case";
  readonly branches: readonly { readonly when: ExpressionNode; readonly value: ExpressionNode }[];
  readonly otherwise: ExpressionNode | undefined;
}

/** `operand::type` */
export interface CastNode {
  readonly kind: "cast";
  readonly operand: ExpressionNode;
  /** As written in SQL. */
  readonly type: string;
}

/** `operand COLLATE name` */
export interface CollateNode {
  readonly kind: "collate";
  readonly operand: ExpressionNode;
  /** Quoted. */
  readonly collation: string;
}

/** `operand[index]` */
export interface SubscriptNode {
  readonly kind: "subscript";
  readonly operand: ExpressionNode;
  readonly index: ExpressionNode;
}

/** `(a, b)`, or `ARRAY[a, b]`. */
export interface ListNode {
  readonly kind: "list";
  readonly open: "(" | "ARRAY[";
  readonly items: readonly ExpressionNode[];
}

/** A query in parentheses. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly prefix: "" | "EXISTS " | "ARRAY";
  readonly query: QueryNode;
}

/** An expression under a name. */
export interface LabelNode {
  readonly kind: "label";
  readonly label: string;
  readonly operand: ExpressionNode;
}

/** `DISTINCT operand`, as the argument of an aggregate. */
export interface DistinctNode {
  readonly kind: "distinct";
  readonly operand: ExpressionNode;
}

/** SQL that is the same for everybody: `DEFAULT`, `*`, `true`. */
export interface KeywordNode {
  readonly kind: "keyword";
  readonly text: string;
}

/** SQL that writes itself: the extension point, and `sql` templates. */
export interface CustomNode {
  readonly kind: "custom";
  readonly precedence: number;
  /** What it is made of: its tables get into FROM. */
  readonly operands: readonly ExpressionNode[];
  readonly write: (writer: SqlWriter) => void;
}

/** Everything that an expression can be. */
export type ExpressionNode =
  | BetweenNode
  | CaseNode
  | CastNode
  | CollateNode
  | ColumnNode
  | CustomNode
  | DistinctNode
  | FunctionNode
  | GeneratedNode
  | InNode
  | InfixNode
  | KeywordNode
  | LabelNode
  | ListNode
  | LogicalNode
  | ParameterNode
  | PostfixNode
  | PrefixNode
  | QuantifiedNode
  | ScalarNode
  | SubscriptNode;
