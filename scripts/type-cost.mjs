// What the types cost programs that use them: 60 tables of 17 columns and 120 queries of two tables; and 60 entities of
// as many columns, each with two relations, and 120 queries along them. Both are checked against the declarations that
// are published. Exits with 1 over a budget.
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
  options: {
    budget: { type: "string", default: "120000" },
    tsc: { type: "string" },
  },
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

const entityColumns = `
  name: c.string(80).notNull(), email: c.string().notNull().unique(), balance: c.int().notNull().default(0),
  score: c.float8(), price: c.decimal(10, 2).notNull(), active: c.bool().notNull().default(true),
  region: c.enum("region", ["us", "eu"]), settings: c.jsonb<{ theme: string }>(), tags: c.array(c.string()),
  big: c.bigint().notNull(), note: c.string(), createdAt: c.timestamptz().notNull(), updatedAt: c.timestamptz(),
  count: c.int(), kind: c.string(20),`;

function entityProgram() {
  const lines = [
    'import { type AnyColumn, c } from "./declarations/schema/index.js";',
    'import { select } from "./declarations/sql/index.js";',
    'import { belongsTo, entity, hasMany, joinedload, selectinload, type Session } from "./declarations/orm/index.js";',
    "declare const session: Session;",
  ];
  for (let i = 0; i < tables; i++) {
    const parent = (i + 1) % tables;
    const child = (i + tables - 1) % tables;
    lines.push(`export class E${i} extends entity("table_${i}", {
  id: c.uuid().primaryKey(), parentId: c.uuid().references((): AnyColumn => E${parent}.c.id),${entityColumns}
}, { parent: () => belongsTo(E${parent}), children: () => hasMany(E${child}) }) {
  get label() { return this.email + (this.parent?.email ?? ""); }
}`);
  }
  for (let query = 0; query < queries; query++) {
    const a = query % tables;
    const parent = (a + 1) % tables;
    const grandparent = (a + 2) % tables;
    const join = query % 2 === 1 ? "innerJoin" : "leftJoin";
    lines.push(`export async function q${query}() {
  const found = await session.scalars(select(E${a}).${join}(E${a}.parent).where(E${a}.balance.gt(100), E${a}.children.any())
    .options(selectinload(E${a}.children), joinedload(E${a}.parent).selectinload(E${parent}.parent)));
  const one: E${a} = found.one();
  const far: E${grandparent} | null = one.parent!.parent;
  await session.load(one, "parent.children");
  const made = new E${a}({ name: "a", email: "b", price: "1", big: 1n, createdAt: new Date(), children: one.children });
  return [far, made.label];
}`);
  }
  return lines.join("\n");
}

const folder = mkdtempSync(join(tmpdir(), "tegmen-type-cost-"));
try {
  const declarations = join(folder, "declarations");
  mkdirSync(declarations);
  const project = "packages/tegmen/tsconfig.build.json";
  run(ownTsc, "-p", project, "--emitDeclarationOnly", "--declarationMap", "false", "--outDir", declarations);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
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
  const version = run(tsc, "--version").trim();
  const programs = [
    { text: program(), what: `${tables} tables and ${queries} queries` },
    { text: entityProgram(), what: `${tables} entities and ${queries} queries along their relations` },
  ];
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const budget = Number(options.budget);
  for (const { text, what } of programs) {
    writeFileSync(join(folder, "program.ts"), text);
    const output = run(tsc, "-p", join(folder, "tsconfig.json"), "--extendedDiagnostics");
    const instantiations = Number(/Instantiations:\s+(\d+)/.exec(output)?.[1]);
    const types = Number(/Types:\s+(\d+)/.exec(output)?.[1]);
    console.log(`${version}: ${instantiations} instantiations, ${types} types for ${what} (budget ${budget})`);
    if (!(instantiations <= budget)) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
