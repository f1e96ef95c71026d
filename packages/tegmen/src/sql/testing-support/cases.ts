import { describe, expect, test } from "vitest";
import { compile } from "../compile.ts";
import type { Executable } from "../executable.ts";
import type { SelectItem } from "../operand.ts";
import { select } from "../select.ts";

/** A statement, the SQL that it becomes, and its parameters. */
export type StatementCase = readonly [statement: Executable, sql: string, params?: readonly unknown[]];

/** Compiles each statement and compares. */
export function describeStatements(title: string, cases: readonly StatementCase[]): void {
  describe(title, () => {
    test.each(cases.map(([statement, sql, params = []]) => ({ statement, sql, params })))(
      "$sql",
      ({ statement, sql, params }) => {
        expect(compile(statement)).toEqual({ sql, params });
      },
    );
  });
}

/** An expression, the SQL that it becomes in a select list, and its parameters. */
export type ExpressionCase = readonly [expression: SelectItem, sql: string, params?: readonly unknown[]];

/** Compiles each expression and compares. */
export function describeExpressions(title: string, cases: readonly ExpressionCase[]): void {
  describe(title, () => {
    test.each(cases.map(([expression, sql, params = []]) => ({ expression, sql, params })))(
      "$sql",
      ({ expression, sql, params }) => {
        expect(compileExpression(expression)).toEqual({ sql, params });
      },
    );
  });
}

/** An expression as it stands in a select list. */
export function compileExpression(expression: SelectItem): {
  readonly sql: string;
  readonly params: readonly unknown[];
} {
  const compiled = compile(select(expression));
  const sql = compiled.sql.replace(/^SELECT /, "").replace(/ FROM (?:accounts|users|accounts, users)$/, "");
  return { sql, params: compiled.params };
}
