// npm run demo: starts a demo cluster, runs the bank tutorial and a contended run on it, and stops everything.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startDemoCluster } from "@tegmen/demo";
import { createEngine, sql } from "tegmen";

const onTerminal = process.stdout.isTTY && !process.env.NO_COLOR;
const bold = (text) => (onTerminal ? `\u001B[1m${text}\u001B[22m` : text);
const dim = (text) => (onTerminal ? `\u001B[2m${text}\u001B[22m` : text);
const width = Math.min(process.stdout.columns || 96, 96);
const wrapped = (text) => text.replaceAll(new RegExp(`(.{1,${width}})(?:\\s|$)`, "g"), "$1\n").trim();
const file = (path) => fileURLToPath(new URL(`../examples/${path}`, import.meta.url));

/** What runs, by its example, its program and its arguments. */
const steps = [
  { title: "The bank tutorial, in SQL", example: "bank-sql", program: "main" },
  { title: "The same bank, contended", example: "bank-sql", program: "contention" },
  { title: "The bank tutorial, with the ORM", example: "bank-orm", program: "main", args: ["--quiet"] },
  { title: "Rows in chunks, and a relation without a foreign key", example: "bank-orm", program: "more" },
];

/** Aborted by Ctrl-C, SIGTERM or the end of the terminal; a second time, nothing is waited for. */
const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
  });
}

/** Makes a database for an example, because their tables have the same names; returns its URL. */
async function makeDatabase(url, example) {
  const name = example.replaceAll("-", "_");
  const engine = createEngine(url);
  await engine.execute(sql`CREATE DATABASE IF NOT EXISTS ${sql.identifier(name)}`);
  await engine.dispose();
  return url.replace("/defaultdb", `/${name}`);
}

/** Runs a program to its end, and returns its exit code. */
function run(path, args) {
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  const end = () => child.kill("SIGTERM");
  interruption.signal.addEventListener("abort", end, { once: true });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      interruption.signal.removeEventListener("abort", end);
      resolve(code ?? 1);
    });
  });
}

async function main() {
  console.log(bold("Starting a demo cluster"));
  const begun = performance.now();
  const cluster = await startDemoCluster();
  try {
    console.log(dim(wrapped(cluster.banner)));
    console.log(`${cluster.url} ${dim(`ready after ${((performance.now() - begun) / 1000).toFixed(1)} s`)}\n`);
    for (const { title, example, program, args = [] } of steps) {
      if (interruption.signal.aborted) return 130;
      console.log(`${bold(title)} ${dim(`examples/${example}/src/${program}.ts`)}`);
      const code = await run(file(`${example}/dist/${program}.js`), [
        ...args,
        await makeDatabase(cluster.url, example),
      ]);
      if (interruption.signal.aborted) return 130;
      if (code !== 0) {
        console.error(`\n${program} ended with exit code ${code}`);
        return 1;
      }
      console.log();
    }
  } finally {
    await cluster.stop();
  }
  if (interruption.signal.aborted) return 130;
  console.log(`Done, and everything is stopped. For a cluster to play with: ${bold("npm run tegmen demo")}`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
