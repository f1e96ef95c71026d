import { describe, expect, test } from "vitest";
import { SqlError } from "./sql-error.ts";
import { parseSql } from "./statements.ts";

function errorOf(sql: string): { code: string; message: string; detail: string | undefined; hint: string | undefined } {
  try {
    parseSql(sql);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { code, message, detail, hint } = error;
    return { code, message, detail, hint };
  }
  throw new Error(`${sql} is not refused`);
}

describe("splitting", () => {
  test("statements end at semicolons, empty ones are left out", () => {
    const statements = parseSql(" SELECT ';' ;; -- x\n UPDATE t SET a = $2;");
    expect(statements.map(({ text, start, kind, placeholders }) => ({ text, start, kind, placeholders }))).toEqual([
      { text: "SELECT ';'", start: 1, kind: "select", placeholders: 0 },
      { text: "UPDATE t SET a = $2", start: 21, kind: "update", placeholders: 2 },
    ]);
    expect(parseSql("")).toEqual([]);
    expect(parseSql("; -- nothing")).toEqual([]);
  });

  test("a wrong statement refuses the whole text and shows only itself", () => {
    expect(errorOf("SELECT 1; SELEC 2")).toMatchObject({
      message: 'at or near "selec": syntax error',
      detail: "source SQL:\nSELEC 2\n^",
    });
  });
});

describe("syntax errors", () => {
  test.each([
    ["SELEC 1", "selec", 0, undefined],
    ["SELECT * FORM t", "form", 9, undefined],
    ["SELECT FROM", "from", 7, "SELECT"],
    ["SELECT 1 +", "EOF", 10, "SELECT"],
    ["SELECT a b c", "c", 11, undefined],
    ["INSERT INTO t VALUES", "EOF", 20, "VALUES"],
    ["UPDATE t", "EOF", 8, "UPDATE"],
    ["CREATE", "EOF", 6, "CREATE"],
    ["CREATE TABLE t (", "EOF", 16, "CREATE TABLE"],
    ["SELECT * FROM a JOIN b", "EOF", 22, "<SOURCE>"],
    ["SELECT * FROM t LIMIT 5, 10", ",", 23, undefined],
    ["SET", "EOF", 3, "SET SESSION"],
    ["WITH x SELECT 1", "select", 7, undefined],
    ["INSERT INTO u (id) VALUES (1) ON CONFLICT DO UPDATE SET n = 1", "update", 45, "INSERT"],
  ])("%s", (sql, near, column, page) => {
    expect(errorOf(sql)).toEqual({
      code: "42601",
      message: `at or near "${near}": syntax error`,
      detail: `source SQL:\n${sql}\n${" ".repeat(column)}^`,
      hint: page === undefined ? undefined : `try \\h ${page}`,
    });
  });

  test("the caret stands under the line of the error", () => {
    expect(errorOf("SELECT 1\n  FRM t\nWHERE true").detail).toBe("source SQL:\nSELECT 1\n  FRM t\n      ^");
  });

  test("what cannot be scanned is a lexical error where the parser meets it", () => {
    expect(errorOf("SELECT 'abc")).toEqual({
      code: "42601",
      message: "lexical error: unterminated string",
      detail: "source SQL:\nSELECT 'abc\n       ^",
      hint: "try \\h SELECT",
    });
  });

  test("what the emulated version does not implement says so", () => {
    expect(errorOf("DELETE FROM d USING e WHERE true")).toMatchObject({
      code: "0A000",
      message: 'at or near "where": syntax error: unimplemented: this syntax',
    });
  });
});

describe("expressions", () => {
  const tree = (sql: string): unknown => {
    const [statement] = parseSql(`SELECT ${sql}`);
    if (statement?.node.kind !== "select" || statement.node.body.kind !== "simple") throw new Error("not a select");
    const show = (expr: unknown): unknown => {
      const e = expr as {
        kind: string;
        operator?: string;
        left?: unknown;
        right?: unknown;
        operand?: unknown;
        value?: string;
        parts?: { text: string }[];
      };
      if (e.kind === "binary") return [show(e.left), e.operator, show(e.right)];
      if (e.kind === "unary") return [e.operator, show(e.operand)];
      if (e.kind === "cast" || e.kind === "is") return [e.kind, show(e.operand)];
      return e.value ?? e.parts?.map((part) => part.text).join(".");
    };
    return show(statement.node.body.items[0]?.expr);
  };

  test.each([
    ["1 + 2 * 3", ["1", "+", ["2", "*", "3"]]],
    ["1 - 2 - 3", [["1", "-", "2"], "-", "3"]],
    ["a OR b AND NOT c", ["a", "or", ["b", "and", ["not", "c"]]]],
    ["-a::INT", ["-", ["cast", "a"]]],
    ["a || b -> c", [["a", "||", "b"], "->", "c"]],
    ["a | b # c", ["a", "|", ["b", "#", "c"]]],
    ["a = b IS NULL", ["is", ["a", "=", "b"]]],
    ["a LIKE b || c", ["a", "like", ["b", "||", "c"]]],
    ["a // 2 + 1", [["a", "//", "2"], "+", "1"]],
  ])("%s", (sql, expected) => {
    expect(tree(sql)).toEqual(expected);
  });
});
