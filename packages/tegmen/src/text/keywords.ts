// Words that cannot stand for a table or a column without quotes: reserved_keyword and type_func_name_keyword of
// CockroachDB's grammar over all supported versions, and those of PostgreSQL's, which do no harm quoted.
const words = `
  all analyse analyze and any array as asc asymmetric both case cast check collate column concurrently constraint create
  current_catalog current_date current_role current_schema current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign from grant group having in index initially
  intersect into lateral leading limit localtime localtimestamp not nothing null offset on only or order placing primary
  references returning select session_user some symmetric system_user table then to trailing true union unique user
  using variadic view virtual when where window with work
  authorization binary collation cross family freeze full ilike inner is isnull join left like natural none notnull
  outer overlaps right similar tablesample verbose
`;

/** Keywords that have to be quoted to be identifiers, in lower case. */
export const reservedWords: ReadonlySet<string> = new Set(words.trim().split(/\s+/));
