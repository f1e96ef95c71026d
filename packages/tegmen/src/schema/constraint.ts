import { ArgumentError, describeValue } from "../errors/index.ts";
import { conditionNode } from "../sql/expression.ts";
import type { ExpressionNode } from "../sql/nodes/expression-node.ts";
import type { Condition } from "../sql/operand.ts";
import type { ReferentialAction } from "./column-options.ts";
import { isColumn, type AnyColumn, type TableColumn } from "./column.ts";
import type { Index } from "./table-index.ts";

/** `PRIMARY KEY` of several columns, or with options. */
export class PrimaryKey {
  readonly kind = "primary-key";
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];
  /** The number of buckets for `USING HASH`; undefined without it, 0 for the server's default. */
  readonly hash: number | undefined;

  constructor(name: string | undefined, columns: readonly TableColumn[], hash?: number) {
    this.name = name;
    this.columns = columns;
    this.hash = hash;
  }

  /** Names the columns. */
  on(...columns: readonly AnyColumn[]): PrimaryKey {
    return new PrimaryKey(this.name, tableColumns(columns, "primaryKey().on()"), this.hash);
  }

  /** `USING HASH`: spreads rows whose keys grow, such as times, over several ranges. */
  usingHash(options: { readonly bucketCount?: number } = {}): PrimaryKey {
    return new PrimaryKey(this.name, this.columns, bucketCount(options));
  }
}

/** `UNIQUE` */
export class Unique {
  readonly kind = "unique";
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];

  constructor(name: string | undefined, columns: readonly TableColumn[]) {
    this.name = name;
    this.columns = columns;
  }

  /** Names the columns, which together are different in all rows. */
  on(...columns: readonly AnyColumn[]): Unique {
    return new Unique(this.name, tableColumns(columns, "unique().on()"));
  }
}

/** `CHECK` */
export class Check {
  readonly kind = "check";
  readonly name: string | undefined;
  readonly condition: ExpressionNode;

  constructor(name: string | undefined, condition: ExpressionNode) {
    this.name = name;
    this.condition = condition;
  }
}

/** What a foreign key says. */
interface ForeignKeyFields {
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly target: () => readonly AnyColumn[];
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
  readonly matchFull: boolean;
}

/** `FOREIGN KEY` */
export class ForeignKey implements ForeignKeyFields {
  readonly kind = "foreign-key";
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly target: () => readonly AnyColumn[];
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
  readonly matchFull: boolean;

  constructor(fields: ForeignKeyFields) {
    this.name = fields.name;
    this.columns = fields.columns;
    this.target = fields.target;
    this.onDelete = fields.onDelete;
    this.onUpdate = fields.onUpdate;
    this.matchFull = fields.matchFull;
  }

  /** Names the columns of this table. */
  on(...columns: readonly AnyColumn[]): ForeignKey {
    return this.#with({ columns: tableColumns(columns, "foreignKey().on()") });
  }

  /**
   * Names the columns that are referred to.
   *
   * @param target returns them; it is called when all tables are defined
   */
  references(
    target: () => AnyColumn | readonly AnyColumn[],
    options: {
      readonly onDelete?: ReferentialAction;
      readonly onUpdate?: ReferentialAction;
      /** `MATCH FULL`: either all columns are NULL or none. */
      readonly matchFull?: boolean;
    } = {},
  ): ForeignKey {
    return this.#with({
      target: () => {
        const columns = target();
        return isColumn(columns) ? [columns as unknown as AnyColumn] : (columns as readonly AnyColumn[]);
      },
      onDelete: options.onDelete,
      onUpdate: options.onUpdate,
      matchFull: options.matchFull === true,
    });
  }

  #with(change: Partial<ForeignKeyFields>): ForeignKey {
    const { name, columns, target, onDelete, onUpdate, matchFull } = this;
    return new ForeignKey({ name, columns, target, onDelete, onUpdate, matchFull, ...change });
  }
}

/** What the third argument of `table()` returns. */
export type TableItem = PrimaryKey | Unique | Check | ForeignKey | Index;

/**
 * A primary key of several columns, or one that is hash-sharded. SQLAlchemy: `PrimaryKeyConstraint`.
 *
 * @example `primaryKey().on(t.region, t.id)`
 */
export function primaryKey(name?: string): PrimaryKey {
  return new PrimaryKey(checkName(name, "primaryKey()"), []);
}

/**
 * A unique constraint. SQLAlchemy: `UniqueConstraint`.
 *
 * @example `unique().on(t.owner, t.region)`
 */
export function unique(name?: string): Unique {
  return new Unique(checkName(name, "unique()"), []);
}

/**
 * A condition that all rows have to meet. SQLAlchemy: `CheckConstraint`.
 *
 * @example `check("not_negative", t.balance.ge(0))`
 */
export function check(name: string, condition: Condition): Check;
export function check(condition: Condition): Check;
export function check(first: string | Condition, second?: Condition): Check {
  if (typeof first === "string") return new Check(checkName(first, "check()"), conditionNode(second, "check()"));
  return new Check(undefined, conditionNode(first, "check()"));
}

/**
 * A foreign key of several columns; for one column, `c.uuid().references(() => users.c.id)` is enough.
 * SQLAlchemy: `ForeignKeyConstraint`.
 *
 * @example `foreignKey().on(t.region, t.userId).references(() => [users.c.region, users.c.id])`
 */
export function foreignKey(name?: string): ForeignKey {
  return new ForeignKey({
    name: checkName(name, "foreignKey()"),
    columns: [],
    target: () => [],
    onDelete: undefined,
    onUpdate: undefined,
    matchFull: false,
  });
}

/** The name of a constraint or index, or undefined for one of the naming convention. */
export function checkName(name: unknown, where: string): string | undefined {
  if (name === undefined || (typeof name === "string" && name !== "")) return name;
  throw new ArgumentError(`${where} expects a name, got ${describeValue(name)}`);
}

/** The number of buckets of a hash-sharded index; 0 leaves it to the server. */
export function bucketCount(options: { readonly bucketCount?: number }): number {
  const { bucketCount: count = 0 } = options;
  if (Number.isInteger(count) && (count === 0 || (count >= 2 && count <= 2048))) return count;
  throw new ArgumentError(`bucketCount has to be an integer from 2 to 2048, got ${describeValue(count)}`);
}

/** Columns of a table, where expressions are not allowed. */
export function tableColumns(columns: readonly unknown[], where: string): readonly TableColumn[] {
  return columns.map((column) => {
    if (isColumn(column)) return column;
    throw new ArgumentError(`${where} expects columns of the table, got ${describeValue(column)}`);
  });
}
