import type { Int, Numeric, Text } from "./function-arguments.ts";
import type { FunctionResult } from "./function-call.ts";
import type { Family, NumericInput, Operand } from "./operand.ts";

/** Functions that choose among their arguments. */
export interface ConditionalFunctions {
  /** The first argument that is not NULL. NULL only if the last one can be, so a plain value at the end clears it. */
  coalesce<T, F extends Family>(
    first: Operand<T, unknown, F>,
    ...rest: readonly [...Operand<unknown, unknown, F>[], NoInfer<T>]
  ): FunctionResult<T, never, "coalesce", F>;
  coalesce<T, F extends Family, S>(
    first: Operand<T, unknown, F>,
    ...rest: readonly [...Operand<unknown, unknown, F>[], Operand<NoInfer<T>, S, F>]
  ): FunctionResult<T, S, "coalesce", F>;
  /** NULL if both are equal, else the first. */
  nullif<T, S, F extends Family>(
    first: Operand<T, S, F>,
    second: NoInfer<T> | Operand<unknown, unknown, F>,
  ): FunctionResult<T, S | null, "nullif", F>;
  /** The greatest that is not NULL. */
  greatest<T, S, F extends Family>(
    first: Operand<T, S, F>,
    ...rest: readonly (NoInfer<T> | Operand<unknown, unknown, F>)[]
  ): FunctionResult<T, S, "greatest", F>;
  /** The least that is not NULL. */
  least<T, S, F extends Family>(
    first: Operand<T, S, F>,
    ...rest: readonly (NoInfer<T> | Operand<unknown, unknown, F>)[]
  ): FunctionResult<T, S, "least", F>;
}

/** Functions of numbers. */
export interface NumericFunctions {
  abs<T, S, F extends Numeric>(value: Operand<T, S, F>): FunctionResult<T, S, "abs", F>;
  ceil<T, S, F extends Numeric>(value: Operand<T, S, F>): FunctionResult<T, S, "ceil", F>;
  floor<T, S, F extends Numeric>(value: Operand<T, S, F>): FunctionResult<T, S, "floor", F>;
  round<T, S, F extends Numeric>(value: Operand<T, S, F>, digits?: Int): FunctionResult<T, S, "round", F>;
  trunc<T, S, F extends Numeric>(value: Operand<T, S, F>, digits?: Int): FunctionResult<T, S, "trunc", F>;
  sign<T, S, F extends Numeric>(value: Operand<T, S, F>): FunctionResult<T, S, "sign", F>;
  mod<T, S, F extends Numeric>(
    value: Operand<T, S, F>,
    divisor: NumericInput<NoInfer<T>> | Operand<unknown, unknown, F>,
  ): FunctionResult<T, S, "mod", F>;
  power<T, S, F extends Numeric>(
    value: Operand<T, S, F>,
    exponent: NumericInput<NoInfer<T>> | Operand<unknown, unknown, F>,
  ): FunctionResult<T, S, "power", F>;
  sqrt<T, S, F extends Numeric>(value: Operand<T, S, F>): FunctionResult<T, S, "sqrt", F>;
  random(): FunctionResult<number, never, "random", "float">;
}

/** The units of `timestampdiff`. */
export type TimestampdiffUnit = "microsecond" | "millisecond" | "second" | "minute" | "hour" | "day" | "week";

/** Functions of times. */
export interface TimeFunctions {
  /** When the transaction began. */
  now(): FunctionResult<Date, never, "now", "timestamp">;
  currentTimestamp(): FunctionResult<Date, never, "currentTimestamp", "timestamp">;
  transactionTimestamp(): FunctionResult<Date, never, "transactionTimestamp", "timestamp">;
  statementTimestamp(): FunctionResult<Date, never, "statementTimestamp", "timestamp">;
  clockTimestamp(): FunctionResult<Date, never, "clockTimestamp", "timestamp">;
  currentDate(): FunctionResult<string, never, "currentDate", "date">;
  /** For `asOfSystemTime()`: a time that the nearest replica can answer for. */
  followerReadTimestamp(): FunctionResult<Date, never, "followerReadTimestamp", "timestamp">;
  /** For `asOfSystemTime()`: as fresh as the nearest replica can, but not older than the interval. */
  withMaxStaleness(
    interval: string | Operand<unknown, unknown, "interval">,
  ): FunctionResult<Date, never, "withMaxStaleness", "timestamp">;
  /** For `asOfSystemTime()`: as fresh as the nearest replica can, but not older than the time. */
  withMinTimestamp(
    time: Date | Operand<unknown, unknown, "timestamp">,
  ): FunctionResult<Date, never, "withMinTimestamp", "timestamp">;
  /** The beginning of the hour, day, month... that a time is in. */
  dateTrunc<T, S, F extends "timestamp" | "interval">(
    unit: Text,
    time: Operand<T, S, F>,
  ): FunctionResult<T, S, "dateTrunc", F>;
  age(
    end: Date | Operand<unknown, unknown, "timestamp">,
    start?: Date | Operand<unknown, unknown, "timestamp">,
  ): FunctionResult<string, null, "age", "interval">;
  /** A field of a time, such as `"year"`, `"dow"` or `"epoch"`. */
  extract<S>(
    field: string,
    time: Operand<unknown, S, "timestamp" | "date" | "interval" | "time">,
  ): FunctionResult<number, S, "extract", "float">;
  /**
   * How many whole units lie between two times, without the rest; negative if the end is before the start. A DECIMAL,
   * read as a string. Months and years have no fixed length: use `age()` and `extract()`.
   */
  timestampdiff<S, S2>(
    unit: TimestampdiffUnit | Uppercase<TimestampdiffUnit>,
    start: Operand<unknown, S, "timestamp">,
    end: Operand<unknown, S2, "timestamp">,
  ): FunctionResult<string, S | S2, "timestampdiff", "numeric">;
}

/** Functions that make keys. */
export interface KeyFunctions {
  genRandomUuid(): FunctionResult<string, never, "genRandomUuid", "other">;
  /** Keys made by each node for itself, about in the order of time; far above 2^53. */
  uniqueRowid(): FunctionResult<bigint, never, "uniqueRowid", "numeric">;
  unorderedUniqueRowid(): FunctionResult<bigint, never, "unorderedUniqueRowid", "numeric">;
  /** The next number of a sequence. */
  nextval(sequence: Text): FunctionResult<bigint, never, "nextval", "numeric">;
}
