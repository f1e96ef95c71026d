import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { History, mayHoldSecret } from "./history.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tegmen-history-"));
  path = join(folder, "below", "sql_history");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("statements are remembered from session to session, in a file of the user's own", () => {
  const first = new History(path);
  first.add("SELECT 1;");
  first.add("SELECT 2;");
  first.add("SELECT 2;");
  expect(new History(path).newestFirst).toEqual(["SELECT 2;", "SELECT 1;"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a file that others can read is closed to them", () => {
  path = join(folder, "sql_history");
  writeFileSync(path, "SELECT 1;\n", { mode: 0o644 });
  expect(new History(path).newestFirst).toEqual(["SELECT 1;"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("statements with passwords are not remembered", () => {
  const history = new History(path);
  expect(history.add("CREATE USER ann WITH PASSWORD 'hunter2';")).toBe(false);
  expect(history.add("RESTORE t FROM 's3://x?AWS_SECRET_ACCESS_KEY=hunter2';")).toBe(false);
  expect(history.add("SELECT 'postgres://ann:hunter2@h/d';")).toBe(false);
  expect(history.add("SELECT 1;")).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("SELECT 1;\n");
  expect(mayHoldSecret("select a from t")).toBe(false);
});

test("the file does not grow for ever", () => {
  const history = new History(path);
  for (let n = 0; n < 2500; n++) history.add(`SELECT ${n};`);
  const kept = new History(path).newestFirst;
  expect(kept.length).toBeLessThanOrEqual(2000);
  expect(kept[0]).toBe("SELECT 2499;");
});

test("without a place to write there is a history of this session only", () => {
  writeFileSync(join(folder, "below"), "a file where the folder would be");
  const history = new History(path);
  expect(history.add("SELECT 1;")).toBe(true);
  expect(history.newestFirst).toEqual(["SELECT 1;"]);
});
