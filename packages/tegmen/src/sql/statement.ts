import { compileQuery, type CompiledQuery } from "../dialect/compile-query.ts";
import { latestVersion } from "../dialect/capabilities.ts";
import { ArgumentError } from "../errors/index.ts";
import {
  compileStatement,
  type CompileContext,
  type CompiledStatement,
  type Executable,
  type NamedParameters,
  type rowType,
  type ServerVersion,
} from "./executable.ts";
import type { QueryNode } from "./nodes/query-node.ts";
import { lockingReads } from "./lock.ts";
import { statementNode } from "./query.ts";

/**
 * What all statements of the expression language are: immutable, without any I/O, and good for any number of
 * executions on any connection, also at the same time.
 */
export abstract class Statement<Row, Node extends QueryNode> implements Executable<Row> {
  declare readonly [rowType]?: Row;
  readonly [statementNode]: Node;
  #compiled: CompiledQuery | undefined;
  #version: ServerVersion | undefined;

  /** Made by functions such as `select()`. */
  constructor(node: Node) {
    this[statementNode] = node;
  }

  [compileStatement](context: CompileContext, parameters?: NamedParameters): CompiledStatement {
    refuseParameters(parameters);
    const { version, lockReads = false } = context;
    if (this.#compiled !== undefined && this.#version === version && !lockReads) return this.#compiled;
    const node = lockReads ? lockingReads(this.completed()) : this.completed();
    const compiled = compileQuery(node, version);
    if (compiled.isStable && node === this[statementNode]) {
      this.#compiled = compiled;
      this.#version = version;
    }
    return compiled;
  }

  /** The node for one execution: with what is made anew for each. */
  protected completed(): Node {
    return this[statementNode];
  }

  /** The SQL for the latest version of CockroachDB, with `$1` for values. */
  toString(): string {
    return this[compileStatement]({ version: latestVersion }).shape.sql;
  }
}

/** Values by name are for `text()`; a statement of the expression language has its own. */
export function refuseParameters(parameters: NamedParameters | undefined): void {
  if (parameters === undefined) return;
  const [name] = Object.keys(parameters);
  if (name === undefined) return;
  throw new ArgumentError(
    `the statement has no parameter named "${name}": its values are part of it, only text() takes them by name`,
  );
}
