import { parenthesized } from "./text-value.ts";
import { defineType, type SqlType } from "./sql-type.ts";
import { checkTypeParameter } from "./type-parameter.ts";
import { cannotHold, cannotRead } from "./value-error.ts";

function decodeVector(text: string): number[] {
  if (text === "[]") return [];
  if (!text.startsWith("[") || !text.endsWith("]")) throw cannotRead("VECTOR", text);
  return text
    .slice(1, -1)
    .split(",")
    .map((part) => {
      const value = +part;
      if (part === "" || Number.isNaN(value)) throw cannotRead("VECTOR", text);
      return value;
    });
}

/**
 * VECTOR, or VECTOR(n) of exactly `dimensions` numbers, which the database keeps as floats of 32 bits. From
 * CockroachDB 24.2.
 *
 * @param dimensions how many numbers each value has
 *
 * @example
 * ```ts
 * vector(3).encode([1, 0.5, 2]);   // [1,0.5,2]
 * ```
 */
export function vector(dimensions?: number): SqlType<number[], readonly number[] | Float32Array> {
  checkTypeParameter("VECTOR", "the number of dimensions", dimensions, 1, 16_000);
  const name = `VECTOR${parenthesized(dimensions)}`;
  return defineType<number[], readonly number[] | Float32Array>({
    name,
    castName: "VECTOR",
    oid: 90_006,
    arrayOid: 90_007,
    decode: decodeVector,
    encode: (value) => {
      if (!Array.isArray(value) && !(value instanceof Float32Array))
        throw cannotHold(name, value, "pass an array of numbers");
      if (dimensions !== undefined && value.length !== dimensions) {
        throw cannotHold(name, value, `it has ${value.length} numbers rather than ${dimensions}`);
      }
      // By index, because array methods skip the holes of sparse arrays.
      for (let index = 0; index < value.length; index++) {
        const number: unknown = value[index];
        if (typeof number !== "number" || !Number.isFinite(Math.fround(number))) {
          throw cannotHold(name, value, `its number ${index} is not a finite float of 32 bits`);
        }
      }
      return `[${value.join(",")}]`;
    },
  });
}
