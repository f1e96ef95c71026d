import type { TableView } from "../contract.ts";
import { SqlError } from "../sql-error.ts";

/** The error for a change to something that a view reads. */
function dependedOn(verb: string, what: string, view: string): SqlError {
  return new SqlError({
    code: "2BP01",
    message: `cannot ${verb} ${what} because view "${view}" depends on it`,
    hint: `you can drop ${view} instead.`,
  });
}

/** @throws SqlError when a view reads the relation. */
export function requireNoViews(table: TableView, verb: string, gone: (view: string) => boolean = () => false): void {
  const view = table.dependents.find((d) => d.kind === "view" && !gone(`${d.schema}.${d.name}`));
  if (view) throw dependedOn(verb, `relation "${table.name}"`, view.name);
}

/** @throws SqlError when a view reads the column. */
export function requireNoColumnViews(table: TableView, column: string, verb: string): void {
  const view = table.dependents.find((d) => d.kind === "view" && d.columns.includes(column));
  if (view) throw dependedOn(verb, `column "${column}"`, view.name);
}
