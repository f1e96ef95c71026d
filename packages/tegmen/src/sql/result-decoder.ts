import { array, timestamptz, type AnySqlType, type Decoder } from "../types/index.ts";

/** How TIMESTAMPTZ is read where nothing says otherwise. */
const readByEngine: ReadonlySet<Decoder> = new Set<Decoder>([timestamptz().decode, array(timestamptz()).decode]);

/**
 * How a column of a result is read.
 *
 * @returns undefined if the engine reads it by its OID: because the type is not known, or because the engine's options
 *   decide about what the type leaves open (`timestampPrecision`)
 */
export function resultDecoder(type: AnySqlType | undefined): Decoder | undefined {
  if (type === undefined) return undefined;
  const { decode, castName } = type;
  // A TIMESTAMP read as a Date has the same function, but would be a string by its OID.
  const isTimestamptz = castName === "TIMESTAMPTZ" || castName === "TIMESTAMPTZ[]";
  const isOpen = isTimestamptz && readByEngine.has(decode) && type.decoder({ timestampPrecision: "error" }) !== decode;
  return isOpen ? undefined : decode;
}
