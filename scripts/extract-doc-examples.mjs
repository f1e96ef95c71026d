// Turns the TypeScript examples of docs/guide/*.md into tests, one for each page, so that
// they are compiled and run: test/docs/generated/<page>.test.ts.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const guide = path.join(root, "docs", "guide");
const target = path.join(root, "test", "docs", "generated");

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

for (const page of readdirSync(guide).filter((name) => name.endsWith(".md"))) {
  const imports = new Map();
  const body = [];
  for (const [, code] of readFileSync(path.join(guide, page), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)) {
    const rest = code.replaceAll(/^import \{([^}]*)\} from "([^"]+)";\n/gm, (_, names, from) => {
      const known = imports.get(from) ?? new Set();
      for (const name of names
        .split(",")
        .map((each) => each.trim())
        .filter(Boolean))
        known.add(name);
      imports.set(from, known);
      return "";
    });
    body.push(rest);
  }
  if (body.length === 0) continue;
  const lines = [
    `// Made from docs/guide/${page} by scripts/extract-doc-examples.mjs.`,
    `import { ok } from "node:assert";`,
    `import { test } from "vitest";`,
    `import { openDatabase } from "../../support/server.ts";`,
    ...[...imports].map(([from, names]) => `import { ${[...names].join(", ")} } from "${from}";`),
    ``,
    `// What an example asserts has to hold here; what it prints is of no interest.`,
    `const console: { assert(value: unknown): void; log(...values: unknown[]): void } = { assert: ok, log: () => {} };`,
    ``,
    `test("the examples of docs/guide/${page} run", async () => {`,
    `const database = await openDatabase();`,
    `process.env["COCKROACHDB_URL"] = database.url;`,
    `try {`,
    ...body,
    `} finally {`,
    `await database.drop();`,
    `}`,
    `});`,
    ``,
  ];
  writeFileSync(path.join(target, page.replace(/\.md$/, ".test.ts")), lines.join("\n"));
}
