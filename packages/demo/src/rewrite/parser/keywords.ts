const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words that are never a name unless quoted. */
export const RESERVED: ReadonlySet<string> = words(`
  all analyse analyze and any array as asc asymmetric both case cast check collate column concurrently constraint create
  current_catalog current_date current_role current_schema current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign from grant group having in index initially
  intersect into lateral leading limit localtime localtimestamp not nothing null offset on only or order placing
  primary references returning select session_user some symmetric table then to trailing true union unique user using
  variadic view when where window with
`);

/** Words that may name a function or a type, and not a column or a table. */
export const TYPE_OR_FUNCTION: ReadonlySet<string> = words(`
  collation cross family full ilike inner is isnull join left like natural none notnull outer overlaps right similar
`);

/** Words that may name a column or a table, and not a function. */
export const COLUMN_ONLY: ReadonlySet<string> = words(`
  annotate_type between bigint bit boolean box2d char character characteristics coalesce dec decimal exists extract
  extract_duration float geography geometry greatest grouping if iferror ifnull int integer interval iserror least
  nullif numeric out overlay point polygon position precision real row smallint string substring time timetz timestamp
  timestamptz treat trim values varbit varchar virtual work
`);

/** Words with a meaning in some statement that are names elsewhere; they cannot follow an expression as a bare alias. */
export const NOT_BARE_ALIAS: ReadonlySet<string> = words(`
  over filter within at escape nulls range rows groups ordinality
`);

/** The words a statement can begin with. */
export const FIRST_WORDS: ReadonlySet<string> = words(`
  abort alter analyze analyse backup begin cancel close comment commit copy create deallocate declare delete discard
  drop end execute explain experimental export fetch grant import insert pause prepare reassign refresh release reset
  restore resume revoke rollback savepoint scrub select set show start table truncate update upsert use values with
`);

/** Sorted functions written without parentheses, and the function CockroachDB calls for each. */
export const BARE_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ["current_catalog", "current_database"],
  ["current_date", "current_date"],
  ["current_role", "current_user"],
  ["current_schema", "current_schema"],
  ["current_time", "current_time"],
  ["current_timestamp", "current_timestamp"],
  ["current_user", "current_user"],
  ["localtime", "localtime"],
  ["localtimestamp", "localtimestamp"],
  ["session_user", "current_user"],
  ["user", "current_user"],
]);
