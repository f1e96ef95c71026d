import type { AnyExpression } from "./expressions.ts";
import type { FunctionCall, FunctionResult } from "./function-call.ts";
import type { Condition, Family, FamilyOfValue, NumericInput, Operand } from "./operand.ts";

type Text<S = unknown> = string | Operand<unknown, S, "text">;
type Int<S = unknown> = number | Operand<unknown, S, "numeric">;
type Numeric = "numeric" | "float";

/** A call of a function that tegmen does not know. */
export type AnyFunctionResult<K extends string> = AnyExpression<null, K> & FunctionCall<unknown, null, K, "other">;

/** Aggregates: one value for many rows, NULL for none (but `count`, which is 0). */
export interface AggregateFunctions {
  /** The number of rows, or of those in which the expression is not NULL. */
  count(expression?: Operand): FunctionResult<number, never, "count", "numeric">;
  /** The sum; a DECIMAL on the server, read like the values that are added. */
  sum<T, F extends Numeric | "interval">(expression: Operand<T, unknown, F>): FunctionResult<T, null, "sum", F>;
  /** The mean: a DECIMAL (a string) of INT and DECIMAL, a number of FLOAT. */
  avg<F extends Numeric>(
    expression: Operand<unknown, unknown, F>,
  ): FunctionResult<F extends "float" ? number : string, null, "avg", F>;
  min<T, F extends Family>(expression: Operand<T, unknown, F>): FunctionResult<T, null, "min", F>;
  max<T, F extends Family>(expression: Operand<T, unknown, F>): FunctionResult<T, null, "max", F>;
  boolAnd(expression: Condition): FunctionResult<boolean, null, "boolAnd", "bool">;
  boolOr(expression: Condition): FunctionResult<boolean, null, "boolOr", "bool">;
  /** All values, also NULL, as an array. */
  arrayAgg<T, S>(expression: Operand<T, S>): FunctionResult<(T | Extract<S, null>)[], null, "arrayAgg", "array">;
  stringAgg(
    expression: Operand<unknown, unknown, "text">,
    separator: Text,
  ): FunctionResult<string, null, "stringAgg", "text">;
  jsonbAgg<T>(expression: Operand<T>): FunctionResult<T[], null, "jsonbAgg", "json">;
  jsonbObjectAgg(key: Operand, value: Operand): FunctionResult<Record<string, unknown>, null, "jsonbObjectAgg", "json">;
  stddev<F extends Numeric>(
    expression: Operand<unknown, unknown, F>,
  ): FunctionResult<F extends "float" ? number : string, null, "stddev", F>;
  variance<F extends Numeric>(
    expression: Operand<unknown, unknown, F>,
  ): FunctionResult<F extends "float" ? number : string, null, "variance", F>;
  /** With `.withinGroup(t.x)`: the value at a fraction of the ordered rows, interpolated. */
  percentileCont(
    fraction: number | Operand<unknown, unknown, "float">,
  ): FunctionResult<number, null, "percentileCont", "float">;
  /** With `.withinGroup(t.x)`: the first value at or after a fraction of the ordered rows. */
  percentileDisc(fraction: number | Operand<unknown, unknown, "float">): AnyFunctionResult<"percentileDisc">;
  /** With `.withinGroup(t.x)`: the commonest value. */
  mode(): AnyFunctionResult<"mode">;
}

/** Window functions: with `.over()`. */
export interface WindowFunctions {
  rowNumber(): FunctionResult<number, never, "rowNumber", "numeric">;
  rank(): FunctionResult<number, never, "rank", "numeric">;
  denseRank(): FunctionResult<number, never, "denseRank", "numeric">;
  percentRank(): FunctionResult<number, never, "percentRank", "float">;
  cumeDist(): FunctionResult<number, never, "cumeDist", "float">;
  ntile(buckets: Int): FunctionResult<number, never, "ntile", "numeric">;
  lag<T, F extends Family>(
    expression: Operand<T, unknown, F>,
    offset?: Int,
    otherwise?: T,
  ): FunctionResult<T, null, "lag", F>;
  lead<T, F extends Family>(
    expression: Operand<T, unknown, F>,
    offset?: Int,
    otherwise?: T,
  ): FunctionResult<T, null, "lead", F>;
  firstValue<T, S, F extends Family>(expression: Operand<T, S, F>): FunctionResult<T, S, "firstValue", F>;
  lastValue<T, S, F extends Family>(expression: Operand<T, S, F>): FunctionResult<T, S, "lastValue", F>;
  nthValue<T, F extends Family>(
    expression: Operand<T, unknown, F>,
    position: Int,
  ): FunctionResult<T, null, "nthValue", F>;
}

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

/** Functions of text. */
export interface TextFunctions {
  lower<S = never>(text: Text<S>): FunctionResult<string, S, "lower", "text">;
  upper<S = never>(text: Text<S>): FunctionResult<string, S, "upper", "text">;
  initcap<S = never>(text: Text<S>): FunctionResult<string, S, "initcap", "text">;
  /** The number of characters. */
  length<S = never>(text: Text<S>): FunctionResult<number, S, "length", "numeric">;
  octetLength<S = never>(text: Text<S>): FunctionResult<number, S, "octetLength", "numeric">;
  trim<S = never>(text: Text<S>): FunctionResult<string, S, "trim", "text">;
  btrim<S = never>(text: Text<S>, characters?: Text): FunctionResult<string, S, "btrim", "text">;
  ltrim<S = never>(text: Text<S>, characters?: Text): FunctionResult<string, S, "ltrim", "text">;
  rtrim<S = never>(text: Text<S>, characters?: Text): FunctionResult<string, S, "rtrim", "text">;
  lpad<S = never>(text: Text<S>, length: Int, fill?: Text): FunctionResult<string, S, "lpad", "text">;
  rpad<S = never>(text: Text<S>, length: Int, fill?: Text): FunctionResult<string, S, "rpad", "text">;
  left<S = never>(text: Text<S>, length: Int): FunctionResult<string, S, "left", "text">;
  right<S = never>(text: Text<S>, length: Int): FunctionResult<string, S, "right", "text">;
  substr<S = never>(text: Text<S>, start: Int, length?: Int): FunctionResult<string, S, "substr", "text">;
  substring<S = never>(text: Text<S>, start: Int, length?: Int): FunctionResult<string, S, "substring", "text">;
  replace<S = never>(text: Text<S>, find: Text, replacement: Text): FunctionResult<string, S, "replace", "text">;
  repeat<S = never>(text: Text<S>, count: Int): FunctionResult<string, S, "repeat", "text">;
  reverse<S = never>(text: Text<S>): FunctionResult<string, S, "reverse", "text">;
  strpos<S = never>(text: Text<S>, find: Text): FunctionResult<number, S, "strpos", "numeric">;
  splitPart<S = never>(text: Text<S>, separator: Text, index: Int): FunctionResult<string, S, "splitPart", "text">;
  concat(...parts: readonly Text[]): FunctionResult<string, never, "concat", "text">;
  concatWs<S = never>(separator: Text<S>, ...parts: readonly Text[]): FunctionResult<string, S, "concatWs", "text">;
  md5<S = never>(text: Text<S>): FunctionResult<string, S, "md5", "text">;
  sha256<S = never>(text: Text<S>): FunctionResult<string, S, "sha256", "text">;
  regexpReplace<S = never>(
    text: Text<S>,
    pattern: Text,
    replacement: Text,
    flags?: Text,
  ): FunctionResult<string, S, "regexpReplace", "text">;
  /** How alike two texts are, by their trigrams: 0 to 1. */
  similarity<S = never>(first: Text<S>, second: Text): FunctionResult<number, S, "similarity", "float">;
  toTsvector(config: Text, text?: Text): FunctionResult<string, null, "toTsvector", "tsvector">;
  toTsquery(config: Text, query?: Text): FunctionResult<string, null, "toTsquery", "other">;
  plaintoTsquery(config: Text, query?: Text): FunctionResult<string, null, "plaintoTsquery", "other">;
  phrasetoTsquery(config: Text, query?: Text): FunctionResult<string, null, "phrasetoTsquery", "other">;
  tsRank<S>(
    vector: Operand<unknown, S, "tsvector">,
    query: Operand,
  ): FunctionResult<number, S | null, "tsRank", "float">;
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

/** Functions of JSONB and arrays. */
export interface DocumentFunctions {
  toJsonb<T, S>(value: Operand<T, S>): FunctionResult<T, S, "toJsonb", "json">;
  /** An object of keys and values in turn. */
  jsonbBuildObject<T = Record<string, unknown>>(
    ...keysAndValues: readonly unknown[]
  ): FunctionResult<T, never, "jsonbBuildObject", "json">;
  jsonbBuildArray<T = unknown[]>(...values: readonly unknown[]): FunctionResult<T, never, "jsonbBuildArray", "json">;
  jsonbArrayLength<S = never>(
    value: Operand<unknown, S, "json">,
  ): FunctionResult<number, S, "jsonbArrayLength", "numeric">;
  jsonbTypeof<S = never>(value: Operand<unknown, S, "json">): FunctionResult<string, S, "jsonbTypeof", "text">;
  jsonbStripNulls<T, S>(value: Operand<T, S, "json">): FunctionResult<T, S, "jsonbStripNulls", "json">;
  jsonbPretty<S>(value: Operand<unknown, S, "json">): FunctionResult<string, S, "jsonbPretty", "text">;
  arrayLength(
    value: Operand<unknown, unknown, "array">,
    dimension: Int,
  ): FunctionResult<number, null, "arrayLength", "numeric">;
  cardinality<S>(value: Operand<unknown, S, "array">): FunctionResult<number, S, "cardinality", "numeric">;
  arrayAppend<T, S>(array: Operand<T, S, "array">, element: unknown): FunctionResult<T, S, "arrayAppend", "array">;
  arrayRemove<T, S>(array: Operand<T, S, "array">, element: unknown): FunctionResult<T, S, "arrayRemove", "array">;
  arrayPosition(
    array: Operand<unknown, unknown, "array">,
    element: unknown,
  ): FunctionResult<number, null, "arrayPosition", "numeric">;
  arrayToString<S>(
    array: Operand<unknown, S, "array">,
    separator: Text,
  ): FunctionResult<string, S, "arrayToString", "text">;
  stringToArray<S = never>(
    text: Text<S>,
    separator: Text,
  ): FunctionResult<(string | null)[], S, "stringToArray", "array">;
  generateSeries(start: Int, end: Int, step?: Int): FunctionResult<number, never, "generateSeries", "numeric">;
  unnest<T>(
    array: Operand<readonly T[], unknown, "array">,
  ): FunctionResult<NonNullable<T>, null, "unnest", FamilyOfValue<NonNullable<T>>>;
  jsonbArrayElements(
    value: Operand<unknown, unknown, "json">,
  ): FunctionResult<unknown, null, "jsonbArrayElements", "json">;
  jsonbArrayElementsText(
    value: Operand<unknown, unknown, "json">,
  ): FunctionResult<string, null, "jsonbArrayElementsText", "text">;
  jsonbObjectKeys(value: Operand<unknown, unknown, "json">): FunctionResult<string, never, "jsonbObjectKeys", "text">;
  regexpSplitToTable(text: Text, pattern: Text): FunctionResult<string, never, "regexpSplitToTable", "text">;
}

/** Functions about the server. */
export interface ServerFunctions {
  version(): FunctionResult<string, never, "version", "text">;
  currentDatabase(): FunctionResult<string, never, "currentDatabase", "text">;
  currentSchema(): FunctionResult<string, null, "currentSchema", "text">;
  currentUser(): FunctionResult<string, never, "currentUser", "text">;
}

/** The functions that tegmen knows. */
export interface KnownFunctions
  extends
    AggregateFunctions,
    ConditionalFunctions,
    DocumentFunctions,
    KeyFunctions,
    NumericFunctions,
    ServerFunctions,
    TextFunctions,
    TimeFunctions,
    WindowFunctions {}

/** More functions of CockroachDB: they take and return anything. */
export type OtherFunctionName =
  | "abbrev"
  | "acos"
  | "acosd"
  | "arrayCat"
  | "arrayLower"
  | "arrayPositions"
  | "arrayPrepend"
  | "arrayReplace"
  | "arrayToJson"
  | "arrayUpper"
  | "ascii"
  | "asin"
  | "asind"
  | "atan"
  | "atan2"
  | "bitAnd"
  | "bitLength"
  | "bitOr"
  | "boolXor"
  | "broadcast"
  | "cbrt"
  | "charLength"
  | "characterLength"
  | "chr"
  | "clusterLogicalTimestamp"
  | "colDescription"
  | "compress"
  | "concatAgg"
  | "corr"
  | "cos"
  | "cosd"
  | "cosineDistance"
  | "cot"
  | "covarPop"
  | "covarSamp"
  | "crc32c"
  | "crc32ieee"
  | "currentSchemas"
  | "currentSetting"
  | "currentTime"
  | "currval"
  | "datePart"
  | "decode"
  | "decompress"
  | "defaultToDatabasePrimaryRegion"
  | "degrees"
  | "difference"
  | "digest"
  | "div"
  | "encode"
  | "everyAgg"
  | "exp"
  | "experimentalStrftime"
  | "family"
  | "fnv32"
  | "fnv64"
  | "format"
  | "formatType"
  | "gatewayRegion"
  | "genRandomUlid"
  | "getBit"
  | "getByte"
  | "hmac"
  | "homeRegion"
  | "host"
  | "hostmask"
  | "inetSameFamily"
  | "innerProduct"
  | "isnan"
  | "jsonAgg"
  | "jsonBuildArray"
  | "jsonBuildObject"
  | "jsonExtractPath"
  | "jsonObjectAgg"
  | "jsonbEach"
  | "jsonbEachText"
  | "jsonbExistsAny"
  | "jsonbExtractPath"
  | "jsonbExtractPathText"
  | "jsonbInsert"
  | "jsonbObject"
  | "jsonbPopulateRecord"
  | "jsonbSet"
  | "jsonbToRecordset"
  | "l1Distance"
  | "l2Distance"
  | "lastval"
  | "lca"
  | "levenshtein"
  | "ln"
  | "localtime"
  | "localtimestamp"
  | "log"
  | "log10"
  | "log2"
  | "ltree2text"
  | "makeDate"
  | "makeTimestamp"
  | "masklen"
  | "netmask"
  | "nlevel"
  | "objDescription"
  | "overlay"
  | "parseDate"
  | "parseInterval"
  | "parseTime"
  | "parseTimestamp"
  | "pgGetSerialSequence"
  | "pgSleep"
  | "pgTypeof"
  | "pi"
  | "position"
  | "quoteIdent"
  | "quoteLiteral"
  | "quoteNullable"
  | "radians"
  | "regexpExtract"
  | "regexpSplitToArray"
  | "regrIntercept"
  | "regrR2"
  | "regrSlope"
  | "rehomeRow"
  | "rowToJson"
  | "setBit"
  | "setByte"
  | "setConfig"
  | "setMasklen"
  | "setval"
  | "sha1"
  | "sha224"
  | "sha384"
  | "sha512"
  | "similarTo"
  | "sin"
  | "sind"
  | "sinh"
  | "soundex"
  | "sqrdiff"
  | "stArea"
  | "stAsewkt"
  | "stAsgeojson"
  | "stAstext"
  | "stBuffer"
  | "stCentroid"
  | "stContains"
  | "stCovers"
  | "stDistance"
  | "stDwithin"
  | "stGeogfromtext"
  | "stGeomfromtext"
  | "stIntersects"
  | "stLength"
  | "stMakepoint"
  | "stSetsrid"
  | "stTransform"
  | "stWithin"
  | "stX"
  | "stY"
  | "startsWith"
  | "stddevPop"
  | "stddevSamp"
  | "strftime"
  | "subpath"
  | "sumInt"
  | "tan"
  | "tand"
  | "tanh"
  | "text2ltree"
  | "textInetSame"
  | "timeofday"
  | "timezone"
  | "toChar"
  | "toCharWithStyle"
  | "toEnglish"
  | "toHex"
  | "toTimestamp"
  | "translate"
  | "tsHeadline"
  | "tsRankCd"
  | "ulidToUuid"
  | "unaccent"
  | "uuidGenerateV1"
  | "uuidGenerateV4"
  | "uuidGenerateV5"
  | "uuidToUlid"
  | "uuidV4"
  | "uuidV7"
  | "varPop"
  | "varSamp"
  | "vectorDims"
  | "vectorNorm"
  | "websearchToTsquery"
  | "widthBucket"
  | "xorAgg";

/** More functions of CockroachDB, by their names. */
export type OtherFunctions = {
  readonly [K in OtherFunctionName]: (...args: readonly unknown[]) => AnyFunctionResult<K>;
};

/** Calls any function: by its name, or as a method. */
export interface Functions extends KnownFunctions, OtherFunctions {
  /**
   * Any function, by its name in SQL: with a schema (`"crdb_internal.node_id"`), or one of your own.
   *
   * @example `func("my_function", t.balance)`
   */
  (name: string, ...args: readonly unknown[]): AnyFunctionResult<string>;
}
