import { ArgumentError, DataError } from "../errors/index.ts";
import { defineType, type Decoder, type SqlType } from "./sql-type.ts";
import { checkText, decodeText } from "./text-value.ts";
import { cannotHold } from "./value-error.ts";

/** How a type of your own is stored. */
export interface CustomTypeOptions<T, E, StoredT, StoredE> {
  /** The type that the values are stored as: one of tegmen's, or the name of any type of the database. */
  readonly sqlType: SqlType<StoredT, StoredE> | string;
  /** Makes of a value what `sqlType` writes (text, if it is a name). Never called with null or undefined. */
  readonly encode: (value: E) => StoredE;
  /** Makes a value of what `sqlType` reads (text, if it is a name). Never called with null. */
  readonly decode: (value: StoredT) => T;
}

/**
 * A type of your own on top of one that the database has.
 *
 * @param options `sqlType`, and functions between its values and yours
 * @returns a type to be used like any other
 * @throws ArgumentError if one of the options is missing
 *
 * @example
 * ```ts
 * const money = customType({
 *   sqlType: decimal(12, 2),
 *   encode: (value: Money) => value.toString(),
 *   decode: (digits) => Money.parse(digits),
 * });
 * const box = customType({ sqlType: "BOX2D", encode: (value: Box) => value.toString(), decode: Box.parse });
 * ```
 *
 * SQLAlchemy: `TypeDecorator`.
 */
export function customType<T, E = T>(
  options: CustomTypeOptions<T, E, string, string> & { readonly sqlType: string },
): SqlType<T, E>;
export function customType<T, StoredT, StoredE, E = T>(
  options: CustomTypeOptions<T, E, StoredT, StoredE> & { readonly sqlType: SqlType<StoredT, StoredE> },
): SqlType<T, E>;
export function customType<T, E, StoredT, StoredE>(options: CustomTypeOptions<T, E, StoredT, StoredE>): SqlType<T, E> {
  const { sqlType, encode, decode } = options;
  if (typeof encode !== "function" || typeof decode !== "function") {
    throw new ArgumentError("customType() needs the functions encode and decode");
  }
  const stored = storedType(sqlType);
  const decoders = new WeakMap<Decoder, Decoder<T>>();
  const decoderOver = (storedDecode: Decoder<StoredT>): Decoder<T> => {
    let decoder = decoders.get(storedDecode);
    if (decoder === undefined) {
      decoder = (text) => decode(storedDecode(text));
      decoders.set(storedDecode, decoder);
    }
    return decoder;
  };
  return defineType<T, E>({
    ...stored,
    decode: decoderOver(stored.decode),
    decoder: (decodeOptions) => decoderOver(stored.decoder(decodeOptions)),
    encode: (value) => {
      if (value === undefined) throw cannotHold(stored.name, value, "");
      const encoded = encode(value);
      if (encoded !== undefined) return stored.encode(encoded);
      throw new DataError(`the custom type over ${stored.name} encoded a value to undefined`, {
        dataType: stored.name,
      });
    },
  });
}

function storedType<T, E>(sqlType: SqlType<T, E> | string): SqlType<T, E> {
  if (typeof sqlType === "object") return sqlType;
  if (typeof sqlType !== "string" || sqlType.trim() === "") {
    throw new ArgumentError("customType() needs sqlType: a type, or the name of one in SQL");
  }
  // A name says that the functions work on text.
  const named = defineType<string>({
    name: sqlType,
    oid: undefined,
    arrayOid: undefined,
    decode: decodeText,
    encode: (value) => checkText(sqlType, value),
  });
  return named as unknown as SqlType<T, E>;
}
