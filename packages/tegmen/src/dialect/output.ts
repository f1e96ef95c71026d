import type { ServerVersion } from "../sql/executable.ts";
import type { CustomNode, ExpressionNode, GeneratedNode } from "../sql/nodes/expression-node.ts";
import type { QueryNode } from "../sql/nodes/query-node.ts";
import type { CteNode, SourceNode } from "../sql/nodes/source-node.ts";

/** What the parts of the compiler write to, and how they reach each other. */
export interface Output {
  readonly version: ServerVersion;
  /** Adds SQL as it is. */
  add(text: string): void;
  /** Adds an expression, in parentheses if it binds less tightly than `least`. */
  expression(node: ExpressionNode, least: number): void;
  /** Adds a query, without parentheses. */
  query(node: QueryNode): void;
  /** Adds a placeholder, or in DDL the value itself. */
  parameter(node: ExpressionNode & { readonly kind: "parameter" }): void;
  /**
   * From here on, a parameter that occurs a second time gets the placeholder that it has. GROUP BY and DISTINCT ON need
   * it: to the server, `a + $1` and `a + $2` are different expressions.
   */
  shareParameters(): void;
  /** Says that running the statement twice may do harm. */
  noteSideEffect(): void;
  /** Makes and adds a value that is another one for every execution. */
  generated(node: GeneratedNode): void;
  /** Lets a construct of one's own write itself. */
  custom(node: CustomNode): void;
  /** Adds the name of a column, after checking that its source can be seen from here. */
  column(node: ExpressionNode & { readonly kind: "column" }): void;
  /** Writes columns without the names of their sources while `write` runs: in DDL and ON CONFLICT targets. */
  unqualified(write: () => void): void;
  /** Writes values into the SQL while `write` runs, instead of placeholders. */
  inlined(write: () => void): void;
  /** Makes sources visible until `leave()`. */
  enter(sources: readonly SourceNode[]): void;
  leave(): void;
  /** Whether a query around the current one has the source. */
  isVisible(source: SourceNode): boolean;
  /** Registers a query for WITH. */
  with(cte: CteNode): void;
}
