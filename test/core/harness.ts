import { DatabaseError, type Engine, type Executable, type MetaData } from "tegmen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../support/server.ts";

/** A database of a test file's own, with the tables of a metadata. */
export interface World {
  readonly engine: Engine;
}

/** Creates the tables and rows before the tests of a file, and drops them with their database. */
export function createWorld(metadata: MetaData, rows: readonly Executable[] = []): World {
  let database: TestDatabase;
  let engine: Engine;
  beforeAll(async () => {
    database = await openDatabase();
    engine = database.engine({ poolSize: 2 });
    await metadata.createAll(engine);
    for (const statement of rows) await engine.execute(statement);
  });
  afterAll(() => database.drop());
  return {
    get engine() {
      return engine;
    },
  };
}

/** What it shows, a query, and its rows: objects, or their values in order. */
export type QueryCase = readonly [what: string, query: Executable, rows: readonly unknown[]];

/** Runs queries and checks their rows. Rows that are given as arrays are compared by their values alone. */
export function describeQueries(world: World, title: string, cases: readonly QueryCase[]): void {
  describe(title, () => {
    test.each(cases.map(([what, query, rows]) => ({ what, query, rows })))("$what", async ({ query, rows }) => {
      const result = await world.engine.execute(query);
      expect(Array.isArray(rows[0]) ? result.tuples().all() : result.all()).toEqual(rows);
    });
  });
}

/** What it shows, a statement that writes, the rows it returns (or how many it touched), and what is there then. */
export type ChangeCase = readonly [
  what: string,
  change: Executable,
  returned: readonly unknown[] | number,
  ...after: readonly [check: Executable, rows: readonly unknown[]] | readonly [],
];

/** Runs statements that write, each in a transaction that is rolled back. */
export function describeChanges(world: World, title: string, cases: readonly ChangeCase[]): void {
  describe(title, () => {
    test.each(cases.map(([what, change, returned, check, rows]) => ({ what, change, returned, check, rows })))(
      "$what",
      async ({ change, returned, check, rows = [] }) => {
        await using conn = await world.engine.connect();
        const result = await conn.execute(change);
        if (typeof returned === "number") expect(result.rowCount).toBe(returned);
        else expect(Array.isArray(returned[0]) ? result.tuples().all() : result.all()).toEqual(returned);
        if (check === undefined) return;
        const after = await conn.execute(check);
        expect(Array.isArray(rows[0]) ? after.tuples().all() : after.all()).toEqual(rows);
      },
    );
  });
}

/** What it shows, a statement, the SQLSTATE by which the server refuses it, and some of its message. */
export type RefusalCase = readonly [what: string, statement: Executable, code: string, message: string | RegExp];

/** Runs statements that the server refuses. */
export function describeRefusals(world: World, title: string, cases: readonly RefusalCase[]): void {
  describe(title, () => {
    test.each(cases.map(([what, statement, code, message]) => ({ what, statement, code, message })))(
      "$what",
      async ({ statement, code, message }) => {
        const error: unknown = await world.engine.execute(statement).then(
          () => undefined,
          (caught: unknown) => caught,
        );
        expect(error).toBeInstanceOf(DatabaseError);
        expect((error as DatabaseError).code).toBe(code);
        if (typeof message === "string") expect((error as DatabaseError).message).toContain(message);
        else expect((error as DatabaseError).message).toMatch(message);
      },
    );
  });
}
