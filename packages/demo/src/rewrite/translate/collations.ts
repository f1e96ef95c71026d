import { notInDemo, SqlError } from "../sql-error.ts";

/** A collation of CockroachDB: a locale of Unicode's. */
export interface Collation {
  /** As CockroachDB prints it: `en_US_u_ks_level2`. */
  readonly name: string;
  /** The backend's, quoted. */
  readonly sql: string;
}

/** The languages the compatibility schema has strengths below the usual one for. */
export const WEAK_LANGUAGES: readonly string[] = [
  "ar", "cs", "da", "de", "el", "en", "en-GB", "en-US", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nb", "nl", "pl",
  "pt", "pt-BR", "ro", "ru", "sk", "sv", "tr", "uk", "und", "zh",
]; // prettier-ignore

/** `ks-level1` ignores accents and case, `ks-level2` case. */
export const WEAK_LEVELS: readonly string[] = ["level1", "level2"];

/** Names of PostgreSQL's that stand for no collation at all. */
const PLAIN: ReadonlySet<string> = new Set(["default", "C", "POSIX"]);

/**
 * The collation of a name as written: `en`, `"en-US"`, `en_u_ks_level1`; undefined for the usual order of bytes.
 *
 * @throws SqlError for what is no locale, and 0A000 for one the backend has no order for
 */
export function collationOf(written: string): Collation | undefined {
  if (PLAIN.has(written)) return undefined;
  const locale = canonical(written);
  const name = locale.replaceAll("-", "_");
  const [language = "", extension] = locale.split("-u-");
  if (extension === undefined) {
    if (Intl.Collator.supportedLocalesOf([language]).length === 0) throw unknownSubtag(written, language);
    return { name, sql: `pg_catalog."${language}-x-icu"` };
  }
  const level = /^ks-(level\d)$/.exec(extension)?.[1];
  if (level === undefined || !WEAK_LEVELS.includes(level) || !WEAK_LANGUAGES.includes(language)) {
    throw notInDemo(`COLLATE ${name}`);
  }
  return { name, sql: `crdb_demo."${locale}"` };
}

function canonical(written: string): string {
  try {
    const [locale] = Intl.getCanonicalLocales(written.replaceAll("_", "-"));
    if (locale !== undefined) return locale;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw invalid(written, "tag is not well-formed");
}

const invalid = (written: string, reason: string): SqlError =>
  new SqlError({ code: "XXUUU", message: `invalid locale ${written}: language: ${reason}` });

function unknownSubtag(written: string, language: string): SqlError {
  const unknown = language.split("-").findLast((part) => part.length > 3) ?? language;
  return invalid(written, `subtag "${unknown}" is well-formed but unknown`);
}
