import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cacheFolder, temporaryRoot } from "./folders.ts";

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "tegmen-test-folders-")));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe("cacheFolder", () => {
  test("is below XDG_CACHE_HOME if that is set", async () => {
    expect(await cacheFolder({ XDG_CACHE_HOME: folder })).toBe(join(folder, "tegmen"));
  });

  test.skipIf(process.platform !== "linux")("is below ~/.cache otherwise", async () => {
    vi.stubEnv("HOME", folder);
    expect(await cacheFolder({})).toBe(join(folder, ".cache", "tegmen"));
  });

  test.skipIf(process.platform === "win32")(
    "is below the temporary folder if the home cannot be written to",
    async () => {
      vi.stubEnv("HOME", "/dev/null/none");
      vi.stubEnv("TMPDIR", folder);
      await chmod(folder, 0o755);
      expect(await cacheFolder({ XDG_CACHE_HOME: "/dev/null/cache" })).toBe(
        join(folder, `tegmen-cache-${process.getuid?.()}`),
      );
    },
  );
});

describe.skipIf(process.platform === "win32")("temporaryRoot", () => {
  test("is /tmp if the configured folder is too long for a socket", async () => {
    const long = await mkdtemp(join(folder, "x".repeat(60)));
    vi.stubEnv("TMPDIR", long);
    expect(await temporaryRoot()).toBe("/tmp");
  });

  test.runIf(process.getuid?.() === 0)("is /tmp if the configured folder is root's alone", async () => {
    vi.stubEnv("TMPDIR", folder);
    expect(await temporaryRoot()).toBe("/tmp");
  });
});
