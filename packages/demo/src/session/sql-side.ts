import type {
  BackendErrorFields,
  CatalogView,
  ErrorContext,
  Statement,
  TranslateContext,
  Translation,
  VirtualTableName,
} from "../rewrite/contract.ts";
import type { SqlErrorFields } from "../rewrite/sql-error.ts";

/** Runs SQL at a backend and gives its rows as texts. */
export type RunSql = (sql: string) => Promise<(string | null)[][]>;

/**
 * The SQL side as a session sees it: parsing, translation, errors and the
 * catalog. The emulation's own is `createSqlSide`; tests may give another.
 */
export interface SqlSide {
  /** Cuts a text into statements. @throws {SqlError} for the whole text. */
  parse(text: string): readonly Statement[];
  /** @throws {SqlError} what CockroachDB would refuse, or the demo cluster cannot do. */
  translate(statement: Statement, context: TranslateContext): Translation;
  translateError(fields: BackendErrorFields, context: ErrorContext): SqlErrorFields;
  /** The value of PostgreSQL's `search_path` for the client's. */
  backendSearchPath(searchPath: readonly string[]): string;
  /** Reads what the translator must know of a database. */
  loadCatalog(run: RunSql): Promise<CatalogView>;
  /** SQL that puts rows into a virtual table, to run right before a statement that reads it. */
  fillVirtualTable(table: VirtualTableName, rows: readonly (readonly (string | null)[])[]): string;
}
