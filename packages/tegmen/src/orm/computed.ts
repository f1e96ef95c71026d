import { ArgumentError, describeValue } from "../errors/index.ts";
import { optionsOf, type UnfinishedColumns } from "../schema/column-builder.ts";
import type { AnyColumnBuilder } from "../schema/table.ts";
import type { ColumnDefinition, inputType } from "../sql/definitions.ts";
import { SqlExpression } from "../sql/expression.ts";
import { nodeOf } from "../sql/nodes/node-of.ts";
import type { nullSources, Operand, typeFamily, valueType } from "../sql/operand.ts";
import type { AnySqlType } from "../types/index.ts";
import type { ColumnsByKey } from "./entity-source.ts";

/** What an attribute that is no column of the table is for the type checker: a column that only the server fills. */
export type ComputedDefinition<D extends ColumnDefinition> = ColumnDefinition<
  D[typeof valueType],
  D[typeof inputType],
  D[typeof typeFamily],
  D[typeof nullSources],
  "generated"
> &
  Computed;

/** Options of {@link columnProperty}. */
export interface ColumnPropertyOptions {
  /** Is not loaded unless `undefer()` asks for it. Default false. */
  readonly deferred?: boolean;
}

/** An attribute of a class that is no column of its table. */
export class Computed {
  readonly type: AnySqlType;
  readonly isLoaded: boolean;
  readonly isDeferred: boolean;
  /** What it is of an object; undefined: what was loaded. */
  readonly value: ((object: object) => unknown) | undefined;
  readonly #expression: (columns: UnfinishedColumns) => unknown;

  /** Made by {@link columnProperty} and {@link hybrid}. */
  constructor(
    type: AnyColumnBuilder,
    expression: (columns: UnfinishedColumns) => unknown,
    value: ((object: object) => unknown) | undefined,
    deferred: boolean,
  ) {
    this.type = type[optionsOf].type;
    this.isLoaded = value === undefined;
    this.isDeferred = deferred;
    this.value = value;
    this.#expression = expression;
  }

  /** What it is in a statement. */
  of(columns: ColumnsByKey, key: string): SqlExpression {
    const made = this.#expression(columns);
    const node = nodeOf(made);
    if (node === undefined) {
      throw new ArgumentError(
        `attribute "${key}" expects a function that returns an expression, got ${describeValue(made)}`,
      );
    }
    const operand = node.kind === "label" ? node.operand : node;
    return this.isLoaded
      ? new SqlExpression({ kind: "label", label: key, operand }, this.type, key)
      : new SqlExpression(operand, this.type, key);
  }
}

/**
 * An attribute that the server computes of others, and that is loaded with the object. It cannot be set.
 *
 * @param type what it is, as for a column
 * @param expression the expression, of the columns of the class
 *
 * @example
 * ```ts
 * class User extends entity("users", {
 *   first: c.string().notNull(),
 *   last: c.string().notNull(),
 *   fullName: columnProperty(c.string().notNull(), (t) => t.first.concat(" ").concat(t.last)),
 * }) {}
 * select(User).where(User.fullName.eq("Ann Lee"));
 * ```
 *
 * SQLAlchemy: `column_property()`.
 */
export function columnProperty<D extends AnyColumnBuilder>(
  type: D,
  expression: (columns: UnfinishedColumns) => Operand,
  options: ColumnPropertyOptions = {},
): ComputedDefinition<D> {
  return new Computed(type, expression, undefined, options.deferred ?? false) as unknown as ComputedDefinition<D>;
}

/**
 * An attribute that is computed by the program for an object, and by the server in a statement. Where the class's own
 * type is wanted, a getter and a static getter of the same name do the same.
 *
 * @param type what it is, as for a column
 * @param value what it is of an object
 * @param expression what it is in a statement
 *
 * @example
 * ```ts
 * class Account extends entity("accounts", {
 *   balance: c.int().notNull(),
 *   overdrawn: hybrid(c.bool().notNull(), (account) => account.balance < 0, (t) => t.balance.lt(0)),
 * }) {}
 * ```
 *
 * SQLAlchemy: `hybrid_property`.
 */
export function hybrid<D extends AnyColumnBuilder>(
  type: D,
  value: (object: UnfinishedColumns) => D[typeof valueType] | D[typeof nullSources],
  expression: (columns: UnfinishedColumns) => Operand,
): ComputedDefinition<D> {
  return new Computed(type, expression, value, false) as unknown as ComputedDefinition<D>;
}

/** The columns of a source, with what is computed of them; what is not loaded with them is not enumerable. */
export function withComputed(columns: ColumnsByKey, computed: ReadonlyMap<string, Computed>): ColumnsByKey {
  if (computed.size === 0) return columns;
  const all: Record<string, SqlExpression> = { ...columns };
  for (const [key, one] of computed) {
    let made: SqlExpression | undefined;
    // Made when it is needed: it may lead to classes that are defined later.
    Object.defineProperty(all, key, {
      configurable: true,
      enumerable: one.isLoaded,
      get: () => (made ??= one.of(columns, key)),
    });
  }
  return all;
}
