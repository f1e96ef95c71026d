import { DataError } from "../errors/index.ts";
import type { Decoder } from "./sql-type.ts";
import { cannotRead } from "./value-error.ts";

const quote = 34;
const comma = 44;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;

/** Elements of which no parser thinks anything else than what they are. */
const plainElement = /^[\w.:+-]+$/;

/**
 * Reads the text of an array: `{1,NULL,"a \"b\""}`.
 *
 * @param text one dimension only, as all arrays of CockroachDB are
 * @param decode reads an element; it is not called for NULL
 * @throws DataError if the text is malformed or has several dimensions
 */
export function parseArray<T>(text: string, decode: Decoder<T>): (T | null)[] {
  if (text === "{}") return [];
  const end = text.length - 1;
  if (text.charCodeAt(0) !== openBrace || text.charCodeAt(end) !== closeBrace || end === 0) throw malformed(text);
  const result: (T | null)[] = [];
  let index = 1;
  for (;;) {
    const first = text.charCodeAt(index);
    let stop: number;
    if (first === quote) {
      stop = closingQuote(text, index + 1, end);
      const inner = text.slice(index + 1, stop);
      result.push(decode(inner.includes("\\") ? inner.replaceAll(/\\(.)/gs, "$1") : inner));
      stop++;
    } else {
      stop = text.indexOf(",", index);
      if (stop === -1) stop = end;
      const element = text.slice(index, stop);
      if (element === "NULL") result.push(null);
      else if (first === openBrace || element === "" || /["\\{}]/.test(element)) throw malformed(text);
      else result.push(decode(element));
    }
    if (stop === end) return result;
    if (stop > end || text.charCodeAt(stop) !== comma) throw malformed(text);
    index = stop + 1;
  }
}

/** The index of the quote that ends an element. */
function closingQuote(text: string, start: number, end: number): number {
  let index = text.indexOf('"', start);
  const escape = text.indexOf("\\", start);
  if (escape !== -1 && escape < index) {
    index = escape;
    while (index < end && text.charCodeAt(index) !== quote) index += text.charCodeAt(index) === backslash ? 2 : 1;
  }
  if (index === -1 || index >= end) throw malformed(text);
  return index;
}

function malformed(text: string): DataError {
  if (/^\{\{|^\[/.test(text)) {
    return new DataError("an array of several dimensions cannot be read", {
      hint: "CockroachDB has arrays of one dimension only; elsewhere, cast it to STRING or to JSONB",
    });
  }
  return cannotRead("ARRAY", text);
}

/**
 * Writes one element of an array, quoted if it has to be.
 *
 * @param element the text of the value; null for NULL
 */
export function formatElement(element: string | null): string {
  if (element === null) return "NULL";
  if (plainElement.test(element) && (element.length !== 4 || element.toUpperCase() !== "NULL")) return element;
  if (!element.includes('"') && !element.includes("\\")) return `"${element}"`;
  return `"${element.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/**
 * Writes an array.
 *
 * @param elements the texts of the values; null for NULL
 */
export function arrayText(elements: readonly (string | null)[]): string {
  let text = "{";
  for (let index = 0; index < elements.length; index++) {
    if (index > 0) text += ",";
    text += formatElement(elements[index] ?? null);
  }
  return `${text}}`;
}

const arrayDecoders = new WeakMap<Decoder, Decoder<unknown[]>>();

/**
 * The decoder of arrays whose elements a given decoder reads; NULL elements are null.
 *
 * @param element the decoder of an element
 * @returns the same function for the same element decoder
 */
export function arrayDecoder<T>(element: Decoder<T>): Decoder<(T | null)[]> {
  let decoder = arrayDecoders.get(element) as Decoder<(T | null)[]> | undefined;
  if (decoder === undefined) {
    decoder = (text) => parseArray(text, element);
    arrayDecoders.set(element, decoder);
  }
  return decoder;
}
