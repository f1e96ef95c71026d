import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "pg";
import { platformPackage } from "../binaries.ts";
import { copyTree } from "../copy-tree.ts";

const run = promisify(execFile);

/** Starts a server as its argument says, prints what it is, and stops it when its input ends. */
const RUNNER = `
import { startPostgres } from "./backend/postgres.js";
import { waysToRun } from "./backend/run-as.js";
const { way, ignoreInput, ...options } = JSON.parse(process.argv[2]);
if (way !== undefined) options.ways = waysToRun().filter((candidate) => candidate.kind === way);
const server = await startPostgres(options);
const { socketDir, port, superuser, pid } = server;
console.log(JSON.stringify({ socketDir, port, superuser, pid }));
if (!ignoreInput) {
  process.stdin.resume();
  process.stdin.once("end", () => server.stop());
}
`;

/** What a runner says about its server. */
export interface RunnerServer {
  readonly socketDir: string;
  readonly port: number;
  readonly superuser: string;
  readonly pid: number;
}

/** A process of its own that has started a server. */
export interface Runner {
  readonly child: ChildProcess;
  readonly server: RunnerServer;
  /** Has the process stop its server, and waits for its end; gives the exit code. */
  readonly close: () => Promise<number | null>;
}

/** How a runner is started. */
export interface RunnerOptions {
  /** Options of startPostgres, and the way of running to use. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Replaces variables; undefined removes one. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A folder with the compiled backend as an application would have it, and a home and temporary folder. */
export interface Sandbox {
  readonly folder: string;
  readonly home: string;
  readonly temporary: string;
  /** Starts the runner without waiting for its server. */
  launch(options?: RunnerOptions): ChildProcess;
  /** Starts the runner and waits for its server. */
  start(options?: RunnerOptions): Promise<Runner>;
  remove(): Promise<void>;
}

/** How a sandbox differs from a usual installation. */
export interface SandboxOptions {
  /** Copies the platform package without the links that its installation script makes. */
  readonly withoutLinks?: boolean;
  /** Everything belongs to this user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** The backend's compiled modules, shared by the sandboxes that are open. */
let compiled: Promise<string> | undefined;
let openSandboxes = 0;

async function removeCompiled(): Promise<void> {
  openSandboxes -= 1;
  if (openSandboxes > 0 || compiled === undefined) return;
  const folder = await compiled;
  compiled = undefined;
  await rm(folder, { recursive: true, force: true });
}

/** Compiles the backend as the package's build does. */
async function compile(): Promise<string> {
  const target = await mkdtemp(join(tmpdir(), "tegmen-test-backend-"));
  const source = fileURLToPath(new URL("..", import.meta.url));
  const tsc = createRequire(import.meta.url)
    .resolve("typescript/package.json")
    .replace(/package\.json$/, "bin/tsc");
  const flags = "--ignoreConfig --noCheck --target es2023 --module nodenext --rewriteRelativeImportExtensions";
  await run(process.execPath, [tsc, ...flags.split(" "), "--outDir", target, join(source, "postgres.ts")]);
  return target;
}

async function installPackage(modules: string, withoutLinks: boolean): Promise<void> {
  const name = platformPackage();
  const installed = resolve(dirname(createRequire(import.meta.url).resolve(name)), "..");
  const target = join(modules, name);
  await mkdir(dirname(target), { recursive: true });
  if (!withoutLinks) {
    await symlink(installed, target);
    return;
  }
  await copyTree(installed, target, { folderMode: 0o755, keep: (entry) => !entry.endsWith(".a") });
  const libraries = join(target, "native", "lib");
  for (const entry of await readdir(libraries, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(join(libraries, entry.name));
  }
}

/** Makes a sandbox below the temporary folder. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), "tegmen-test-"));
  await chmod(folder, 0o755);
  const [application, home, temporary] = [join(folder, "app"), join(folder, "home"), join(folder, "tmp")];
  for (const made of [application, home, temporary]) await mkdir(made);
  openSandboxes += 1;
  compiled ??= compile();
  await copyTree(await compiled, join(application, "backend"), { folderMode: 0o755 });
  await writeFile(join(application, "package.json"), '{ "type": "module" }');
  await writeFile(join(application, "run.js"), RUNNER);
  await installPackage(join(application, "node_modules"), options.withoutLinks ?? false);
  const { owner } = options;
  if (owner !== undefined) for (const made of [home, temporary]) await chown(made, owner.uid, owner.gid);

  const launch = ({ options = {}, user, environment = {} }: RunnerOptions = {}): ChildProcess => {
    const { XDG_CACHE_HOME: _, ...inherited } = process.env;
    return spawn(process.execPath, [join(application, "run.js"), JSON.stringify(options)], {
      cwd: "/",
      env: { ...inherited, HOME: home, TMPDIR: temporary, ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      ...user,
    });
  };
  const start = async (options: RunnerOptions = {}): Promise<Runner> => {
    const child = launch(options);
    let errors = "";
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
    const lines = child.stdout === null ? undefined : createInterface(child.stdout);
    const line = await new Promise<string>((resolve, reject) => {
      lines?.once("line", resolve);
      child.once("close", (code) => reject(new Error(`the runner ended with code ${code}: ${errors}`)));
    });
    const close = async (): Promise<number | null> => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, "exit");
      child.stdin?.end();
      await exited;
      return child.exitCode;
    };
    return { child, server: JSON.parse(line) as RunnerServer, close };
  };
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await removeCompiled();
  };
  return { folder, home, temporary, launch, start, remove };
}

/** Where a client connects. */
interface Address {
  readonly socketDir: string;
  readonly port: number;
  readonly superuser: string;
  readonly host?: string;
  readonly password?: string;
}

/** Runs one query on a server as the superuser and gives the first row's values. */
export async function queryRow(server: Address, sql: string, database = "postgres"): Promise<readonly unknown[]> {
  const client = new Client({
    host: server.host ?? server.socketDir,
    port: server.port,
    user: server.superuser,
    database,
    ...(server.password === undefined ? {} : { password: server.password }),
  });
  await client.connect();
  try {
    const result = await client.query<unknown[]>({ text: sql, rowMode: "array" });
    return result.rows[0] ?? [];
  } finally {
    await client.end();
  }
}

/** Makes an executable file. */
export async function writeProgram(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, text, { mode: 0o755 });
  // Copied, so that no handle for writing is open when it is executed.
  await copyFile(draft, path);
  await chmod(path, 0o755);
}
