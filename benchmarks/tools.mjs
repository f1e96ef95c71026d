// The adapters, their versions, the Node that runs them, and their processes.

import { execFileSync, fork } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const root = path.dirname(here);

/** The peers want at least this Node. */
const oldestNode = 22;
const ownNode = 24;

/** Installs the peers where they are missing. */
export function installPeers() {
  if (existsSync(path.join(here, "node_modules/@mikro-orm"))) return;
  // No scripts: those of Prisma download programs that its client does without.
  const args = ["ci", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", args, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
}

/** Generates Prisma's client. */
export function generatePrisma(node) {
  const folder = path.join(here, "orm");
  if (existsSync(path.join(folder, "prisma/generated"))) return;
  execFileSync(node, [path.join(here, "node_modules/prisma/build/index.js"), "generate"], {
    cwd: folder,
    // Only migrations need this program, and it would be downloaded.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** The path of a Node that the peers run on: this one, or one from the npm registry. */
export function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= oldestNode) return process.execPath;
  const binaries = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const place = path.join(here, "node_modules/.cache/node");
  const node = path.join(place, "node_modules", binaries, "bin/node");
  if (!existsSync(node)) {
    const args = ["install", "--prefix", place, "--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", [...args, `${binaries}@${ownNode}`], { stdio: ["ignore", "ignore", "inherit"] });
  }
  return node;
}

/**
 * All adapters of a suite: a file each.
 *
 * @param folder where the suite is
 * @param first the names of the files that come first; the very first is the reference
 */
export async function loadAdapters({ folder, first }) {
  const names = readdirSync(path.join(here, folder, "adapters"))
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => path.parse(file).name);
  const others = names.filter((name) => !first.includes(name)).toSorted();
  return Promise.all(
    [...first, ...others].map(async (file) => {
      const module = `./adapters/${file}.mjs`;
      const source = readFileSync(path.join(here, folder, module), "utf8");
      // Not imported: the harness may run on a Node that the tool does not.
      return { file, module, name: field(source, "name"), note: field(source, "note"), packages: packagesOf(source) };
    }),
  );
}

function field(source, name) {
  return new RegExp(String.raw`export const ${name} =\s*"([^"]*)"`).exec(source)[1];
}

function packagesOf(source) {
  return JSON.parse(/export const packages = (\[.*\])/.exec(source)[1]);
}

/** The version of a package that is installed for the adapters. */
export function versionOf(name) {
  const place = name === "tegmen" ? path.join(root, "packages/tegmen") : path.join(here, "node_modules", name);
  return JSON.parse(readFileSync(path.join(place, "package.json"), "utf8")).version;
}

/** Starts the process of an adapter. */
export async function startTool(node, { folder }, adapter, options) {
  const settings = JSON.stringify({ folder, adapter: adapter.module, ...options });
  const child = fork(path.join(here, "child.mjs"), [settings], { execPath: node, execArgv: ["--expose-gc"] });
  const exited = new Promise((resolve) => {
    child.once("exit", resolve);
  });
  const listen = () =>
    new Promise((resolve, reject) => {
      const onExit = (code) => reject(new Error(`${adapter.name}: its process ended with ${code}`));
      child.once("exit", onExit);
      child.once("message", ({ answer, error }) => {
        child.off("exit", onExit);
        if (error === undefined) resolve(answer);
        else reject(new Error(`${adapter.name}: ${error}`));
      });
    });
  const rss = await listen();
  return {
    adapter,
    rss,
    ask(message) {
      const answer = listen();
      child.send(message);
      return answer;
    },
    async stop() {
      child.send({ command: "close" });
      const patience = setTimeout(() => child.kill(), 20_000);
      await exited;
      clearTimeout(patience);
    },
    kill: () => child.kill(),
  };
}
