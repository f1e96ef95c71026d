// Runs the tests on other versions of Node, taken from the npm registry.
//
//   node scripts/test-node-versions.mjs 22 24 [-- vitest arguments]

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const dashes = process.argv.indexOf("--");
const versions = process.argv.slice(2, dashes < 0 ? undefined : dashes);
const extra = dashes < 0 ? [] : process.argv.slice(dashes + 1);
const root = path.resolve(import.meta.dirname, "..");
const binaries = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const folder = mkdtempSync(path.join(tmpdir(), "tegmen-node-"));
let failed = false;

try {
  for (const version of versions) {
    const place = path.join(folder, version);
    execFileSync(
      "npm",
      ["install", "--prefix", place, "--no-audit", "--no-fund", "--loglevel=error", `${binaries}@${version}`],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    const node = path.join(place, "node_modules", binaries, "bin", "node");
    const name = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    console.log(`\nNode ${name}`);
    const { status } = spawnSync(
      node,
      [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--reporter=dot", ...extra],
      {
        cwd: root,
        stdio: "inherit",
        env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
      },
    );
    failed ||= status !== 0;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
