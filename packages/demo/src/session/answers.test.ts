import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemoCluster } from "../cluster.ts";
import type { DemoCluster } from "../cluster.ts";

let cluster: DemoCluster;
let client: pg.Client;

const raw = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

beforeAll(async () => {
  cluster = await startDemoCluster({ preferRealBinary: false });
  client = new pg.Client({ connectionString: cluster.url, types: raw });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await cluster?.stop();
});

/** The rows of the last statement, as texts. */
async function rows(sql: string): Promise<unknown[]> {
  const result = await client.query({ text: sql, rowMode: "array" });
  return ([result].flat().at(-1) as pg.QueryArrayResult).rows;
}

const failure = (sql: string): Promise<unknown> =>
  client.query(sql).then(
    () => "no error",
    ({ code, message }: pg.DatabaseError) => `${code}: ${message}`,
  );

describe("the result of a prepared statement keeps its types", () => {
  test("prepared by SQL", async () => {
    await client.query("CREATE TABLE plan (a INT8); INSERT INTO plan VALUES (1)");
    await client.query("PREPARE star AS SELECT * FROM plan");
    await client.query("ALTER TABLE plan ADD COLUMN b INT8");
    expect(await failure("EXECUTE star")).toBe("0A000: cached plan must not change result type");
    expect(await failure("EXECUTE star")).toBe("0A000: cached plan must not change result type");
    await client.query("ALTER TABLE plan DROP COLUMN b");
    expect(await rows("EXECUTE star")).toEqual([["1"]]);
  });

  test("prepared by the protocol", async () => {
    await client.query("CREATE TABLE plan2 (a INT8); INSERT INTO plan2 VALUES (1)");
    const text = "SELECT * FROM plan2 WHERE a = $1";
    const star: pg.QueryArrayConfig = { name: "star2", text, values: [1], rowMode: "array" };
    expect((await client.query(star)).rows).toEqual([["1"]]);
    await client.query("ALTER TABLE plan2 ADD COLUMN b INT8");
    await expect(client.query(star)).rejects.toMatchObject({ code: "0A000" });
    await client.query("BEGIN");
    await expect(client.query(star)).rejects.toMatchObject({ code: "0A000" });
    await client.query("ROLLBACK");
    await client.query("ALTER TABLE plan2 RENAME COLUMN b TO c; ALTER TABLE plan2 DROP COLUMN c");
    expect((await client.query(star)).rows).toEqual([["1"]]);
  });
});
