// What the types of the expression language cost a program that uses them: 60 tables of 17 columns and 120 queries of
// two tables, checked against the declarations that are published. Exits with 1 over the budget.
//
//   node scripts/type-cost.mjs [--budget 120000] [--tsc path/to/tsc]

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: { budget: { type: "string", default: "120000" }, tsc: { type: "string" } },
});
const tables = 60;
const queries = 120;
const ownTsc = join(root, "node_modules/.bin/tsc");
const tsc = options.tsc === undefined ? ownTsc : resolve(options.tsc);

/** Runs the compiler and returns what it prints. */
function run(compiler, ...args) {
  try {
    return execFileSync(compiler, args, { cwd: root, encoding: "utf8" });
  } catch (error) {
    throw new Error(`${compiler} ${args.join(" ")} failed:\n${error.stdout}`, { cause: error });
  }
}

function program() {
  const lines = ['import { c, table } from "./declarations/schema/index.js";'];
  lines.push('import { select, type Executable } from "./declarations/sql/index.js";');
  lines.push("declare function run<Row>(statement: Executable<Row>): Row[];");
  for (let i = 0; i < tables; i++) {
    lines.push(`export const t${i} = table("table_${i}", {
  id: c.uuid().primaryKey(), parentId: c.uuid().notNull(), name${i}: c.string(80).notNull(),
  email: c.string().notNull().unique(), balance: c.int().notNull().default(0), score: c.float8(),
  price: c.decimal(10, 2).notNull(), active: c.bool().notNull().default(true), region: c.enum("region", ["us", "eu"]),
  settings: c.jsonb<{ theme: string }>(), tags: c.array(c.string()), big: c.bigint().notNull(), note: c.string(),
  createdAt: c.timestamptz().notNull(), updatedAt: c.timestamptz(), count: c.int(), kind: c.string(20),
}, (t) => [index().on(t.email.desc())]);`);
  }
  for (let query = 0; query < queries; query++) {
    const a = query % tables;
    const far = (query * 7 + 1) % tables;
    const b = far === a ? (a + 1) % tables : far;
    const isInner = query % 2 === 1;
    lines.push(`export const q${query} = select(t${a}.c.id, t${a}.c.name${a}, t${a}.c.balance.plus(1).as("next"), t${b}.c.email, t${b}.c.createdAt)
  .${isInner ? "innerJoin" : "leftJoin"}(t${b}, t${b}.c.parentId.eq(t${a}.c.id))
  .where(t${a}.c.balance.gt(100), t${b}.c.email.like("a%")).orderBy(t${a}.c.balance.desc()).limit(10);
for (const row of run(q${query})) {
  const v: [string, string, number, string${isInner ? "" : " | null"}] = [row.id, row.name${a}, row.next, row.email];
  void v;
}`);
  }
  return lines.join("\n").replace("{ c, table }", "{ c, index, table }");
}

const folder = mkdtempSync(join(tmpdir(), "tegmen-type-cost-"));
try {
  const declarations = join(folder, "declarations");
  mkdirSync(declarations);
  const project = "packages/tegmen/tsconfig.build.json";
  run(ownTsc, "-p", project, "--emitDeclarationOnly", "--declarationMap", "false", "--outDir", declarations);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "program.ts"), program());
  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const output = run(tsc, "-p", join(folder, "tsconfig.json"), "--extendedDiagnostics");
  const instantiations = Number(/Instantiations:\s+(\d+)/.exec(output)?.[1]);
  const types = Number(/Types:\s+(\d+)/.exec(output)?.[1]);
  const version = run(tsc, "--version").trim();
  const budget = Number(options.budget);
  console.log(
    `${version}: ${instantiations} instantiations, ${types} types for ${tables} tables and ${queries} queries ` +
      `(budget ${budget})`,
  );
  if (!(instantiations <= budget)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
