// Measures how far the demo cluster answers as a real server did: replays recorded answers and CockroachDB's
// own logic tests, prints a table of each, and fails when a figure is below its floor.
//
//   node scripts/measure-demo.mjs [--write]
//
// The recorded answers are data of their own, apart from this repository: TEGMEN_CRDB_FACTS names their folder,
// default ../shared/crdb. --write puts the tables into docs/demo-cluster.md and raises the floors.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const root = path.resolve(import.meta.dirname, "..");
const { values: options } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const data = process.env.TEGMEN_CRDB_FACTS ?? path.join(root, "..", "shared", "crdb");
if (!existsSync(path.join(data, "replay.mjs"))) {
  console.log("recorded answers of a server not found, nothing was measured; set TEGMEN_CRDB_FACTS");
  process.exit(0);
}

const { startDemoCluster } = await import("@tegmen/demo");
// Each on a cluster of its own: the logic tests change what all databases of a cluster share.
const [facts, logic] = [await measure("replay.mjs"), await measure("run-logic-tests.mjs")];

const areas = facts.map(({ area, agreeing, steps }) => ({ name: area, passed: agreeing, of: steps }));
const files = logic.files.map(({ file, passed, run }) => ({ name: path.basename(file), passed, of: run }));
const tables = [table("facts", areas), table("logic test", files)];
console.log(tables.join("\n\n"));

const page = path.join(root, "docs", "demo-cluster.md");
const floorFile = path.join(root, "docs", "demo-cluster-floors.json");
const measured = { facts: percent(total(areas)), logicTests: percent(total(files)) };
const floors = existsSync(floorFile) ? JSON.parse(readFileSync(floorFile, "utf8")) : {};
if (options.write) {
  const marks = ["<!-- figures: made by scripts/measure-demo.mjs --write -->", "<!-- end of figures -->"];
  const text = readFileSync(page, "utf8");
  const [before, rest] = text.split(marks[0]);
  const after = rest.split(marks[1])[1];
  writeFileSync(page, `${before}${marks[0]}\n\n${tables.join("\n\n")}\n\n${marks[1]}${after}`);
  // A little room: some answers depend on timing.
  const raised = Object.entries(measured).map(([key, value]) => [
    key,
    Math.max(floors[key] ?? 0, Math.floor(value - 0.5)),
  ]);
  writeFileSync(floorFile, `${JSON.stringify(Object.fromEntries(raised), null, 2)}\n`);
} else {
  for (const [key, floor] of Object.entries(floors)) {
    if (measured[key] >= floor) continue;
    console.error(
      `${key}: ${measured[key].toFixed(1)} % is below the floor of ${floor} % (docs/demo-cluster-floors.json)`,
    );
    process.exitCode = 1;
  }
}

async function measure(script) {
  const cluster = await startDemoCluster();
  try {
    const args = [path.join(data, script), "--url", cluster.url, "--json"];
    return JSON.parse(await output(process.execPath, args));
  } finally {
    await cluster.stop();
  }
}

/**
 * What a program prints, by way of a file: one that ends at once loses what a pipe has not taken yet. Exit code 1 says
 * that something disagrees, which is what is measured here.
 */
async function output(program, args) {
  const folder = mkdtempSync(path.join(tmpdir(), "tegmen-measure-"));
  const file = path.join(folder, "output");
  try {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", openSync(file, "w"), "inherit"] });
    const [code] = await once(child, "close");
    if (code !== 0 && code !== 1) throw new Error(`${args[0]} ended with ${code}`);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function table(title, rows) {
  const all = [...rows, { ...total(rows), name: "**all**" }];
  const lines = all.map((row) => `| ${row.name} | ${row.passed} | ${row.of} | ${percent(row).toFixed(1)} |`);
  return [`| ${title} | agree | of | % |`, "| --- | ---: | ---: | ---: |", ...lines].join("\n");
}

function total(rows) {
  return { name: "all", passed: sum(rows, "passed"), of: sum(rows, "of") };
}

function sum(rows, key) {
  return rows.reduce((result, row) => result + row[key], 0);
}

function percent({ passed, of }) {
  return of === 0 ? 0 : (100 * passed) / of;
}
