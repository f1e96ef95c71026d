import { WEAK_LANGUAGES, WEAK_LEVELS } from "../rewrite/translate/collations.ts";

/** Collations that take letters of another case, or with other accents, for the same. */
export const COLLATIONS_SQL: string = WEAK_LANGUAGES.flatMap((language) =>
  WEAK_LEVELS.map((level) => {
    const locale = `${language}-u-ks-${level}`;
    return `CREATE COLLATION crdb_demo."${locale}" (provider = icu, locale = '${locale}', deterministic = false);`;
  }),
).join("\n");
