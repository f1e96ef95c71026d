// Checks that imports point downwards only, as docs/architecture.md draws it.
//
//   node scripts/check-layers.mjs
//
// A folder may import from itself and from what is listed for it, nothing else.
// Cycles between files are the linter's (import/no-cycle).

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What each folder may import, beside itself. Order: from the ground up. */
const layers = {
  tegmen: {
    errors: [],
    text: ["errors"],
    url: ["text", "errors"],
    types: ["text", "errors"],
    // Statements compile themselves, so sql and schema call dialect; dialect in turn knows nodes, and builders by type.
    sql: ["dialect", "types", "text", "errors"],
    schema: ["dialect", "sql", "types", "text", "errors"],
    dialect: ["schema", "sql", "types", "text", "errors"],
    drivers: ["text", "errors"],
    pool: ["drivers", "errors"],
    engine: ["pool", "drivers", "dialect", "sql", "types", "url", "text", "errors"],
    transaction: ["engine", "text", "errors"],
    orm: ["transaction", "engine", "dialect", "schema", "sql", "types", "text", "errors"],
    cli: ["*"],
  },
  demo: {
    wire: [],
    backend: [],
    "catalog-views": [],
    rewrite: ["catalog-views"],
    catalog: ["rewrite", "catalog-views"],
    session: ["wire", "rewrite", "catalog", "backend"],
    server: ["session", "wire", "rewrite"],
  },
};

const importPattern = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;
let files = 0;
const problems = [];

for (const [name, allowed] of Object.entries(layers)) {
  const source = path.join("packages", name, "src");
  for (const file of find(source)) {
    files++;
    const [layer, ...rest] = path.relative(source, file).split(path.sep);
    if (rest.length === 0) continue; // the package's own index
    if (allowed[layer] === undefined) {
      problems.push(`${file}: the folder ${layer}/ has no place in scripts/check-layers.mjs`);
      continue;
    }
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(importPattern)) {
      const target = path.relative(source, path.resolve(path.dirname(file), specifier));
      const [other, ...inner] = target.split(path.sep);
      if (other === layer || allowed[layer].includes("*")) continue;
      if (inner.length === 0 || !allowed[layer].includes(other)) {
        problems.push(`${file}: ${layer} may not import ${inner.length === 0 ? target : other} ("${specifier}")`);
      }
    }
  }
}

if (files === 0) problems.push("no source files were found");
for (const problem of problems) console.error(problem);
console.log(`${files} files, ${problems.length} imports against the layers`);
process.exit(problems.length > 0 ? 1 : 0);

/** Product code only: a test may use what it needs. */
function find(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => path.join(folder, file))
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => !/\.(test|test-d)\.ts$/.test(file) && !file.includes("testing-support"));
}
