import { DataError, describeValue, PrecisionError } from "../errors/index.ts";

/**
 * The error for a value that a type cannot hold. Type and advice are also in `dataType` and `hint`, so that whoever
 * adds the column's name can leave the value out.
 */
export function cannotHold(typeName: string, value: unknown, hint: string): DataError {
  return new DataError(`${typeName} cannot hold ${showValue(value)}`, {
    dataType: typeName,
    hint: value === undefined ? "use null for SQL NULL, or leave the value out" : hint,
  });
}

/** As {@link cannotHold}, where the value has lost digits, or would lose some. */
export function cannotHoldExactly(typeName: string, value: unknown, hint: string): PrecisionError {
  return new PrecisionError(`${typeName} cannot hold ${showValue(value)} exactly`, { dataType: typeName, hint });
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
