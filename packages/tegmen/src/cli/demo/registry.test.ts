import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BackgroundRegistry } from "./registry.ts";

const url = "postgresql://root@127.0.0.1:1/defaultdb";
let folder: string;
let registry: BackgroundRegistry;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tegmen-registry-"));
  registry = new BackgroundRegistry(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

test("running clusters are listed by port, and forgotten when they have ended", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)", "mark-a"], { stdio: "ignore" });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  registry.add({ pid, port: 2, url, mark: "mark-a" });
  expect(registry.list()).toEqual([{ pid, port: 2, url, mark: "mark-a" }]);
  child.kill();
  await once(child, "exit");
  expect(registry.list()).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test("another process that has the number by now is none of ours", () => {
  registry.add({ pid: process.pid, port: 2, url, mark: "not-in-any-command-line" });
  expect(registry.list()).toEqual([]);
});

test("files that cannot be read are removed, and no folder is no cluster", () => {
  writeFileSync(join(folder, "x.json"), "{");
  writeFileSync(join(folder, "y.json"), '{"pid":"1"}');
  expect(registry.list()).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
  expect(new BackgroundRegistry(join(folder, "none")).list()).toEqual([]);
});
