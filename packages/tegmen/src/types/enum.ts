import { ArgumentError } from "../errors/index.ts";
import { alwaysQuoteIdentifier } from "../text/index.ts";
import { typeFields, type SqlType } from "./sql-type.ts";
import { checkText } from "./text-value.ts";
import { cannotHold, doesNotFit, showValue } from "./value-error.ts";

/** An enum type, which knows its name and its values. */
export interface EnumType<V extends string> extends SqlType<V> {
  /** The name as given, without quotes. */
  readonly enumName: string;
  /** The schema as given, without quotes; undefined for the one on the search path. */
  readonly schema: string | undefined;
  /** The values in the order of the type. */
  readonly values: readonly V[];
}

/** Options of {@link enumType}. */
export interface EnumOptions {
  /** The schema that holds the type. */
  readonly schema?: string | undefined;
}

/**
 * A type made by `CREATE TYPE ... AS ENUM`. Its OID differs from cluster to cluster.
 *
 * @param enumName the type's name
 * @param values the values in their order
 * @param options `schema`
 * @returns a type that refuses other values in both directions
 * @throws ArgumentError if there are no values, or one occurs twice
 *
 * @example
 * ```ts
 * const region = enumType("region", ["us", "eu"]);   // SqlType<"us" | "eu">
 * ```
 *
 * SQLAlchemy: `Enum`.
 */
export function enumType<const V extends string>(
  enumName: string,
  values: readonly V[],
  options: EnumOptions = {},
): EnumType<V> {
  const { schema } = options;
  const name = schema === undefined ? quoteName(enumName) : `${quoteName(schema)}.${quoteName(enumName)}`;
  if (!Array.isArray(values) || values.length === 0) throw new ArgumentError(`enum ${name} needs at least one value`);
  const known = new Set<string>();
  for (const value of values as readonly V[]) {
    checkText(`enum ${name}`, value);
    if (known.has(value)) throw new ArgumentError(`enum ${name} has the value ${showValue(value)} twice`);
    known.add(value);
  }
  const list = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ");
  return Object.freeze({
    ...typeFields<V, V>({
      name,
      oid: undefined,
      arrayOid: undefined,
      decode: (text) => {
        if (known.has(text)) return text as V;
        throw doesNotFit(name, text, `its declared values ${list}`, "add the value to the enum's declaration");
      },
      encode: (value) => {
        if (known.has(value)) return value;
        throw cannotHold(name, value, `the values are ${list}`);
      },
    }),
    enumName,
    schema,
    values: Object.freeze([...values]),
  });
}

/** Whether a type is an enum type. */
export function isEnumType(type: object): type is EnumType<string> {
  return "enumName" in type;
}

function quoteName(name: string): string {
  if (typeof name !== "string") throw new ArgumentError(`${showValue(name)} cannot be the name of a type`);
  return alwaysQuoteIdentifier(name);
}
