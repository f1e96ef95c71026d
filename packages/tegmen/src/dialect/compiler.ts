import { CompileError } from "../errors/index.ts";
import type { ServerVersion } from "../sql/executable.ts";
import type {
  ColumnNode,
  CustomNode,
  ExpressionNode,
  GeneratedNode,
  ParameterNode,
} from "../sql/nodes/expression-node.ts";
import { precedenceOf } from "../sql/nodes/operators.ts";
import type { QueryNode } from "../sql/nodes/query-node.ts";
import type { CteNode, SourceNode } from "../sql/nodes/source-node.ts";
import { isSame } from "./from-clause.ts";
import { inlineValue } from "./inline-value.ts";
import type { Output } from "./output.ts";
import { writeExpression } from "./write-expression.ts";
import { writeDelete, writeInsert, writeUpdate } from "./write-mutation.ts";
import { writeCompound, writeSelect } from "./write-query.ts";
import { makeWriter } from "./writer.ts";

/** More parameters than the protocol can count. */
const mostParameters = 65_535;

const statements = { inline: false, qualified: true };

/** Turns a node into SQL, from the outside in, and gathers the parameters on the way. */
export class Compiler implements Output {
  readonly version: ServerVersion;
  readonly texts: (string | null)[] = [];
  readonly values: unknown[] = [];
  /** Whether compiling again gives the same. */
  isStable = true;
  /** Whether running it twice does no harm. */
  readsOnly = true;
  #sql = "";
  #scopes: (readonly SourceNode[])[] = [];
  #isQualified: boolean;
  #inlines: boolean;
  #ctes: Map<CteNode, string> | undefined;
  /** The numbers of parameters, by their nodes. */
  #shared: Map<ParameterNode, number> | undefined;

  /**
   * @param version the server's
   * @param mode for DDL: `inline` writes values into the SQL, and without `qualified` columns stand without their table
   */
  constructor(version: ServerVersion, mode: { readonly inline: boolean; readonly qualified: boolean } = statements) {
    this.version = version;
    this.#inlines = mode.inline;
    this.#isQualified = mode.qualified;
  }

  /** The whole statement, with its WITH clause. */
  finish(): string {
    this.checkParameters();
    const ctes = this.#ctes;
    if (ctes === undefined || ctes.size === 0) return this.#sql;
    const isRecursive = [...ctes.keys()].some((cte) => cte.recursive);
    return `WITH ${isRecursive ? "RECURSIVE " : ""}${[...ctes.values()].join(", ")} ${this.#sql}`;
  }

  /** @throws {CompileError} there are more parameters than a statement can have */
  checkParameters(): void {
    if (this.texts.length > mostParameters) {
      throw new CompileError(
        `the statement has ${this.texts.length} parameters, and there can be ${mostParameters}: split its rows`,
      );
    }
  }

  add(text: string): void {
    this.#sql += text;
  }

  expression(node: ExpressionNode, least: number): void {
    if (least > 0 && precedenceOf(node) < least) {
      this.add("(");
      writeExpression(this, node);
      this.add(")");
    } else writeExpression(this, node);
  }

  query(node: QueryNode): void {
    if (node.kind !== "compound" && (node.kind !== "select" || node.lock.length > 0)) this.readsOnly = false;
    switch (node.kind) {
      case "select":
        writeSelect(this, node);
        return;
      case "insert":
        writeInsert(this, node);
        return;
      case "update":
        writeUpdate(this, node);
        return;
      case "delete":
        writeDelete(this, node);
        return;
      case "compound":
        writeCompound(this, node);
    }
  }

  parameter(node: ParameterNode): void {
    if (this.#inlines) {
      this.add(inlineValue(node));
      return;
    }
    const known = this.#shared?.get(node);
    if (known !== undefined) {
      this.placeholderAgain(known, node.cast);
      return;
    }
    this.values.push(node.value);
    const number = this.texts.push(node.text);
    this.#shared?.set(node, number);
    this.placeholder(number, node.cast);
  }

  shareParameters(): void {
    this.#shared ??= new Map();
  }

  column(node: ColumnNode): void {
    if (!this.#isQualified) {
      this.add(node.quoted);
      return;
    }
    if (!this.isVisible(node.source)) throw this.#notInScope(node);
    this.add(node.qualified);
  }

  noteSideEffect(): void {
    this.readsOnly = false;
  }

  generated(node: GeneratedNode): void {
    this.isStable = false;
    writeExpression(this, this.make(node));
  }

  custom(node: CustomNode): void {
    this.isStable = false;
    this.readsOnly = false;
    node.write(makeWriter(this));
  }

  unqualified(write: () => void): void {
    const before = this.#isQualified;
    this.#isQualified = false;
    write();
    this.#isQualified = before;
  }

  inlined(write: () => void): void {
    const before = this.#inlines;
    this.#inlines = true;
    write();
    this.#inlines = before;
  }

  enter(sources: readonly SourceNode[]): void {
    if (sources.length > 1) checkNames(sources);
    this.#scopes.push(sources);
  }

  leave(): void {
    this.#scopes.pop();
  }

  isVisible(source: SourceNode): boolean {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      for (const candidate of this.#scopes[index] ?? []) if (isSame(candidate, source)) return true;
    }
    return false;
  }

  with(cte: CteNode): void {
    const ctes = (this.#ctes ??= new Map());
    if (cte.query === undefined) return;
    for (const known of ctes.keys()) {
      if (isSame(known, cte)) return;
      if (known.name === cte.name) throw new CompileError(`two different queries in WITH are named "${cte.name}"`);
    }
    const scopes = this.#scopes;
    this.#scopes = [];
    // A recursive query finds itself in the map and is not written again.
    if (cte.recursive) ctes.set(cte, "");
    const text = this.writeCte(cte, cte.query);
    // Behind all the queries that this one refers to.
    ctes.delete(cte);
    ctes.set(cte, text);
    this.#scopes = scopes;
  }

  /** Writes a query of WITH apart from the rest. */
  protected writeCte(cte: CteNode, query: QueryNode): string {
    const outer = this.#sql;
    this.#sql = "";
    this.query(query);
    const materialized = cte.materialized === undefined ? "" : cte.materialized ? "MATERIALIZED " : "NOT MATERIALIZED ";
    const text = `${cte.qualifier} AS ${materialized}(${this.#sql})`;
    this.#sql = outer;
    return text;
  }

  /** Adds a placeholder. */
  protected placeholder(number: number, cast: string | undefined): void {
    this.add(cast === undefined ? `$${number}` : `$${number}::${cast}`);
  }

  /** Adds a placeholder for a value that has one already. */
  protected placeholderAgain(number: number, cast: string | undefined): void {
    this.add(cast === undefined ? `$${number}` : `$${number}::${cast}`);
  }

  /** Makes a value that is another one for every execution. */
  protected make(node: GeneratedNode): ExpressionNode {
    return node.make();
  }

  #notInScope(node: ColumnNode): CompileError {
    const visible = this.#scopes.flat().map((source) => source.name);
    const known = visible.length === 0 ? "nothing is in FROM" : `in FROM there is ${visible.join(", ")}`;
    return new CompileError(
      `column ${node.qualified} belongs to "${node.source.name}", which the statement does not read (${known}): ` +
        "add .from() or a join",
    );
  }
}

function checkNames(sources: readonly SourceNode[]): void {
  const names = new Set<string>();
  for (const source of sources) {
    if (names.has(source.qualifier)) {
      throw new CompileError(`"${source.name}" occurs twice in FROM: give one of them another name with .alias()`);
    }
    names.add(source.qualifier);
  }
}
