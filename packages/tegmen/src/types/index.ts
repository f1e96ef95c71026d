export type { ArrayOptions, ArrayType } from "./array.ts";
export { array, isArrayType } from "./array.ts";
export { arrayDecoder, arrayText } from "./array-text.ts";
export { bool } from "./bool.ts";
export { bytes } from "./bytes.ts";
export { copyText } from "./copy-text.ts";
export type { CustomTypeOptions } from "./custom.ts";
export { customType } from "./custom.ts";
export type { DateOptions, DateTimeAs, DateValue, IntervalValue, TimeOptions, TimeValue } from "./dates.ts";
export { date, interval, time, timetz } from "./dates.ts";
export type { DecimalAs, DecimalInput, DecimalOptions, DecimalValue } from "./decimal.ts";
export { decimal } from "./decimal.ts";
export type { TypeDecoders } from "./decoders.ts";
export { makeDecoders } from "./decoders.ts";
export type { EnumOptions, EnumType } from "./enum.ts";
export { enumType, isEnumType } from "./enum.ts";
export { float4, float8 } from "./floats.ts";
export { bigint, int, int2, int4, oid } from "./integers.ts";
export type { JsonOptions } from "./json.ts";
export { jsonb } from "./json.ts";
export { encodeFor, encodeParameter } from "./parameter.ts";
export type { SpatialOptions, SpatialShape } from "./spatial.ts";
export { geography, geometry } from "./spatial.ts";
export type { AnySqlType, Decoder, DecodeOptions, InputOf, OutputOf, SqlType, TextCodec } from "./sql-type.ts";
export { bit, char, citext, inet, ltree, name, string, text, tsquery, tsvector, varbit, varchar } from "./strings.ts";
export type {
  TemporalDuration,
  TemporalInstant,
  TemporalPlainDate,
  TemporalPlainDateTime,
  TemporalPlainTime,
} from "./temporal.ts";
export type { TimestampAs, TimestampOptions, TimestamptzValue, TimestampValue } from "./timestamps.ts";
export { timestamp, timestamptz } from "./timestamps.ts";
export { uuid } from "./uuid.ts";
export { vector } from "./vector.ts";
