import { ArgumentError } from "../errors/index.ts";
import { defineType, type SqlType } from "./sql-type.ts";
import { checkText, decodeText } from "./text-value.ts";
import { checkTypeParameter } from "./type-parameter.ts";
import { showValue } from "./value-error.ts";

const shapes = [
  "GEOMETRY",
  "POINT",
  "LINESTRING",
  "POLYGON",
  "MULTIPOINT",
  "MULTILINESTRING",
  "MULTIPOLYGON",
  "GEOMETRYCOLLECTION",
] as const;

/** The shape that a spatial column is restricted to. */
export type SpatialShape = (typeof shapes)[number];

/** Options of {@link geography} and {@link geometry}. */
export interface SpatialOptions {
  /** The only shape that the column takes. Default: any. */
  readonly shape?: SpatialShape | undefined;
  /** The number of the spatial reference system, such as 4326. */
  readonly srid?: number | undefined;
}

function spatialType(typeName: string, oid: number, arrayOid: number, options: SpatialOptions): SqlType<string> {
  const { shape, srid } = options;
  if (shape !== undefined && !shapes.includes(shape)) {
    throw new ArgumentError(`${typeName}: ${showValue(shape)} is no shape; the shapes are ${shapes.join(", ")}`);
  }
  checkTypeParameter(typeName, "the srid", srid, 0, 2 ** 31 - 1);
  const restriction =
    shape === undefined && srid === undefined ? "" : `(${shape ?? "GEOMETRY"}${srid === undefined ? "" : `,${srid}`})`;
  const name = `${typeName}${restriction}`;
  return defineType({
    name,
    castName: typeName,
    oid,
    arrayOid,
    decode: decodeText,
    encode: (value) => checkText(name, value),
  });
}

/**
 * GEOGRAPHY: shapes on the Earth. Read as EWKB in hexadecimal; written as that, as (E)WKT or as GeoJSON text.
 *
 * @param options `shape` and `srid`
 *
 * @example
 * ```ts
 * geography({ shape: "POINT", srid: 4326 }).encode("POINT(13.4 52.5)");
 * ```
 */
export function geography(options: SpatialOptions = {}): SqlType<string> {
  return spatialType("GEOGRAPHY", 90_002, 90_003, options);
}

/**
 * GEOMETRY: shapes on a plane. Read as EWKB in hexadecimal; written as that, as (E)WKT or as GeoJSON text.
 *
 * @param options `shape` and `srid`
 */
export function geometry(options: SpatialOptions = {}): SqlType<string> {
  return spatialType("GEOMETRY", 90_000, 90_001, options);
}
