import { latestVersion } from "../dialect/capabilities.ts";
import { ArgumentError, describeValue } from "../errors/index.ts";
import { compileStatement, type Executable, type NamedParameters, type ServerVersion } from "./executable.ts";

/** SQL, and the values that travel beside it. */
export interface CompiledSql {
  /** With `$1`, `$2`... for values. */
  readonly sql: string;
  /** The values in the order of the placeholders, before they are encoded. */
  readonly params: readonly unknown[];
}

/** For which server to compile. */
export interface CompileOptions {
  /** Default: the latest version of CockroachDB. */
  readonly version?: ServerVersion;
  /** Values for the named parameters of `text()`. */
  readonly parameters?: NamedParameters;
}

/**
 * The SQL of a statement, to be looked at or tested. Executing does not need it.
 *
 * @param statement any statement: queries, DDL, `text()`
 * @throws {CompileError} the version lacks something that the statement needs
 *
 * @example
 * ```ts
 * compile(select(t.id).where(t.balance.gt(100)));
 * // { sql: "SELECT accounts.id FROM accounts WHERE accounts.balance > $1", params: [100] }
 * ```
 *
 * SQLAlchemy: `statement.compile()`.
 */
export function compile(statement: Executable, options: CompileOptions = {}): CompiledSql {
  if (typeof statement !== "object" || statement === null || !(compileStatement in statement)) {
    throw new ArgumentError(`compile() expects a statement, got ${describeValue(statement)}`);
  }
  const { version = latestVersion, parameters } = options;
  const compiled = statement[compileStatement]({ version }, parameters);
  return { sql: compiled.shape.sql, params: compiled.values };
}
