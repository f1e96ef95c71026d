import type { CompiledStatement, ServerVersion, StatementShape } from "../sql/executable.ts";
import type { ExpressionNode, GeneratedNode } from "../sql/nodes/expression-node.ts";
import type { QueryNode } from "../sql/nodes/query-node.ts";
import type { CteNode } from "../sql/nodes/source-node.ts";
import { Compiler } from "./compiler.ts";
import { firstStep, type ShapeStep } from "./shape-cache.ts";
import { takesArrays } from "./write-columns.ts";

/** A compiled statement, and whether compiling it again gives the same. */
export interface CompiledQuery extends CompiledStatement {
  readonly isStable: boolean;
}

/** Longer statements are seldom sent twice in the same form, and would fill the memory of client and server. */
const longestKept = 16_384;
const mostCellsKept = 500;

/**
 * Compiles a query.
 *
 * The compiler runs over the query once and follows, instead of writing text, the way to a shape that it went before;
 * the parameters are gathered by the same run. Only where the way ends at no shape it runs again, and writes.
 *
 * @returns its shape, which is the same object for all queries that differ in values only, and its parameters
 */
export function compileQuery(node: QueryNode, version: ServerVersion): CompiledQuery {
  if (isLarge(node, version)) return compileOnce(node, version);
  const finder = new ShapeFinder(version);
  finder.query(node);
  finder.checkParameters();
  const { texts, values, isStable } = finder;
  const found = finder.step.shape(node.columns);
  if (found !== undefined) return { shape: found, parameters: texts, values, isStable };
  const writer = new ShapeWriter(version, finder.made);
  writer.query(node);
  const shape = shapeOf(writer.finish(), node, finder.readsOnly);
  if (shape.prepare) finder.step.keep(shape);
  return { shape, parameters: texts, values, isStable };
}

function compileOnce(node: QueryNode, version: ServerVersion): CompiledQuery {
  const compiler = new Compiler(version);
  compiler.query(node);
  const shape = { ...shapeOf(compiler.finish(), node, compiler.readsOnly), prepare: false };
  return { shape, parameters: compiler.texts, values: compiler.values, isStable: compiler.isStable };
}

function shapeOf(sql: string, node: QueryNode, readsOnly: boolean): StatementShape {
  return Object.freeze({ sql, prepare: sql.length <= longestKept, columns: node.columns, readsOnly });
}

function isLarge(node: QueryNode, version: ServerVersion): boolean {
  if (node.kind !== "insert" || node.source === undefined) return false;
  const { source } = node;
  if (!("kind" in source)) return source.length * node.into.length > mostCellsKept;
  if (source.kind !== "columns" || takesArrays(node, version)) return false;
  return source.rowCount * node.into.length > mostCellsKept;
}

/** Follows the way to a shape. */
class ShapeFinder extends Compiler {
  step: ShapeStep = firstStep();
  /** What client-side defaults made, in their order: they are called once for an execution. */
  readonly made: ExpressionNode[] = [];

  override add(text: string): void {
    this.step = this.step.next(text);
  }

  protected override placeholder(_number: number, cast: string | undefined): void {
    // Its number follows from its place.
    this.step = this.step.next(cast === undefined ? "\0$" : placeholderKey(cast));
  }

  protected override placeholderAgain(number: number): void {
    this.step = this.step.next(`\0=${number}`);
  }

  protected override writeCte(cte: CteNode, query: QueryNode): string {
    this.add(cteStart(cte));
    this.query(query);
    this.add("\0");
    return "";
  }

  protected override make(node: GeneratedNode): ExpressionNode {
    const made = node.make();
    this.made.push(made);
    return made;
  }
}

const placeholderKeys = new Map<string, string>();

function placeholderKey(cast: string): string {
  let key = placeholderKeys.get(cast);
  if (key === undefined) {
    key = `\0$${cast}`;
    placeholderKeys.set(cast, key);
  }
  return key;
}

/** SQL never has a NUL character, so these pieces are told from all others. */
function cteStart(cte: CteNode): string {
  return `\0${cte.recursive ? "r" : ""}${cte.materialized === undefined ? "" : String(cte.materialized)} ${cte.qualifier}`;
}

/** Writes the SQL of a shape, with the values that were made when it was looked for. */
class ShapeWriter extends Compiler {
  readonly #made: readonly ExpressionNode[];
  #next = 0;

  constructor(version: ServerVersion, made: readonly ExpressionNode[]) {
    super(version);
    this.#made = made;
  }

  protected override make(node: GeneratedNode): ExpressionNode {
    return this.#made[this.#next++] ?? node.make();
  }
}
