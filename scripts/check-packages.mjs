// Checks the packages as a user gets them: packs each one, lints the tarball and its types,
// installs them in an empty project and uses them there.
//
//   node scripts/check-packages.mjs        (after npm run build)

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const bin = (name) => path.join(root, "node_modules", ".bin", name);
const folder = mkdtempSync(path.join(tmpdir(), "tegmen-packages-"));
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** What a user's first program does, with types. */
const program = `
import { createEngine, runTransaction, sql, text } from "tegmen";
import { startDemoCluster } from "@tegmen/demo";

await using cluster = await startDemoCluster();
await using engine = createEngine(cluster.url);
await engine.execute(text("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT)"));
await engine.execute(text("UPSERT INTO accounts VALUES (1, 100), (2, 0)"));
await runTransaction(engine, async (conn) => {
  const row = (await conn.execute(sql<{ balance: number }>\`SELECT balance FROM accounts WHERE id = 1\`)).one();
  if (row.balance < 40) throw new Error("insufficient funds");
  conn.defer(sql\`UPDATE accounts SET balance = balance - \${40} WHERE id = 1\`);
  conn.defer(sql\`UPDATE accounts SET balance = balance + \${40} WHERE id = 2\`);
});
const balances = (await engine.execute(text<{ balance: number }>("SELECT balance FROM accounts ORDER BY id"))).scalars().all();
const [first, second]: number[] = balances;
if (first !== 60 || second !== 40) throw new Error("wrong balances: " + String(balances));
console.log("a packed program moved money on", cluster.version);
`;

const tsconfig = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable"],
    module: "NodeNext",
    strict: true,
    types: ["node"],
    typeRoots: [path.join(root, "node_modules", "@types")],
  },
  files: ["program.ts"],
};

try {
  const tarballs = new Map();
  for (const name of ["tegmen", "@tegmen/demo"]) {
    const [{ filename, size, files }] = JSON.parse(
      run("npm", ["pack", "--json", "--workspace", name, "--pack-destination", folder]),
    );
    const tarball = path.join(folder, path.basename(filename));
    tarballs.set(name, tarball);
    const stray = files.map((file) => file.path).filter((file) => /\.test\.|testing-support|\.tsbuildinfo/.test(file));
    if (stray.length > 0) throw new Error(`${name} ships what is no part of it: ${stray.join(", ")}`);
    console.log(`${name}: ${files.length} files, ${(size / 1024).toFixed(0)} kB packed`);
    run(bin("publint"), [tarball, "--strict"]);
    run(bin("attw"), [tarball, "--profile", "esm-only"]);
  }

  const project = path.join(folder, "project");
  mkdirSync(project);
  writeFileSync(
    path.join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...tarballs.values()], project);
  writeFileSync(path.join(project, "program.ts"), program);
  writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify(tsconfig));
  run(bin("tsc"), ["-p", "tsconfig.json"], project);
  console.log(run(process.execPath, ["program.js"], project).trim());
  assertEachModuleOnce(path.join(project, "node_modules/tegmen/dist"));
  console.log(run(path.join(project, "node_modules", ".bin", "tegmen"), ["--version"], project).trim());
  const left = readdirSync(path.join(project, "node_modules")).filter((name) => !name.startsWith("."));
  const size = left.reduce((sum, name) => sum + sizeOf(path.join(project, "node_modules", name)), 0);
  console.log(`installed: ${left.length} folders in node_modules, ${(size / 2 ** 20).toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A module in two files of a bundle would be two copies of its classes: `instanceof` would tell them apart. */
function assertEachModuleOnce(dist) {
  const places = new Map();
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"))) {
    for (const [, module] of readFileSync(path.join(dist, file), "utf8").matchAll(/^\/\/ (src\/.+\.ts)$/gm)) {
      const other = places.get(module);
      if (other !== undefined) throw new Error(`${module} is in ${other} and in ${file}`);
      places.set(module, file);
    }
  }
  if (places.size === 0) throw new Error("the bundle does not name its modules");
}

function sizeOf(place) {
  if (!statSync(place).isDirectory()) return statSync(place).size;
  return readdirSync(place).reduce((sum, name) => sum + sizeOf(path.join(place, name)), 0);
}
