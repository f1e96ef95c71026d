import { ArgumentError, InvalidRequestError, MultipleResultsFound, NoResultFound } from "../errors/index.ts";

/** Rows, or single values, that have all arrived. */
abstract class Rows<T> implements Iterable<T> {
  /** What there is, in the order in which it came. */
  abstract all(): T[];

  /** The number of rows. */
  abstract readonly length: number;

  /** The first row, or null when there is none. SQLAlchemy: `Result.first`. */
  first(): T | null {
    const rows = this.all();
    return rows.length > 0 ? (rows[0] as T) : null;
  }

  /**
   * The only row.
   * @throws {NoResultFound} there is none
   * @throws {MultipleResultsFound} there are several
   */
  one(): T {
    const row = this.oneOrNone();
    if (row === null && this.length === 0) throw new NoResultFound("No row was found where one() needs exactly one");
    return row as T;
  }

  /**
   * The only row, or null when there is none.
   * @throws {MultipleResultsFound} there are several
   */
  oneOrNone(): T | null {
    if (this.length > 1) {
      throw new MultipleResultsFound(`${this.length} rows were found where at most one was expected`);
    }
    return this.first();
  }

  /**
   * The rows in groups of at most `size`.
   * @throws {ArgumentError} `size` is not a positive integer
   */
  *partitions(size: number): Generator<T[]> {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new ArgumentError(`partitions() takes a positive integer, not ${String(size)}`);
    }
    const rows = this.all();
    for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.all()[Symbol.iterator]();
  }
}

/** The values of one column. SQLAlchemy: `ScalarResult`. */
export class ScalarResult<T> extends Rows<T> {
  readonly #values: T[];

  constructor(values: T[]) {
    super();
    this.#values = values;
  }

  get length(): number {
    return this.#values.length;
  }

  all(): T[] {
    return this.#values;
  }
}

/** A row's values in the order of its columns. */
export type RowValues<Row> = Row extends readonly unknown[] ? Row : Row[keyof Row & string][];

/** The type of a single value: that of the column, where the row has only one. */
export type ScalarOf<Row> = Row[keyof Row & string];

/** What a statement brought back, as the engine hands it to {@link Result}. */
export interface ResultData {
  /** Names of the columns in order; undefined when the statement returns no rows. */
  readonly columns: readonly string[] | undefined;
  /** Rows as objects; as arrays when {@link duplicate} says why objects cannot hold them. */
  readonly rows: readonly unknown[];
  /** A column name that appears twice. */
  readonly duplicate: string | undefined;
  /** Rows that were inserted, updated, deleted or returned; null when the tag has no count. */
  readonly rowCount: number | null;
  readonly statusMessage: string;
}

/**
 * The rows of one execution. They have all been read and decoded: a result
 * holds no connection, and can be read any number of times.
 *
 * SQLAlchemy: `Result` (buffered).
 *
 * @example
 * ```ts
 * const result = await conn.execute(text<{ id: string }>("SELECT id FROM accounts"));
 * for (const row of result) console.log(row.id);
 * ```
 */
export class Result<Row = unknown> extends Rows<Row> {
  readonly #data: ResultData;

  constructor(data: ResultData) {
    super();
    this.#data = data;
  }

  /** Names of the columns in order; empty when the statement returns no rows. */
  get columns(): readonly string[] {
    return this.#data.columns ?? [];
  }

  /** Whether the statement returns rows at all: a SELECT, or a RETURNING. */
  get returnsRows(): boolean {
    return this.#data.columns !== undefined;
  }

  /** How many rows were inserted, updated, deleted or returned; null when the server does not say. */
  get rowCount(): number | null {
    return this.#data.rowCount;
  }

  /** The server's command tag: `INSERT 0 2`, `CREATE TABLE`. */
  get statusMessage(): string {
    return this.#data.statusMessage;
  }

  get length(): number {
    return this.#data.rows.length;
  }

  /**
   * All rows as objects, by column name.
   * @throws {ArgumentError} two columns have the same name: `tuples()` still reads them, aliases (`AS`) solve it
   * @throws {InvalidRequestError} the statement returns no rows
   */
  all(): Row[] {
    this.#needRows();
    const { duplicate } = this.#data;
    if (duplicate !== undefined) {
      throw new ArgumentError(
        `Two columns of the result are called ${JSON.stringify(duplicate)}, and a row object can hold only one: ` +
          "give them different names with AS, or read the rows with tuples()",
      );
    }
    return this.#data.rows as Row[];
  }

  /** The rows as arrays of values, in the order of the columns. */
  tuples(): ScalarResult<RowValues<Row>> {
    return new ScalarResult(this.#tuples() as RowValues<Row>[]);
  }

  /** The values of one column: the first, or the one at `index`. */
  scalars(index = 0): ScalarResult<ScalarOf<Row>> {
    return new ScalarResult(this.#tuples(index + 1).map((row) => row[index] as ScalarOf<Row>));
  }

  /**
   * The first column of the first row; null when there is no row.
   * SQLAlchemy: `Result.scalar`.
   */
  scalar(): ScalarOf<Row> | null {
    this.#needRows();
    const { rows, columns, duplicate } = this.#data;
    const row = rows[0];
    if (row === undefined) return null;
    return duplicate === undefined
      ? ((row as Record<string, ScalarOf<Row>>)[columns![0]!] as ScalarOf<Row>)
      : ((row as readonly ScalarOf<Row>[])[0] as ScalarOf<Row>);
  }

  /**
   * The first column of the only row.
   * @throws {NoResultFound} there is none
   * @throws {MultipleResultsFound} there are several
   */
  scalarOne(): ScalarOf<Row> {
    return this.scalars().one();
  }

  /**
   * The first column of the only row, or null when there is none.
   * @throws {MultipleResultsFound} there are several
   */
  scalarOneOrNone(): ScalarOf<Row> | null {
    return this.scalars().oneOrNone();
  }

  #tuples(needed = 0): readonly (readonly unknown[])[] {
    this.#needRows();
    const { rows, duplicate } = this.#data;
    const columns = this.columns;
    if (needed > columns.length) {
      throw new ArgumentError(`The result has ${columns.length} columns, there is none at index ${needed - 1}`);
    }
    if (duplicate !== undefined) return rows as readonly (readonly unknown[])[];
    return rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
  }

  #needRows(): void {
    if (this.#data.columns !== undefined) return;
    throw new InvalidRequestError(
      `The statement returns no rows (${this.#data.statusMessage || "empty statement"}); ` +
        "rowCount says how many it touched, RETURNING makes it return them",
    );
  }
}
