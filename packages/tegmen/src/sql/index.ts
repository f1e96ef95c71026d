export { caseWhen, type Case, type CaseBranches, type CaseValue } from "./case.ts";
export { compile, type CompiledSql, type CompileOptions } from "./compile.ts";
export { Compound } from "./compound.ts";
export { and, exists, not, or } from "./conditions.ts";
export { Cte, type CteOptions } from "./cte.ts";
export { customExpression, type CustomExpressionOptions } from "./custom.ts";
export type {
  ColumnDefinition,
  Definitions,
  InsertValues,
  TableInsert,
  TableRow,
  Target,
  UpdateValues,
} from "./definitions.ts";
export { Delete, deleteFrom } from "./delete.ts";
export type {
  CompileContext,
  CompiledStatement,
  Executable,
  NamedParameters,
  ResultColumn,
  ServerVersion,
  StatementShape,
} from "./executable.ts";
export { compileStatement } from "./executable.ts";
export type {
  AnyExpression,
  ArrayExpression,
  BoolExpression,
  ComparisonOperator,
  DateExpression,
  EnumExpression,
  Expression,
  Families,
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
} from "./expressions.ts";
export type { FromItem } from "./from-item.ts";
export { func } from "./func.ts";
export { FunctionTable } from "./function-table-source.ts";
export type { Frame, FunctionCall, FunctionResult, WindowOptions } from "./function-call.ts";
export type { AnyFunctionResult } from "./function-arguments.ts";
export type { Functions, KnownFunctions } from "./functions.ts";
export type { TimestampdiffUnit } from "./scalar-functions.ts";
export type { HintFlag, IndexHint } from "./hint.ts";
export { Insert, insert, upsert, type ConflictUpdate } from "./insert.ts";
export type { JoinOptions } from "./join.ts";
export { cast, literal, typeCoerce } from "./literal.ts";
export type { LoaderOption } from "./loader-option.ts";
export type { LockOptions } from "./lock.ts";
export { expressionNode, type HasNode } from "./nodes/node-of.ts";
export type { SqlWriter } from "./nodes/writer.ts";
export type { Condition, Family, Operand, SelectItem } from "./operand.ts";
export { Ordering, type OrderBy } from "./ordering.ts";
export type { Query } from "./query.ts";
export type { EntityFields, RowOf } from "./row.ts";
export { Select, select } from "./select.ts";
export { Subquery } from "./subquery.ts";
export { Tuple, tuple, type TupleValues } from "./tuple.ts";
export type { TypeReference } from "./type-reference.ts";
export { Update, update } from "./update.ts";
export { Values, values, type ValuesCell } from "./values.ts";
export { withCte, type WithStatements } from "./with-cte.ts";
