// Runs the flows of other ORMs, each in a database of its own: on the server of TEGMEN_TEST_URL, else on a demo cluster.
//
//   npm run interop [-- drizzle kysely typeorm]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { startDemoCluster } from "@tegmen/demo";

const folder = import.meta.dirname;
const asked = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs") && (asked.length === 0 || asked.includes(name.split(".")[0])))
  .map((name) => path.join(folder, name));
if (files.length === 0) throw new Error(`no flow is called ${asked.join(" or ")}`);

const given = process.env["TEGMEN_TEST_URL"];
const cluster = given ? undefined : await startDemoCluster();
try {
  const version = (name) =>
    JSON.parse(readFileSync(path.join(folder, "node_modules", name, "package.json"), "utf8")).version;
  const names = ["drizzle-orm", "kysely", "typeorm", "pg"];
  console.log(`${cluster?.version ?? given}\n${names.map((name) => `${name} ${version(name)}`).join(", ")}\n`);
  const tests = spawn(process.execPath, ["--test", "--test-reporter=spec", ...files], {
    stdio: "inherit",
    env: { ...process.env, INTEROP_URL: given ?? cluster?.url },
  });
  const [code] = await once(tests, "exit");
  process.exitCode = code ?? 1;
} finally {
  await cluster?.stop();
}
