import { ArgumentError, describeValue } from "../errors/index.ts";
import { excludedSource } from "./nodes/excluded.ts";
import { assignmentNodes, writableColumn, type TargetColumns } from "./assignments.ts";
import { completedRows, insertRows } from "./insert-rows.ts";
import { insertPieces, onePiece } from "../dialect/insert-pieces.ts";
import { cteNodes, type Cte, type CteOptions } from "./cte.ts";
import {
  targetOf,
  type Definitions,
  type ExpressionsOf,
  type InsertValues,
  type Target,
  type UpdateValues,
} from "./definitions.ts";
import { compilePieces, type CompileContext, type NamedParameters, type StatementPieces } from "./executable.ts";
import { conditionNode, SqlExpression } from "./expression.ts";
import { sourceNodeOf, type FromItem } from "./from-item.ts";
import { columnNode } from "./items.ts";
import type { ConflictNode, InsertNode } from "./nodes/query-node.ts";
import { nodeOf } from "./nodes/node-of.ts";
import type { Condition, Operand, SelectItem } from "./operand.ts";
import { isQuery, queryNode, statementNode, type Query, type queryFields } from "./query.ts";
import { returningItems, writingCte } from "./returning.ts";
import type { DerivedColumns, Distinct, DistinctMixed, FieldsOf, MixedFields, RowOf } from "./row.ts";
import { Statement } from "./statement.ts";

/** What to do about rows that exist already. */
export interface ConflictUpdate<C extends Definitions> {
  /** The columns of the unique index that the conflict is about. */
  readonly target: Operand | readonly Operand[];
  /** The condition of that index, if it is a partial one. */
  readonly targetWhere?: Condition;
  /** What to set; a function gets the row that could not be inserted. */
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- empty only for the generic default
  readonly set: UpdateValues<C> | ((excluded: ExpressionsOf<"excluded", C>) => UpdateValues<C>);
  /** Changes only rows that meet this condition. */
  readonly where?: Condition | ((excluded: ExpressionsOf<"excluded", C>) => Condition);
}

/**
 * INSERT or UPSERT. Every method returns a new one.
 *
 * SQLAlchemy: `Insert`.
 *
 * @typeParam N the name of the table
 * @typeParam C the definitions of its columns
 * @typeParam Fields what RETURNING returns, by their keys; never without RETURNING
 */
export class Insert<N extends string, C extends Definitions, Fields>
  extends Statement<RowOf<Fields, never>, InsertNode>
  implements Query<Fields>
{
  declare readonly [queryFields]: Fields;
  readonly #target: Target<N, C>;

  /** @param node made by {@link insert} and {@link upsert} */
  constructor(node: InsertNode, target: Target<N, C>) {
    super(node);
    this.#target = target;
  }

  /**
   * The rows. Columns that are left out get their default; those with a default of the program's get a new value at
   * every execution.
   *
   * @param rows one row or several: values or expressions by the keys of their columns
   * @throws {ArgumentError} a key is no column, a value is undefined
   * @throws {DataError} a column's type cannot hold a value
   */
  values(rows: InsertValues<C> | readonly InsertValues<C>[]): Insert<N, C, Fields> {
    const list: readonly unknown[] = Array.isArray(rows) ? (rows as readonly unknown[]) : [rows];
    return this.#with(insertRows(this.#target[targetOf], list));
  }

  /**
   * The rows that a query gives.
   *
   * @param columns the keys of the columns to fill, in the order of the query's
   * @example `insert(archive).fromSelect(["id", "owner"], select(t.id, t.owner).where(t.balance.eq(0)))`
   */
  fromSelect(columns: readonly (keyof C & string)[], query: Query): Insert<N, C, Fields> {
    const node = isQuery(query) ? queryNode(query) : undefined;
    if (node === undefined || (node.kind !== "select" && node.kind !== "compound")) {
      throw new ArgumentError(`fromSelect() expects a query that selects, got ${describeValue(query)}`);
    }
    if (node.items.length !== columns.length) {
      throw new ArgumentError(`fromSelect() names ${columns.length} columns, but the query has ${node.items.length}`);
    }
    const into = columns.map((key) => writableColumn(this.#target[targetOf], key, "fromSelect()").node);
    return this.#with({ into, source: node });
  }

  /** `DEFAULT VALUES`: one row of defaults. */
  defaultValues(): Insert<N, C, Fields> {
    return this.#with({ into: [], source: undefined });
  }

  /**
   * `ON CONFLICT DO NOTHING`: leaves out rows that exist already.
   *
   * @param options the columns of the unique index that counts; without it, all of them
   */
  onConflictDoNothing(
    options: { readonly target?: Operand | readonly Operand[]; readonly targetWhere?: Condition } = {},
  ): Insert<N, C, Fields> {
    return this.#conflict({ ...targetNodes(options), set: undefined, where: undefined });
  }

  /**
   * `ON CONFLICT DO UPDATE`: changes the rows that exist already.
   *
   * @example `.onConflictDoUpdate({ target: t.id, set: (excluded) => ({ balance: excluded.balance }) })`
   */
  onConflictDoUpdate(options: ConflictUpdate<C>): Insert<N, C, Fields> {
    const columns = this.#target[targetOf];
    const target = targetNodes(options);
    if (target.target.length === 0) throw new ArgumentError("onConflictDoUpdate() needs a target");
    const excluded = excludedColumns(columns) as unknown as ExpressionsOf<"excluded", C>;
    const values: unknown = typeof options.set === "function" ? options.set(excluded) : options.set;
    const where: unknown = typeof options.where === "function" ? options.where(excluded) : options.where;
    return this.#conflict({
      ...target,
      set: assignmentNodes(columns, values, "onConflictDoUpdate()"),
      where: where === undefined ? undefined : conditionNode(where, "where of onConflictDoUpdate()"),
    });
  }

  /** `RETURNING`: the columns of the new rows; all of them, if none is named. */
  returning(): Insert<N, C, ExpressionsOf<N, C>>;
  returning<const Items extends readonly SelectItem[]>(
    ...items: Items & Distinct<Items>
  ): Insert<N, C, FieldsOf<Items[number]>>;
  returning<const Items extends readonly (SelectItem | FromItem)[]>(
    ...items: Items & DistinctMixed<Items>
  ): Insert<N, C, MixedFields<Items[number]>>;
  returning(...items: readonly unknown[]): Insert<N, C, never> {
    return new Insert({ ...this[statementNode], ...returningItems(this.#target, items) }, this.#target);
  }

  /** `WITH`: runs these common table expressions even if nothing reads them. Those that are read get in by themselves. */
  with(...ctes: readonly Cte<string, unknown>[]): Insert<N, C, Fields> {
    return this.#with({ ctes: [...this[statementNode].ctes, ...cteNodes(ctes)] });
  }

  /** The statement in WITH; what it returns is read like a table. */
  cte<const A extends string>(name: A, options?: CteOptions): Cte<A, DerivedColumns<A, Fields, never>> {
    return writingCte(this, name, options);
  }

  /**
   * Its pieces: as many rows together as fit into a statement.
   *
   * @throws {ArgumentError} executemany was given rows, and the statement has some of its own
   */
  [compilePieces](context: CompileContext, rows?: readonly NamedParameters[]): StatementPieces | undefined {
    if (rows === undefined) {
      const node = this.completed();
      const pieces = insertPieces(node, context.version);
      // Defaults that are made already are not to be made again.
      return pieces ?? (node === this[statementNode] ? undefined : onePiece(node, context.version));
    }
    const { into, source } = this[statementNode];
    if (into.length > 0 || source !== undefined) {
      throw new ArgumentError(
        "an array of rows is for an INSERT without any: leave out values(), or pass the rows to it",
      );
    }
    const node = this.#with(insertRows(this.#target[targetOf], rows)).completed();
    return insertPieces(node, context.version) ?? onePiece(node, context.version);
  }

  protected override completed(): InsertNode {
    return completedRows(this[statementNode]);
  }

  #conflict(conflict: ConflictNode): Insert<N, C, Fields> {
    if (this[statementNode].verb === "UPSERT") throw new ArgumentError("UPSERT has no ON CONFLICT: use insert()");
    return this.#with({ conflict });
  }

  #with(change: Partial<InsertNode>): Insert<N, C, Fields> {
    return new Insert({ ...this[statementNode], ...change }, this.#target);
  }
}

/**
 * Makes an INSERT.
 *
 * @param target the table
 *
 * @example `insert(accounts).values({ owner: "a" }).returning(t.id)`
 *
 * SQLAlchemy: `insert()`.
 */
export function insert<N extends string, C extends Definitions>(target: Target<N, C>): Insert<N, C, never> {
  return start("INSERT", target);
}

/**
 * Makes an UPSERT: CockroachDB's INSERT that replaces the row with the same primary key, without reading it first if
 * the table has no other indexes.
 *
 * @param target the table
 *
 * @example `upsert(accounts).values({ id, balance: 100 })`
 */
export function upsert<N extends string, C extends Definitions>(target: Target<N, C>): Insert<N, C, never> {
  return start("UPSERT", target);
}

function start<N extends string, C extends Definitions>(
  verb: InsertNode["verb"],
  target: Target<N, C>,
): Insert<N, C, never> {
  const table = sourceNodeOf(target, `${verb.toLowerCase()}()`);
  if (table.kind !== "table")
    throw new ArgumentError(`${verb.toLowerCase()}() expects a table; "${table.name}" is none`);
  return new Insert(
    {
      kind: "insert",
      verb,
      table,
      into: [],
      source: undefined,
      conflict: undefined,
      items: [],
      columns: undefined,
      ctes: [],
    },
    target,
  );
}

function targetNodes(options: {
  readonly target?: Operand | readonly Operand[];
  readonly targetWhere?: Condition;
}): Pick<ConflictNode, "target" | "targetWhere"> {
  const { target = [], targetWhere } = options;
  const list: readonly unknown[] = Array.isArray(target) ? (target as readonly unknown[]) : [target];
  return {
    target: list.map((one) => {
      const node = nodeOf(one);
      if (node !== undefined) return node;
      throw new ArgumentError(`the target of a conflict is made of columns, got ${describeValue(one)}`);
    }),
    targetWhere: targetWhere === undefined ? undefined : conditionNode(targetWhere, "targetWhere"),
  };
}

function excludedColumns(columns: TargetColumns): Readonly<Record<string, SqlExpression>> {
  return Object.fromEntries(
    [...columns].map(([key, { node, type }]) => [
      key,
      new SqlExpression(columnNode(excludedSource, node.name), type, key),
    ]),
  );
}
