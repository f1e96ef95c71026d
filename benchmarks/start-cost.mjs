// What it costs to have tegmen in a program: the time to import it, its dependencies and its size.
//
//   npm run start-cost -- [--rounds 31] [--json]

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const packageFolder = path.join(import.meta.dirname, "../packages/tegmen");

/** The longest that importing may take on a quiet machine of two cores, beside an empty start of Node, in milliseconds. */
const budgets = { tegmen: 50, "tegmen/orm": 70 };
const mostDependencies = 3;

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/**
 * Starts of Node with and without the package, in turns.
 *
 * @returns medians in milliseconds for each entry, of what it takes above an empty start in the same round, and of the
 *   processor's part in that, which depends less on what else the machine does; the packages that are installed with it; the size of what is published
 */
export function measureStart(rounds, node = process.execPath) {
  const manifest = JSON.parse(readFileSync(path.join(packageFolder, "package.json"), "utf8"));
  const entries = Object.keys(budgets).filter((entry) => `.${entry.slice("tegmen".length)}` in manifest.exports);
  const programs = new Map([["", ""], ...entries.map((entry) => [entry, `import ${JSON.stringify(entry)}`])]);
  const start = (code) => {
    const tell = "const { user, system } = process.cpuUsage(); process.stdout.write(String(user + system));";
    const before = performance.now();
    const cpu = execFileSync(node, ["--input-type=module", "-e", `${code};${tell}`], { cwd: packageFolder });
    return { ms: performance.now() - before, cpuMs: Number(cpu) / 1_000 };
  };
  const times = new Map(entries.map((entry) => [entry, []]));
  const empty = [];
  for (const code of programs.values()) start(code);
  for (let round = 0; round < rounds; round++) {
    const base = start("");
    empty.push(base.ms);
    for (const entry of entries) {
      const { ms, cpuMs } = start(programs.get(entry));
      times.get(entry).push({ ms: ms - base.ms, cpuMs: cpuMs - base.cpuMs });
    }
  }
  const packed = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json"], {
      cwd: packageFolder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const [{ size, unpackedSize, entryCount }] = Array.isArray(packed) ? packed : Object.values(packed);
  return {
    emptyMs: middle(empty),
    imports: entries.map((entry) => ({
      entry,
      ms: middle(times.get(entry).map(({ ms }) => ms)),
      cpuMs: middle(times.get(entry).map(({ cpuMs }) => cpuMs)),
      budget: budgets[entry],
    })),
    dependencies: Object.keys(manifest.dependencies),
    packedKb: size / 1024,
    unpackedKb: unpackedSize / 1024,
    files: entryCount,
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values: options } = parseArgs({
    options: { rounds: { type: "string", default: "31" }, json: { type: "boolean", default: false } },
  });
  const cost = measureStart(Number(options.rounds));
  if (options.json) console.log(JSON.stringify(cost, undefined, 2));
  else {
    console.log(`an empty start of Node ${process.version}: ${cost.emptyMs.toFixed(0)} ms`);
    for (const { entry, ms, cpuMs, budget } of cost.imports) {
      console.log(`import "${entry}": ${ms.toFixed(0)} ms more (budget ${budget}), ${cpuMs.toFixed(0)} ms of CPU`);
    }
    console.log(
      `dependencies: ${cost.dependencies.length} (${cost.dependencies.join(", ")}; at most ${mostDependencies})`,
    );
    console.log(
      `packed: ${cost.packedKb.toFixed(0)} kB, unpacked ${cost.unpackedKb.toFixed(0)} kB in ${cost.files} files`,
    );
  }
  if (cost.dependencies.length > mostDependencies || cost.imports.some(({ ms, budget }) => ms > budget)) {
    process.exitCode = 1;
  }
}
