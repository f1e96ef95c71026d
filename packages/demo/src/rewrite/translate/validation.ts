import type { TableView } from "../contract.ts";
import { tableSql } from "./environment.ts";
import { quoteName, quoteText } from "./quote.ts";

const TEXT = /^(?:STRING|VARCHAR|CHAR|NAME)/;

/**
 * SQL that fails with CockroachDB's message where a row of the table does not fit.
 *
 * @param condition SQL that holds for rows that fit, or is NULL.
 * @param what The beginning of the message; the row follows.
 */
export function validationSql(table: TableView, condition: string, what: string): string {
  const values = table.columns.map((column) => {
    const name = quoteName(column.name);
    const text = TEXT.test(column.displayType) ? `pg_catalog.quote_literal(${name})` : `${name}::text`;
    return `${quoteText(`${column.name}=`)} || COALESCE(${text}, 'NULL')`;
  });
  const body = `DECLARE crdb_row text; BEGIN
SELECT pg_catalog.concat_ws(', ', ${values.join(", ")}) INTO crdb_row FROM ${tableSql(table)} WHERE NOT (${condition}) LIMIT 1;
IF FOUND THEN RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = ${quoteText(`${what} failed on row: `)} || crdb_row; END IF;
END`;
  return `DO ${quoteText(body)}`;
}
