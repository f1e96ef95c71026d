/** The fields of an ErrorResponse that CockroachDB fills in. */
export interface SqlErrorFields {
  /** SQLSTATE, or CockroachDB's own `XXUUU` and `XXA00`. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly constraint?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
}

/** An error the gateway raises itself, in CockroachDB's words; to be sent to the client as it is. */
export class SqlError extends Error implements SqlErrorFields {
  override readonly name: string = "SqlError";
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly constraint: string | undefined;

  constructor(fields: SqlErrorFields) {
    super(fields.message);
    this.code = fields.code;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.constraint = fields.constraint;
  }
}

const IMPLEMENTED_NOWHERE = "You have attempted to use a feature that is not yet implemented.";

/**
 * Something CockroachDB has and the demo cluster does not. Refusing by name is the rule:
 * an answer that might be wrong is never given.
 */
export function notInDemo(what: string): SqlError {
  return new SqlError({
    code: "0A000",
    message: `${what} is not supported by the demo cluster`,
    hint: "The demo cluster emulates CockroachDB on PostgreSQL; run this statement on a real cluster.",
  });
}

/** Something the emulated CockroachDB version itself does not implement, with the number of its issue. */
export function unimplemented(what: string, issue: number): SqlError {
  return new SqlError({
    code: "0A000",
    message: `unimplemented: ${what}`,
    hint: `${IMPLEMENTED_NOWHERE}\nSee: https://go.crdb.dev/issue-v/${issue}/v21.2`,
  });
}
