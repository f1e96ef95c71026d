import type { TableView } from "../contract.ts";
import { SqlError, unimplemented } from "../sql-error.ts";
import type { Environment } from "./environment.ts";
import { typeFamily } from "./print.ts";

const INTEGERS: readonly string[] = ["INT2", "INT4", "INT8"];
const TEXT = /^(?:STRING|VARCHAR)(?:\((\d+)\))?$/;

/** True when no stored value has to change, or to be looked at. */
function isTrivial(from: string, to: string): boolean {
  if (from === to) return true;
  const [before, after] = [INTEGERS.indexOf(from), INTEGERS.indexOf(to)];
  if (before !== -1 && after !== -1) return before <= after;
  const [short, long] = [TEXT.exec(from), TEXT.exec(to)];
  if (short && long) return long[1] === undefined || Number(short[1] ?? Infinity) <= Number(long[1]);
  if (from.startsWith("TIMESTAMP") && to === "TIMESTAMPTZ") return true;
  const plain = (type: string): string => type.replace(/\(.*\)$/, "");
  // without a precision a type takes whatever it had with one
  return plain(from) === to && !/^(?:CHAR|BIT)$/.test(to);
}

/**
 * Refuses what CockroachDB refuses of ALTER COLUMN TYPE.
 *
 * @returns Whether stored values have to be converted.
 */
export function checkTypeChange(
  table: TableView,
  column: string,
  to: string,
  using: boolean,
  env: Environment,
): boolean {
  const from = table.columns.find((c) => c.name === column)?.displayType ?? "";
  if (!using && isTrivial(from, to)) return false;
  if (env.variable("enable_experimental_alter_column_type_general") !== "on") {
    throw new SqlError({
      code: "0A000",
      message: `ALTER COLUMN TYPE from ${typeFamily(from)} to ${typeFamily(to)} is only supported experimentally`,
      hint:
        "See: https://go.crdb.dev/issue-v/49329/v21.2\n--\n" +
        "you can enable alter column type general support by running `SET enable_experimental_alter_column_type_general = true`",
    });
  }
  const constrained = table.constraints.some((c) => c.columns.includes(column));
  const unique = table.indexes.some((index) => index.unique && !index.primary && index.columns.includes(column));
  if (constrained || unique)
    throw unimplemented("ALTER COLUMN TYPE for a column that has a constraint is currently not supported", 48_288);
  if (table.indexes.some((index) => index.columns.includes(column))) {
    throw unimplemented(
      "ALTER COLUMN TYPE requiring rewrite of on-disk data is currently not supported for columns that are part of an index",
      47_636,
    );
  }
  return true;
}
