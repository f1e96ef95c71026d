import { arrayDecoder } from "./array-text.ts";
import { decodeBool } from "./bool.ts";
import { decodeBytes } from "./bytes.ts";
import { decodeDecimalNumber } from "./decimal.ts";
import { decodeFloat } from "./floats.ts";
import { decodeBigint, decodeInteger, decodeSmallInteger } from "./integers.ts";
import { decodeJson } from "./json.ts";
import type { Decoder, DecodeOptions } from "./sql-type.ts";
import { decodeText } from "./text-value.ts";
import { decodeDate, decodeExactDate } from "./timestamps.ts";
import { checkChoice } from "./type-parameter.ts";

/** Finds out how to read the columns of a result that has no declared types. */
export interface TypeDecoders {
  /** The options these decoders were made with. */
  readonly options: DecodeOptions;
  /**
   * The decoder of a type. The same OID and options give the same function, so that results can be compared by it.
   *
   * @param oid as the server names it in the description of a result
   * @returns {@link decodeText} for types that are not known
   */
  decoderFor(oid: number): Decoder;
  /**
   * The same decoders and one more, for a type whose OID is known only on a cluster, such as an enum's.
   *
   * @returns new decoders; these do not change
   */
  withOid(oid: number, decoder: Decoder): TypeDecoders;
}

/**
 * Makes the default decoders of an engine.
 *
 * | type | value |
 * | --- | --- |
 * | BOOL | boolean |
 * | INT2, INT4, OID | number |
 * | INT8 | number, checked; or bigint or string as `int8` says |
 * | FLOAT4, FLOAT8 | number |
 * | DECIMAL | string, which is exact; or number, checked, as `decimal` says |
 * | BYTES | Uint8Array |
 * | JSONB, JSON | what `JSON.parse` makes of it |
 * | TIMESTAMPTZ | Date |
 * | arrays of these | array, NULL elements as null |
 * | everything else | string |
 *
 * TIMESTAMP, DATE, TIME, TIMETZ and INTERVAL are strings, because they are no moments: a Date made from one would
 * depend on a zone that nobody gave.
 *
 * @param options how to read INT8, DECIMAL and TIMESTAMPTZ
 * @throws ArgumentError for a word that is none of an option's
 */
export function makeDecoders(options: DecodeOptions = {}): TypeDecoders {
  checkChoice("decoders", "int8", options.int8, ["number", "bigint", "string"]);
  checkChoice("decoders", "timestampPrecision", options.timestampPrecision, ["milliseconds", "error"]);
  checkChoice("decoders", "decimal", options.decimal, ["string", "number"]);
  const int8 = { number: decodeInteger, bigint: decodeBigint, string: decodeText }[options.int8 ?? "number"];
  const numeric = options.decimal === "number" ? decodeDecimalNumber : decodeText;
  const timestamptz = options.timestampPrecision === "error" ? decodeExactDate : decodeDate;
  const known = new Map<number, Decoder>();
  for (const [oid, arrayOid, decoder] of [
    [16, 1000, decodeBool],
    [17, 1001, decodeBytes],
    [20, 1016, int8],
    [21, 1005, decodeSmallInteger],
    [23, 1007, decodeSmallInteger],
    [26, 1028, decodeSmallInteger],
    [114, 199, decodeJson],
    [700, 1021, decodeFloat],
    [701, 1022, decodeFloat],
    [1184, 1185, timestamptz],
    [1700, 1231, numeric],
    [3802, 3807, decodeJson],
  ] as const) {
    known.set(oid, decoder).set(arrayOid, arrayDecoder<unknown>(decoder));
  }
  for (const arrayOid of arraysOfText) known.set(arrayOid, arrayDecoder(decodeText));
  return new DecoderTable(options, known);
}

/** OIDs of the arrays whose elements are read as strings. */
const arraysOfText: readonly number[] = [
  1002, // "char"
  1003, // NAME
  1009, // STRING
  1014, // CHAR
  1015, // VARCHAR
  1041, // INET
  1115, // TIMESTAMP
  1182, // DATE
  1183, // TIME
  1187, // INTERVAL
  1270, // TIMETZ
  1561, // BIT
  1563, // VARBIT
  1008, // REGPROC
  2207, // REGPROCEDURE
  2210, // REGCLASS
  2211, // REGTYPE
  2287, // RECORD
  2951, // UUID
  3643, // TSVECTOR
  3645, // TSQUERY
  4090, // REGNAMESPACE
  4097, // REGROLE
  90_001, // GEOMETRY
  90_003, // GEOGRAPHY
  90_005, // BOX2D
  90_007, // VECTOR
  90_009, // CITEXT
  90_011, // LTREE
];

class DecoderTable implements TypeDecoders {
  readonly options: DecodeOptions;
  readonly #known: ReadonlyMap<number, Decoder>;

  constructor(options: DecodeOptions, known: ReadonlyMap<number, Decoder>) {
    this.options = options;
    this.#known = known;
  }

  decoderFor(oid: number): Decoder {
    return this.#known.get(oid) ?? decodeText;
  }

  withOid(oid: number, decoder: Decoder): TypeDecoders {
    return new DecoderTable(this.options, new Map(this.#known).set(oid, decoder));
  }
}
