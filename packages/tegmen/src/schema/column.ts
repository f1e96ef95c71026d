import type {
  ArrayExpression,
  BoolExpression,
  DateExpression,
  EnumExpression,
  FloatExpression,
  IntervalExpression,
  JsonExpression,
  NumericExpression,
  OtherExpression,
  TextExpression,
  TimeExpression,
  TimestampExpression,
  TsvectorExpression,
  VectorExpression,
} from "../sql/expressions.ts";
import { SqlExpression } from "../sql/expression.ts";
import type { TargetColumn } from "../sql/definitions.ts";
import type { ColumnNode } from "../sql/nodes/expression-node.ts";
import type { HasNode } from "../sql/nodes/node-of.ts";
import type { SourceNode } from "../sql/nodes/source-node.ts";
import type { SelectItem } from "../sql/operand.ts";
import { columnNode } from "../sql/items.ts";
import type { AnySqlType } from "../types/index.ts";
import type { ColumnOptions } from "./column-options.ts";

/** What a column of a table knows about itself. */
export interface ColumnInfo<out K extends string = string> {
  /** The name in TypeScript, and the key in rows. */
  readonly key: K;
  /** The name in SQL. */
  readonly name: string;
  /** The type. */
  readonly type: AnySqlType;
  /** Everything that its definition says. */
  readonly options: ColumnOptions;
  /** The table it belongs to; for an alias, that table, too. */
  readonly table: TableRef;
}

/** The table of a column. */
export interface TableRef {
  readonly name: string;
  readonly schema: string | undefined;
}

/** Any column of any table: what `references()` takes. */
export interface AnyColumn extends SelectItem, ColumnInfo {}

/** Which interface the columns of a family have. */
export interface ColumnFamilies<T, S, K extends string> {
  array: ArrayColumn<T, S, K>;
  bool: BoolColumn<S, K>;
  date: DateColumn<T, S, K>;
  enum: EnumColumn<T, S, K>;
  float: FloatColumn<T, S, K>;
  interval: IntervalColumn<T, S, K>;
  json: JsonColumn<T, S, K>;
  numeric: NumericColumn<T, S, K>;
  other: OtherColumn<T, S, K>;
  text: TextColumn<T, S, K>;
  time: TimeColumn<T, S, K>;
  timestamp: TimestampColumn<T, S, K>;
  tsvector: TsvectorColumn<T, S, K>;
  vector: VectorColumn<T, S, K>;
}

/** A column of an array type. */
export interface ArrayColumn<T, S, K extends string> extends ArrayExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type BOOL. */
export interface BoolColumn<S, K extends string> extends BoolExpression<S, K>, ColumnInfo<K> {}
/** A column of type DATE. */
export interface DateColumn<T, S, K extends string> extends DateExpression<T, S, K>, ColumnInfo<K> {}
/** A column of an enum type. */
export interface EnumColumn<T, S, K extends string> extends EnumExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type FLOAT4 or FLOAT8. */
export interface FloatColumn<T, S, K extends string> extends FloatExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type INTERVAL. */
export interface IntervalColumn<T, S, K extends string> extends IntervalExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type JSONB. */
export interface JsonColumn<T, S, K extends string> extends JsonExpression<T, S, K>, ColumnInfo<K> {}
/** A column of an integer type or of type DECIMAL. */
export interface NumericColumn<T, S, K extends string> extends NumericExpression<T, S, K>, ColumnInfo<K> {}
/** A column of a type without operators of its own. */
export interface OtherColumn<T, S, K extends string> extends OtherExpression<T, S, K>, ColumnInfo<K> {}
/** A column of a type of text. */
export interface TextColumn<T, S, K extends string> extends TextExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type TIME or TIMETZ. */
export interface TimeColumn<T, S, K extends string> extends TimeExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type TIMESTAMP or TIMESTAMPTZ. */
export interface TimestampColumn<T, S, K extends string> extends TimestampExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type TSVECTOR. */
export interface TsvectorColumn<T, S, K extends string> extends TsvectorExpression<T, S, K>, ColumnInfo<K> {}
/** A column of type VECTOR. */
export interface VectorColumn<T, S, K extends string> extends VectorExpression<T, S, K>, ColumnInfo<K> {}

/** The one class behind all columns of tables and aliases. */
export class TableColumn extends SqlExpression implements ColumnInfo, TargetColumn {
  declare readonly type: AnySqlType;
  readonly node: ColumnNode;
  readonly name: string;
  readonly options: ColumnOptions;
  readonly table: TableRef;

  /** Made by `table()` and `alias()`. */
  constructor(source: SourceNode, table: TableRef, key: string, name: string, options: ColumnOptions) {
    const node = columnNode(source, name);
    super(node, options.type, key);
    this.node = node;
    this.name = name;
    this.options = options;
    this.table = table;
  }

  get isGenerated(): boolean {
    return this.options.computed !== undefined || this.options.identity?.always === true;
  }

  get clientDefault(): (() => unknown) | undefined {
    return this.options.default?.kind === "client" ? this.options.default.make : undefined;
  }

  get clientOnUpdate(): (() => unknown) | undefined {
    return this.options.onUpdate?.kind === "client" ? this.options.onUpdate.make : undefined;
  }
}

/** Whether a value is a column of a table. */
export function isColumn(value: unknown): value is TableColumn & HasNode {
  return value instanceof TableColumn;
}
