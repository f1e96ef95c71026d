import { DataError, describeValue, PrecisionError } from "../errors/index.ts";

/** What a value without a known type is called in messages. */
export const untypedParameter = "a parameter";

/**
 * The error for a value that a type cannot hold. Type and advice are also in `dataType` and `hint`, so that whoever
 * adds the column's name can leave the value out.
 *
 * @param holder the name of a type, or words that begin with {@link untypedParameter}
 */
export function cannotHold(holder: string, value: unknown, hint: string): DataError {
  return new DataError(`${holder} cannot hold ${showValue(value)}`, {
    dataType: typeNameOf(holder),
    hint: value === undefined ? "use null for SQL NULL, or leave the value out" : hint,
  });
}

/** As {@link cannotHold}, where the value has lost digits, or would lose some. */
export function cannotHoldExactly(holder: string, value: unknown, hint: string): PrecisionError {
  return new PrecisionError(`${holder} cannot hold ${showValue(value)} exactly`, {
    dataType: typeNameOf(holder),
    hint,
  });
}

function typeNameOf(holder: string): string | undefined {
  return holder.startsWith(untypedParameter) ? undefined : holder;
}

/** The error for text of the server that is not what the type's values look like. */
export function cannotRead(typeName: string, text: string): DataError {
  return new DataError(`${describeValue(text)} is not a value of type ${typeName}`, { dataType: typeName });
}

/** The error for a value of the server that does not fit the JavaScript type it is to become. */
export function doesNotFit(typeName: string, text: string, target: string, hint: string): PrecisionError {
  return new PrecisionError(`${typeName} ${describeValue(text)} does not fit ${target}`, { dataType: typeName, hint });
}

/** One value for a message: abbreviated, and told apart from others that look the same. */
export function showValue(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value !== "object" || value === null || value instanceof Date) return describeValue(value);
  const className = classNameOf(value);
  if (className === "Object" || Array.isArray(value)) return describeValue(value);
  return `${/^[AEIOU]/.test(className) ? "an" : "a"} ${className}`;
}

function classNameOf(value: object): string {
  try {
    const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
    const name = prototype?.constructor?.name;
    return typeof name === "string" && name !== "" ? name : "Object";
  } catch {
    return "Object";
  }
}
