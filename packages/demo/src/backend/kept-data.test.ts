import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startPostgres } from "./postgres.ts";
import { queryRow } from "./testing-support/sandbox.ts";
import type { PostgresServer } from "./postgres-options.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-test-kept-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function start(dataFolder: string, templateSql?: string): Promise<PostgresServer> {
  const server = await startPostgres({
    cacheFolder: join(folder, "cache"),
    dataFolder,
    ...(templateSql !== undefined && { templateSql }),
  });
  onTestFinished(() => server.stop());
  return server;
}

/** A folder below the test's own, with these files in it. */
async function make(name: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const made = join(folder, name);
  await mkdir(made);
  for (const [file, text] of Object.entries(files)) await writeFile(join(made, file), text);
  return made;
}

describe("data that is kept", () => {
  test("outlives the server, and is served by one at a time", async () => {
    const data = await make("empty");
    await chmod(data, 0o755);
    const first = await start(data);
    await queryRow(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    await expect(start(data)).rejects.toThrow(
      `${data} is in use by another demo cluster (its PostgreSQL is process ${first.pid}). Stop that first.`,
    );
    await first.stop();
    const second = await start(data);
    expect(await queryRow(second, "SELECT answer FROM kept")).toEqual([42]);
    if (process.platform !== "win32") expect((await stat(data)).mode & 0o777).toBe(0o700);
  });

  test("is not put into a folder that holds other things", async () => {
    const data = await make("photos", { "cat.jpg": "" });
    await expect(start(data)).rejects.toThrow(
      `${data} is not empty, and holds no demo cluster. Choose another folder.`,
    );
    expect(await readdir(data)).toEqual(["cat.jpg"]);
  });

  test("is not that of a PostgreSQL of somebody's own", async () => {
    const server = await start(join(folder, "own"));
    await server.stop();
    const data = join(folder, "own");
    await rm(join(data, "tegmen-demo.json"));
    await writeFile(join(data, "postgresql.conf"), "# mine");
    await expect(start(data)).rejects.toThrow(`${data} holds a PostgreSQL that is not a demo cluster's`);
    expect(await readFile(join(data, "postgresql.conf"), "utf8")).toBe("# mine");
  });

  test("is refused when another version has made it", async () => {
    const old = await make("old", { PG_VERSION: "9.6\n" });
    await expect(start(old)).rejects.toThrow(`${old} holds data of PostgreSQL 9.6, and this is version`);
    const other = join(folder, "other");
    await (await start(other, "CREATE TABLE a ()")).stop();
    await expect(start(other, "CREATE TABLE b ()")).rejects.toThrow(
      `${other} was made by another version of @tegmen/demo. Choose another folder, or use that version.`,
    );
  });

  test("is made anew where a start was killed in the middle", async () => {
    const gone = { pid: 2 ** 22 + 1, started: "1", space: "", boot: "before" };
    const data = await make("half", { base: "half of it" });
    await start(join(folder, "whole"));
    const { space } = JSON.parse(await readFile(join(folder, "whole", "tegmen-demo.json"), "utf8")) as {
      space: string;
    };
    await writeFile(join(data, "tegmen-demo.json"), JSON.stringify({ ...gone, space }));
    expect(await queryRow(await start(data), "SELECT 1")).toEqual([1]);
  });
});

test.skipIf(process.platform === "win32")("a folder that cannot be written to is named", async () => {
  await expect(start("/dev/null/data")).rejects.toThrow(
    "Cannot keep data in /dev/null/data: it is not a folder (ENOTDIR). Choose another folder.",
  );
});
