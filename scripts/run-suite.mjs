// Compiles a suite under test/ and runs its main.ts: node scripts/run-suite.mjs chaos [arguments]
// Its tsconfig.suite.json is not called tsconfig.json, because the linter would take that for its own.
// Plain Node 20 runs no TypeScript, and these suites have to run without a test runner around them.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const [suite, ...rest] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, "..");
// Below node_modules, so that the workspace's packages are found from there.
const out = path.join(root, "node_modules", ".cache", "tegmen-suites", `${suite}-${process.pid}`);

process.on("exit", () => rmSync(out, { recursive: true, force: true }));
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, "package.json"), '{ "type": "module" }\n');
run(path.join(root, "node_modules", "typescript", "bin", "tsc"), [
  "-p",
  path.join(root, "test", suite, "tsconfig.suite.json"),
  "--outDir",
  out,
]);
run("--enable-source-maps", ["--expose-gc", path.join(out, suite, "main.js"), ...rest]);

function run(program, args) {
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
