import { ArgumentError, describeValue } from "../errors/index.ts";
import { nodeOf } from "../sql/nodes/node-of.ts";
import { parameterNode } from "../sql/nodes/parameter.ts";
import type { ColumnDefinition, filledBy, FilledBy, inputType } from "../sql/definitions.ts";
import type { Family, nullSources, Operand, typeFamily, valueType } from "../sql/operand.ts";
import { sqlTypeOf, type TypeReference } from "../sql/type-reference.ts";
import type { AnySqlType } from "../types/index.ts";
import type { AnyColumn } from "./column.ts";
import { columnOptions, type ColumnOptions, type DefaultOption, type ReferentialAction } from "./column-options.ts";

/** Where a definition keeps its options. */
export const optionsOf: unique symbol = Symbol.for("tegmen.column");

/** Options of a foreign key. */
export interface ReferenceOptions {
  /** The name of the constraint. Default: the naming convention's. */
  readonly name?: string;
  /** What happens when the row that is referred to is deleted. */
  readonly onDelete?: ReferentialAction;
  /** What happens when it gets another key. */
  readonly onUpdate?: ReferentialAction;
}

/**
 * The other columns of a table whose definition is still being written. Their types are not known yet, hence `any`:
 * nothing else lets `t.balance.times(2)` be written without naming the type.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type UnfinishedColumns = any;

/**
 * The definition of a column: a type, and what is said of it. Immutable; every method returns a new definition.
 *
 * SQLAlchemy: `Column`, `mapped_column`.
 */
export class ColumnBuilder<T, E, F extends Family, N extends null, D extends FilledBy>
  implements ColumnDefinition<T, E, F, N, D>, TypeReference<T, F>
{
  declare readonly [valueType]: T;
  declare readonly [inputType]: E;
  declare readonly [typeFamily]: F;
  declare readonly [nullSources]: N;
  declare readonly [filledBy]: D;
  readonly [optionsOf]: ColumnOptions;

  /** @param options made by the functions of `c` */
  constructor(options: ColumnOptions) {
    this[optionsOf] = options;
  }

  /** The type, for casts. */
  get [sqlTypeOf](): AnySqlType {
    return this[optionsOf].type;
  }

  /** `NOT NULL` */
  notNull(): ColumnBuilder<T, E, F, never, D> {
    return this.#with({ nullable: false });
  }

  /** `PRIMARY KEY`, alone or together with the other columns that say so, in their order. Implies NOT NULL. */
  primaryKey(): ColumnBuilder<T, E, F, never, D | "key"> {
    return this.#with({ primaryKey: true, nullable: false });
  }

  /**
   * `DEFAULT`.
   *
   * @param value a value or an expression, which the server uses; or a function, which is called for each row that
   *   `insert()` and `upsert()` write without a value
   *
   * @example `c.uuid().default(func.genRandomUuid())`, `c.string().default(() => nanoid())`
   */
  default(value: E | Operand<unknown, unknown, F> | (() => E)): ColumnBuilder<T, E, F, N, D | "default"> {
    return this.#with({ default: this.#default(value, "default()") });
  }

  /**
   * The value that the column gets at every UPDATE that does not set it.
   *
   * @param value a value or an expression: `ON UPDATE`, by the server (since CockroachDB 21.2); or a function, which is
   *   called by `update()`
   */
  onUpdate(value: E | Operand<unknown, unknown, F> | (() => E)): ColumnBuilder<T, E, F, N, D> {
    return this.#with({ onUpdate: this.#default(value, "onUpdate()") });
  }

  /**
   * Lets the server compute the column from others.
   *
   * @param expression gets the columns of the table
   * @param options `stored`: computed when the row is written, not when it is read. Default: false
   *
   * @example `c.int().computed((t) => t.balance.times(2), { stored: true })`
   */
  computed(
    expression: (columns: UnfinishedColumns) => Operand,
    options: { readonly stored?: boolean } = {},
  ): ColumnBuilder<T, E, F, N, "generated"> {
    return this.#with({ computed: { expression, stored: options.stored === true } });
  }

  /**
   * `GENERATED ... AS IDENTITY`: numbers the rows by a sequence (since CockroachDB 21.2). Keys in sequence make all
   * inserts go to one range; `c.uuid()` or `c.rowid()` spread them.
   *
   * @param options `always`: the program cannot give a value. `start` and `increment` of the sequence
   */
  identity(
    options: { readonly always?: boolean; readonly start?: number | bigint; readonly increment?: number | bigint } = {},
  ): ColumnBuilder<T, E, F, never, D | "default"> {
    const { always = false, start, increment } = options;
    return this.#with({ identity: { always, start, increment }, nullable: false });
  }

  /**
   * `REFERENCES`: a foreign key of this one column.
   *
   * @param target returns the column that is referred to; it is called when all tables are defined
   *
   * @example `c.uuid().references(() => users.c.id, { onDelete: "CASCADE" })`
   */
  references(target: () => AnyColumn, options: ReferenceOptions = {}): ColumnBuilder<T, E, F, N, D> {
    const { name, onDelete, onUpdate } = options;
    return this.#with({ references: { target, name, onDelete, onUpdate } });
  }

  /** `UNIQUE`, under this name or one of the naming convention. */
  unique(name?: string): ColumnBuilder<T, E, F, N, D> {
    return this.#with({ unique: name ?? true });
  }

  /** An index on this column, under this name or one of the naming convention. */
  index(name?: string): ColumnBuilder<T, E, F, N, D> {
    return this.#with({ index: name ?? true });
  }

  /** The name in SQL. Without it, it is the key in snake_case. */
  named(name: string): ColumnBuilder<T, E, F, N, D> {
    if (typeof name !== "string" || name === "") {
      throw new ArgumentError(`named() expects a name, got ${describeValue(name)}`);
    }
    return this.#with({ name });
  }

  /** `COMMENT ON COLUMN` */
  comment(text: string): ColumnBuilder<T, E, F, N, D> {
    return this.#with({ comment: text });
  }

  /** `NOT VISIBLE`: `SELECT *` leaves it out. */
  hidden(): ColumnBuilder<T, E, F, N, D> {
    return this.#with({ hidden: true });
  }

  /** `FAMILY`: stores the column apart from those of other families. */
  family(name: string): ColumnBuilder<T, E, F, N, D> {
    return this.#with({ family: name });
  }

  #default(value: unknown, where: string): DefaultOption {
    const node = nodeOf(value);
    if (node !== undefined) return { kind: "server", node };
    if (typeof value === "function") return { kind: "client", make: value as () => unknown };
    return { kind: "server", node: parameterNode(value, this[optionsOf].type, undefined, where) };
  }

  #with<N2 extends null, D2 extends FilledBy>(change: Partial<ColumnOptions>): ColumnBuilder<T, E, F, N2, D2> {
    return new ColumnBuilder({ ...this[optionsOf], ...change });
  }
}

/** A definition that says nothing but the type. */
export type NewColumn<T, E, F extends Family> = ColumnBuilder<T, E, F, null, never>;

/** Starts a definition. */
export function column<T, E, F extends Family>(type: AnySqlType): NewColumn<T, E, F> {
  return new ColumnBuilder<T, E, F, null, never>(columnOptions(type));
}
