import { ArgumentError, DataError } from "../errors/index.ts";
import { arrayDecoder, formatElement } from "./array-text.ts";
import { typeFields, type AnySqlType, type Decoder, type SqlType } from "./sql-type.ts";
import { cannotHold } from "./value-error.ts";

/** An array type, which knows the type of its elements. */
export interface ArrayType<T, E> extends SqlType<T, E> {
  readonly element: AnySqlType;
}

/** Options of {@link array}. */
export interface ArrayOptions {
  /** The elements are never NULL: `T[]` rather than `(T | null)[]`, and NULL is an error in both directions. */
  readonly notNull?: boolean | undefined;
}

/**
 * An array of one dimension. Its elements may be NULL, as in SQL, unless `notNull` says that they never are.
 *
 * @param of the type of the elements
 * @param options `notNull`
 * @throws ArgumentError for an array of arrays, which CockroachDB does not have
 *
 * @example
 * ```ts
 * array(string()).decode('{a,NULL,"b c"}');              // ["a", null, "b c"]
 * array(string(), { notNull: true }).encode(["it's"]);   // {"it's"}
 * ```
 *
 * SQLAlchemy: `ARRAY`.
 */
export function array<T, E>(of: SqlType<T, E>, options: { readonly notNull: true }): ArrayType<T[], readonly E[]>;
export function array<T, E>(
  of: SqlType<T, E>,
  options?: { readonly notNull?: false | undefined },
): ArrayType<(T | null)[], readonly (E | null)[]>;
export function array<T, E>(of: SqlType<T, E>, options?: ArrayOptions): ArrayType<(T | null)[], readonly (E | null)[]>;
export function array<T, E>(
  of: SqlType<T, E>,
  options: ArrayOptions = {},
): ArrayType<(T | null)[], readonly (E | null)[]> {
  const name = `${of.name}[]`;
  if (isArrayType(of)) throw new ArgumentError(`${name}: CockroachDB has arrays of one dimension only; use JSONB`);
  const notNull = options.notNull === true;
  const wrap = notNull ? wholeArrayDecoder : arrayDecoder;
  return Object.freeze({
    ...typeFields<(T | null)[], readonly (E | null)[]>({
      name,
      castName: `${of.castName}[]`,
      oid: of.arrayOid,
      arrayOid: undefined,
      decode: wrap(of.decode),
      decoder: (decodeOptions) => wrap(of.decoder(decodeOptions)),
      encode: (value) => encodeArray(name, of.encode, value, notNull),
    }),
    element: of,
  });
}

/** Whether a type is an array type. */
export function isArrayType(type: AnySqlType): type is ArrayType<unknown, never> {
  return "element" in type;
}

function encodeArray<E>(name: string, encode: (value: E) => string, value: readonly (E | null)[], notNull: boolean) {
  if (!Array.isArray(value)) throw cannotHold(name, value, "pass an array");
  const parts: string[] = [];
  // By index, because `map` skips the holes of sparse arrays.
  for (let index = 0; index < value.length; index++) {
    const element = (value as readonly (E | null)[])[index] as E | null;
    if (element === null && notNull)
      throw cannotHold(name, null, `element ${index} is null, which "notNull" rules out`);
    parts.push(formatElement(element === null ? null : encode(element)));
  }
  return `{${parts.join(",")}}`;
}

const wholeArrayDecoders = new WeakMap<Decoder, Decoder<unknown[]>>();

function wholeArrayDecoder<T>(element: Decoder<T>): Decoder<T[]> {
  let decoder = wholeArrayDecoders.get(element) as Decoder<T[]> | undefined;
  if (decoder === undefined) {
    const decode = arrayDecoder(element);
    decoder = (text) => {
      const elements = decode(text);
      if (!elements.includes(null)) return elements as T[];
      throw new DataError("an array declared without NULL elements has one", {
        hint: 'declare it without "notNull", and its elements are nullable',
      });
    };
    wholeArrayDecoders.set(element, decoder);
  }
  return decoder;
}
