import { expect, test } from "vitest";
import { effectOf, failureIsFinal, statusAfter } from "./statement-effect.ts";

test.each([
  ["SELECT 1", "data"],
  ["-- x\n (select 1)", "data"],
  ["UPSERT INTO t VALUES (1)", "data"],
  ["WITH a AS (SELECT 1) SELECT * FROM a", "data"],
  ["SHOW TimeZone", "guarded"],
  ["RELEASE SAVEPOINT a", "guarded"],
  ["BEGIN", "begin"],
  ["begin isolation level serializable, read only", "begin"],
  ["BEGIN PRIORITY HIGH", "control"],
  ["BEGIN AS OF SYSTEM TIME '-10s'", "control"],
  ["BEGIN ISOLATION LEVEL READ COMMITTED", "control"],
  ["COMMIT", "control"],
  ["SAVEPOINT cockroach_restart", "control"],
  ["ROLLBACK TO SAVEPOINT a", "control"],
  ["ROLLBACK", "rollback"],
  ["CREATE TABLE t ()", "other"],
  ["CALL f()", "other"],
  ["", "other"],
])("%s has the effect: %s", (sql, effect) => {
  expect(effectOf(sql)).toBe(effect);
});

test("only in a transaction that is certainly open does a failure stop what follows", () => {
  for (const sql of ["INSERT INTO t VALUES (1)", "SAVEPOINT a", "RELEASE SAVEPOINT a"]) {
    expect(failureIsFinal("T", effectOf(sql), sql)).toBe(true);
    expect(failureIsFinal("I", effectOf(sql), sql)).toBe(false);
    expect(failureIsFinal("unknown", effectOf(sql), sql)).toBe(false);
  }
  for (const sql of ["COMMIT", "CREATE TABLE t ()", "BEGIN PRIORITY HIGH"]) {
    expect(failureIsFinal("T", effectOf(sql), sql)).toBe(false);
    expect(statusAfter("T", effectOf(sql), sql)).toBe("unknown");
  }
});
