import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { doOnce } from "./lock.ts";
import { ownIdentity } from "./process-identity.ts";

let folder: string;
let done: boolean;
let times: number;

const isDone = async (): Promise<boolean> => done;
const work = async (): Promise<void> => {
  times += 1;
  // Others have every chance to start meanwhile.
  await readdir(folder);
  done = true;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-test-lock-"));
  done = false;
  times = 0;
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("work wanted by several is done once", async () => {
  const lock = join(folder, "lock");
  await Promise.all(Array.from({ length: 8 }, () => doOnce(lock, isDone, work)));
  expect(times).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test("the lock of a process that is gone is taken over", async () => {
  const lock = join(folder, "lock");
  await writeFile(lock, JSON.stringify({ ...(await ownIdentity()), started: "1" }));
  await doOnce(lock, isDone, work);
  expect(times).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test("work that fails releases the lock", async () => {
  const lock = join(folder, "lock");
  const failing = doOnce(lock, isDone, () => Promise.reject(new Error("disk full")));
  await expect(failing).rejects.toThrow("disk full");
  expect(await readdir(folder)).toEqual([]);
});
