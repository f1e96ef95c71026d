import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownIdentity } from "./process-identity.ts";
import { reapStale } from "./reaper.ts";

describe("reapStale", () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "tegmen-test-reaper-"));
  });

  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  test("removes folders of processes that are gone, and no others", async () => {
    const own = await ownIdentity();
    const owners = {
      "tegmen-demo-alive": own,
      "tegmen-demo-reused": { ...own, started: "1" },
      "tegmen-demo-rebooted": { ...own, boot: "another" },
      "tegmen-demo-elsewhere": { ...own, space: "another machine", pid: 1 },
      "other-reused": { ...own, started: "1" },
    };
    for (const [name, owner] of Object.entries(owners)) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, "owner.json"), JSON.stringify(owner));
    }
    await mkdir(join(root, "tegmen-demo-young"));

    await reapStale(root);

    expect((await readdir(root)).toSorted()).toEqual([
      "other-reused",
      "tegmen-demo-alive",
      "tegmen-demo-elsewhere",
      "tegmen-demo-young",
    ]);
  });

  test("spares a stranger that was given a dead server's number", async () => {
    const folder = join(root, "tegmen-demo-stranger");
    await mkdir(join(folder, "data"), { recursive: true });
    await writeFile(join(folder, "owner.json"), JSON.stringify({ ...(await ownIdentity()), started: "1" }));
    await writeFile(join(folder, "data", "postmaster.pid"), `${process.pid}\n`);

    await reapStale(root);

    expect(existsSync(folder)).toBe(false);
  });
});
