import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TransactionStatement } from "./index.ts";
import { firstKeyword, transactionStatements } from "./index.ts";

describe("firstKeyword", () => {
  it.each([
    ["select 1", "SELECT"],
    ["\n\t -- select\n /* insert /* x */ */ ((  update", "UPDATE"],
    ["WITH x AS (SELECT 1) DELETE FROM t", "WITH"],
    ["SELECT(1)", "SELECT"],
    ["", ""],
    ["-- nothing", ""],
    ["'select'", ""],
  ])("%s", (sql, keyword) => {
    expect(firstKeyword(sql)).toBe(keyword);
  });
});

describe("transactionStatements", () => {
  it.each<[sql: string, found: readonly TransactionStatement[]]>([
    ["SELECT 1", []],
    ["", []],
    [";;", []],
    ["begin", ["begin"]],
    ["BEGIN ISOLATION LEVEL SERIALIZABLE;", ["begin"]],
    ["START TRANSACTION", ["begin"]],
    ["START SCHEDULES", []],
    ["/* x */ COMMIT WORK", ["commit"]],
    ["End", ["commit"]],
    ["PREPARE TRANSACTION 'x'", ["commit"]],
    ["PREPARE q AS SELECT 1", []],
    ["ROLLBACK", ["rollback"]],
    ["ROLLBACK TRANSACTION", ["rollback"]],
    ["ABORT", ["rollback"]],
    ["ROLLBACK TO SAVEPOINT a", ["rollbackTo"]],
    ["ROLLBACK /* x */ TRANSACTION to a", ["rollbackTo"]],
    ["rollback work to a", ["rollbackTo"]],
    ["SAVEPOINT cockroach_restart", ["savepoint"]],
    ["RELEASE SAVEPOINT a", ["release"]],
    ["SELECT 1; -- x;\n COMMIT; SELECT ';ROLLBACK'; release a", ["commit", "release"]],
    ["SELECT 'a;COMMIT', \";COMMIT\", $$;COMMIT$$ /*;COMMIT*/ --;COMMIT", []],
    ["SELECT begin, commit FROM savepoint", []],
    ["CREATE FUNCTION f() RETURNS INT LANGUAGE PLpgSQL AS $$ BEGIN; COMMIT; END $$", []],
    ["SELECT CASE WHEN a THEN b END; SELECT 1", []],
    ["committed; rollbacks", []],
    ["select;commit", ["commit"]],
  ])("%s", (sql, found) => {
    expect(transactionStatements(sql)).toEqual(found);
  });

  it("finds every one among others", () => {
    const statement = fc.constantFrom<[string, TransactionStatement | undefined]>(
      ["SELECT ';BEGIN;'", undefined],
      [" INSERT INTO \"a;COMMIT;\" VALUES (e'\\';ABORT')", undefined],
      ["", undefined],
      ["\n/* ; */ BEGIN -- ;COMMIT\n", "begin"],
      ["commit", "commit"],
      [" ROLLBACK", "rollback"],
      ["ROLLBACK TO x", "rollbackTo"],
      ["savepoint x", "savepoint"],
      ["RELEASE x", "release"],
    );
    fc.assert(
      fc.property(fc.array(statement), (statements) => {
        const expected = statements.flatMap(([, found]) => (found === undefined ? [] : [found]));
        expect(transactionStatements(statements.map(([sql]) => sql).join(";"))).toEqual(expected);
      }),
    );
  });
});
