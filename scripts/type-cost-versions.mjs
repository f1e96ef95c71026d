// The type-cost budget on every supported version of TypeScript, taken from the npm registry.
//
//   node scripts/type-cost-versions.mjs [5.9 6.0 7.0] [-- arguments of type-cost.mjs]

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const dashes = process.argv.indexOf("--");
const given = process.argv.slice(2, dashes < 0 ? undefined : dashes);
const extra = dashes < 0 ? [] : process.argv.slice(dashes + 1);
const versions = given.length > 0 ? given : ["5.9", "6.0", "7.0"];
const folder = mkdtempSync(path.join(tmpdir(), "tegmen-typescript-"));
let failed = false;

try {
  for (const version of versions) {
    const place = path.join(folder, version);
    execFileSync(
      "npm",
      ["install", "--prefix", place, "--no-audit", "--no-fund", "--loglevel=error", `typescript@${version}`],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    const tsc = path.join(place, "node_modules/.bin/tsc");
    const script = path.join(import.meta.dirname, "type-cost.mjs");
    const { status } = spawnSync(process.execPath, [script, "--tsc", tsc, ...extra], { stdio: "inherit" });
    failed ||= status !== 0;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
