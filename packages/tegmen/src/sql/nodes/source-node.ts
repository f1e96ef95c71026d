import type { ExpressionNode, FunctionNode } from "./expression-node.ts";
import type { QueryNode } from "./query-node.ts";

/** A table of the database. */
export interface TableNode {
  readonly kind: "table";
  readonly name: string;
  /** As written in FROM: with the schema, quoted where needed. */
  readonly text: string;
  /** Written before its columns. */
  readonly qualifier: string;
  /** Which of its rows are meant, where it stands for one of the classes whose objects they are. */
  readonly criterion?: () => ExpressionNode;
}

/** A table under another name. */
export interface AliasNode {
  readonly kind: "alias";
  readonly name: string;
  readonly qualifier: string;
  readonly of: TableNode | CteNode;
  /** As that of a table. */
  readonly criterion?: () => ExpressionNode;
}

/** A query in FROM. */
export interface SubqueryNode {
  readonly kind: "subquery";
  readonly name: string;
  readonly qualifier: string;
  readonly query: QueryNode;
}

/** A query in WITH. */
export interface CteNode {
  readonly kind: "cte";
  readonly name: string;
  readonly qualifier: string;
  /** Undefined while the recursive part of it is being built. */
  readonly query: QueryNode | undefined;
  /** For a recursive one, the node that its own query refers to. */
  readonly self: CteNode | undefined;
  readonly recursive: boolean;
  readonly materialized: boolean | undefined;
}

/** `(VALUES ...) AS name (columns)` */
export interface ValuesNode {
  readonly kind: "values";
  readonly name: string;
  readonly qualifier: string;
  /** Quoted. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ExpressionNode[])[];
}

/** A set-returning function in FROM. */
export interface FunctionSourceNode {
  readonly kind: "function-source";
  readonly name: string;
  readonly qualifier: string;
  readonly call: FunctionNode;
  /** Quoted; empty if the function names its columns. */
  readonly columns: readonly string[];
  readonly ordinality: boolean;
}

/** Everything that can stand in FROM. */
export type SourceNode = AliasNode | CteNode | FunctionSourceNode | SubqueryNode | TableNode | ValuesNode;

/** What to use to read a table. */
export interface HintNode {
  /** Quoted name of an index; undefined leaves the choice to the optimizer. */
  readonly index: string | undefined;
  readonly direction: "ASC" | "DESC" | undefined;
  /** `NO_FULL_SCAN` and the like. */
  readonly flags: readonly string[];
}

/** One JOIN. */
export interface JoinNode {
  readonly type: "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS";
  readonly strategy: "LOOKUP" | "MERGE" | "HASH" | undefined;
  readonly lateral: boolean;
  readonly source: SourceNode;
  readonly on: ExpressionNode | undefined;
}
