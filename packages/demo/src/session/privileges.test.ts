import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemoCluster } from "../cluster.ts";
import type { DemoCluster } from "../demo-cluster.ts";

let cluster: DemoCluster;
let root: pg.Client;
let ann: pg.Client;

beforeAll(async () => {
  cluster = await startDemoCluster({ preferRealBinary: false });
  root = await connect("root");
  await root.query("CREATE TABLE t (id INT8 PRIMARY KEY, n INT8); INSERT INTO t VALUES (1, 1)");
  await root.query("CREATE USER ann; CREATE USER bob; CREATE ROLE readers");
  ann = await connect("ann");
});

afterAll(async () => {
  await Promise.all([root?.end(), ann?.end()]);
  await cluster?.stop();
});

async function connect(user: string): Promise<pg.Client> {
  const client = new pg.Client(cluster.urlFor({ user }));
  client.on("error", () => {});
  await client.connect();
  return client;
}

const failure = (client: pg.Client, sql: string): Promise<string> =>
  client.query(sql).then(
    () => "no error",
    ({ code, message }: pg.DatabaseError) => `${code}: ${message}`,
  );

const rows = async (client: pg.Client, sql: string): Promise<unknown[]> =>
  (await client.query({ text: sql, rowMode: "array" })).rows;

describe("without any privilege", () => {
  test.each([
    ["SELECT * FROM t", "user ann does not have SELECT privilege on relation t"],
    ["INSERT INTO t VALUES (2, 2)", "user ann does not have INSERT privilege on relation t"],
    ["DROP TABLE t", "user ann does not have DROP privilege on relation t"],
    ["TRUNCATE t", "user ann does not have DROP privilege on relation t"],
    ["CREATE INDEX ON t (n)", "user ann does not have CREATE privilege on relation t"],
    ["ALTER TABLE t ADD COLUMN x INT8", "must be owner of table t or have CREATE privilege on table t"],
    ["ALTER TABLE t RENAME TO u", "user ann does not have DROP privilege on relation t"],
    ["GRANT SELECT ON t TO ann", "user ann does not have GRANT privilege on relation t"],
    ["SHOW CREATE TABLE t", "user ann has no privileges on relation t"],
    ["CREATE TABLE u (i INT8)", "user ann does not have CREATE privilege on database defaultdb"],
    ["CREATE TYPE e AS ENUM ('a')", "user ann does not have CREATE privilege on database defaultdb"],
    ["CREATE USER cat", "user ann does not have CREATEROLE privilege"],
    ["DROP USER bob", "user ann does not have CREATEROLE privilege"],
    ["GRANT readers TO ann", "ann is not a superuser or role admin for role readers"],
    ["GRANT admin TO ann", "ann is not a role admin for role admin"],
    ["SHOW USERS", "user ann does not have SELECT privilege on relation users"],
    ["SELECT * FROM system.users", "user ann does not have SELECT privilege on relation users"],
    ["ALTER DATABASE defaultdb RENAME TO d", "must be owner of database defaultdb"],
  ])("%s", async (sql, message) => {
    expect(await failure(ann, sql)).toBe(`42501: ${message}`);
  });

  test("nothing is shown", async () => {
    expect(await rows(ann, "SHOW TABLES")).toEqual([]);
    expect(await rows(ann, "SHOW DATABASES")).toEqual([]);
  });
});

describe("with privileges on a table", () => {
  test("CREATE is enough to change it, GRANT to pass it on, DROP to drop it", async () => {
    await root.query("CREATE TABLE shared (id INT8 PRIMARY KEY)");
    await root.query("GRANT CREATE, DROP, GRANT ON shared TO ann");
    await ann.query("ALTER TABLE shared ADD COLUMN x INT8");
    await ann.query("CREATE INDEX ON shared (x)");
    await ann.query("GRANT SELECT ON shared TO bob");
    expect(await failure(ann, "SELECT * FROM shared")).toMatch(/^42501/);
    const granted = "SELECT privilege_type FROM [SHOW GRANTS ON shared] WHERE grantee = 'bob'";
    expect(await rows(root, granted)).toEqual([["SELECT"]]);
    await ann.query("BEGIN; DROP TABLE shared; ROLLBACK");
    expect(await failure(ann, "SELECT * FROM shared")).toMatch(/^42501/);
    await ann.query("DROP TABLE shared");
    expect(await failure(root, "SELECT * FROM shared")).toMatch(/^42P01/);
  });

  test("the user stays the user afterwards", async () => {
    await root.query("CREATE TABLE kept (id INT8)");
    await root.query("GRANT CREATE ON kept TO ann");
    await ann.query("BEGIN; ALTER TABLE kept RENAME COLUMN id TO key");
    expect(await rows(ann, "SELECT current_user")).toEqual([["ann"]]);
    expect(await failure(ann, "SELECT * FROM t")).toMatch(/^42501/);
    await ann.query("ROLLBACK");
    expect(await failure(ann, "ALTER TABLE kept DROP COLUMN nope")).toMatch(/^42703/);
    expect(await failure(ann, "SELECT * FROM t")).toMatch(/^42501/);
  });
});

describe("on a database", () => {
  test("CREATE is enough to make tables, which belong to their maker", async () => {
    await root.query("CREATE DATABASE annex; GRANT CREATE ON DATABASE annex TO ann");
    await ann.query("USE annex");
    await ann.query("CREATE TABLE own (i INT8); INSERT INTO own VALUES (1)");
    expect(await rows(ann, "SELECT * FROM own")).toEqual([["1"]]);
    await ann.query("DROP TABLE own; USE defaultdb");
    expect(await rows(root, "SHOW GRANTS ON DATABASE annex")).toEqual([
      ["annex", "admin", "ALL"],
      ["annex", "ann", "CREATE"],
      ["annex", "root", "ALL"],
    ]);
    expect(await rows(ann, "SELECT database_name FROM [SHOW DATABASES]")).toEqual([["annex"]]);
    await root.query("REVOKE ALL ON DATABASE annex FROM ann");
    expect(await failure(ann, "USE annex; CREATE TABLE own (i INT8)")).toMatch(/^42501/);
    await ann.query("USE defaultdb");
  });
});

describe("on types and patterns", () => {
  test("are granted, shown and revoked", async () => {
    await root.query(
      "CREATE TYPE color AS ENUM ('red'); GRANT ALL ON TYPE color TO ann; GRANT USAGE ON TYPE color TO bob",
    );
    expect(await rows(root, "SELECT grantee, privilege_type FROM [SHOW GRANTS ON TYPE color]")).toEqual([
      ["admin", "ALL"],
      ["ann", "ALL"],
      ["bob", "USAGE"],
      ["public", "USAGE"],
      ["root", "ALL"],
    ]);
    await ann.query("REVOKE USAGE ON TYPE color FROM bob");
    await root.query("REVOKE ALL ON TYPE color FROM ann");
    expect(await rows(root, "SHOW GRANTS ON TYPE color FOR ann, bob")).toEqual([]);
    expect(await failure(ann, "GRANT USAGE ON TYPE color TO bob")).toBe(
      "42501: user ann does not have GRANT privilege on type color",
    );
    expect(await failure(root, "GRANT SELECT ON TYPE color TO ann")).toMatch(/^0LP01/);
  });

  test("of tables are shown together", async () => {
    await root.query("CREATE TABLE a1 (i INT8); CREATE TABLE a2 (i INT8); GRANT SELECT ON TABLE a1, a2 TO bob");
    expect(await rows(root, "SELECT table_name FROM [SHOW GRANTS ON * FOR bob]")).toEqual([["a1"], ["a2"]]);
    await root.query("DROP TABLE a1, a2");
  });
});

describe("roles", () => {
  test("membership, with and without the option to pass it on", async () => {
    await root.query("GRANT SELECT ON t TO readers; GRANT readers TO bob WITH ADMIN OPTION");
    const bob = await connect("bob");
    expect(await rows(bob, "SELECT n FROM t")).toEqual([["1"]]);
    await bob.query("GRANT readers TO ann");
    expect(await rows(ann, "SELECT n FROM t")).toEqual([["1"]]);
    expect(await failure(ann, "REVOKE readers FROM bob")).toBe(
      "42501: ann is not a superuser or role admin for role readers",
    );
    expect(await rows(root, "SELECT * FROM system.role_members WHERE role = 'readers'")).toEqual([
      ["readers", "ann", false],
      ["readers", "bob", true],
    ]);
    expect(await failure(root, "GRANT bob TO readers")).toBe(
      "0LP01: making readers a member of bob would create a cycle",
    );
    expect(await failure(root, "GRANT bob TO bob")).toBe("0LP01: bob cannot be a member of itself");
    await bob.query("REVOKE readers FROM ann");
    await bob.end();
  });

  test("an admin may do everything", async () => {
    await root.query("CREATE USER boss; GRANT admin TO boss");
    const boss = await connect("boss");
    expect(await rows(boss, "SELECT n FROM t")).toEqual([["1"]]);
    await boss.query("CREATE USER temp; GRANT SELECT ON t TO temp; ALTER TABLE t ADD COLUMN z INT8");
    expect(await failure(boss, "DROP USER temp")).toBe("2BP01: cannot drop role/user temp: grants still exist on t");
    await boss.query("REVOKE SELECT ON t FROM temp; DROP USER temp; ALTER TABLE t DROP COLUMN z");
    await boss.end();
  });

  test("options, which are not inherited", async () => {
    await root.query("CREATE ROLE makers CREATEROLE; GRANT makers TO ann");
    expect(await failure(ann, "CREATE ROLE x")).toBe("42501: user ann does not have CREATEROLE privilege");
    await root.query("ALTER USER ann CREATEROLE");
    await ann.query("CREATE ROLE x");
    expect(await failure(ann, "CREATE USER y")).toBe("42501: user ann does not have CREATELOGIN privilege");
    await root.query("ALTER USER ann CREATELOGIN VIEWACTIVITY");
    await ann.query("CREATE USER y; DROP USER y; DROP ROLE x");
    expect(await rows(root, "SELECT options FROM [SHOW USERS] WHERE username = 'ann'")).toEqual([
      ["CREATELOGIN, CREATEROLE, VIEWACTIVITY"],
    ]);
    await root.query("ALTER USER ann NOCREATEROLE NOCREATELOGIN NOVIEWACTIVITY");
    expect(await failure(root, "ALTER USER ann CREATEROLE NOCREATEROLE")).toBe("42601: conflicting role options");
    expect(await failure(root, "ALTER ROLE admin CREATEROLE")).toBe("42501: cannot edit admin role");
  });

  test("a user who is dropped and made again has nothing of the old one", async () => {
    await root.query("CREATE USER dan; GRANT readers TO dan");
    const dan = await connect("dan");
    expect(await rows(dan, "SELECT n FROM t")).toEqual([["1"]]);
    await root.query("DROP USER dan; CREATE USER dan");
    expect(await failure(dan, "SELECT n FROM t")).toMatch(/^42501/);
    await dan.end();
  });

  test("who may not log in does not get in", async () => {
    await expect(connect("readers")).rejects.toMatchObject({ message: expect.stringContaining("readers") });
    await expect(connect("nobody")).rejects.toMatchObject({ message: expect.stringContaining("nobody") });
  });
});
