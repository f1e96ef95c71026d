export { c, type ColumnTypes } from "./c.ts";
export { ColumnBuilder, type NewColumn, type ReferenceOptions, type UnfinishedColumns } from "./column-builder.ts";
export type { ColumnOptions, ReferentialAction } from "./column-options.ts";
export type {
  AnyColumn,
  ArrayColumn,
  BoolColumn,
  ColumnInfo,
  DateColumn,
  EnumColumn,
  FloatColumn,
  IntervalColumn,
  JsonColumn,
  NumericColumn,
  OtherColumn,
  TextColumn,
  TimeColumn,
  TimestampColumn,
  TsvectorColumn,
  VectorColumn,
} from "./column.ts";
export { customType } from "./custom-type.ts";
export { check, foreignKey, primaryKey, unique, type TableItem } from "./constraint.ts";
export {
  addForeignKey,
  commentOnColumn,
  commentOnTable,
  createEnum,
  createIndex,
  createSchema,
  createSequence,
  createTable,
  createView,
  DdlStatement,
  dropConstraint,
  dropEnum,
  dropIndex,
  dropSchema,
  dropSequence,
  dropTable,
  dropView,
  type CreateOptions,
  type DropOptions,
  type EnumReference,
} from "./ddl.ts";
export { MetaData, type MetaDataOptions, type SchemaExecutor, type SchemaOptions } from "./metadata.ts";
export type { NamingConvention } from "./naming.ts";
export { Sequence, sequence, type SequenceOptions } from "./sequence.ts";
export { Alias, Table, table, type AnyTable } from "./table.ts";
export { Index, index } from "./table-index.ts";
export type { Locality, TableOptions, TtlOptions } from "./table-options.ts";
export type { Columns } from "./table-types.ts";
export { View, view, type AnyView, type ViewOptions } from "./view.ts";
