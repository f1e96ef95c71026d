import { createHash } from "node:crypto";
import { mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  isMusl,
  OLDEST_MAJOR,
  packagedBinaries,
  platformPackage,
  programIn,
  systemBinaries,
  type Binaries,
} from "./binaries.ts";
import { copyTree, isFolder } from "./copy-tree.ts";
import { BackendError } from "./errors.ts";
import { cacheFolder, sharedCacheFolder } from "./folders.ts";
import { programEnvironment, runToEnd, waysToRun, type RunAs } from "./run-as.ts";

/** PostgreSQL's programs, known to run on this machine, and how to run them. */
export interface Installation {
  readonly origin: "package" | "system";
  readonly folder: string;
  /** As the server tells it, for example `18.4`. */
  readonly version: string;
  readonly major: number;
  readonly way: RunAs;
  readonly environment: Readonly<Record<string, string>>;
  /** The note of an earlier start that this rests on, if the programs were not tried in this one. */
  readonly note?: string;
}

/** What may be chosen about the programs. */
export interface InstallationOptions {
  /** The folder with `postgres` and `initdb`, instead of searching for one. */
  readonly binaries?: string;
  /** Which searches to make, in order; the default is the platform package, then the system's own. */
  readonly search?: readonly ("package" | "system")[];
  /** The ways of running to try; by default those that fit the current user. */
  readonly ways?: readonly RunAs[];
}

/** How the names of the notes in the cache begin that say which programs have run. */
export const NOTE_PREFIX = "runs-";

/** A short name for a text, for use in file names. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Puts a finished folder in its place; if another process was quicker, its folder is kept. */
export async function settle(built: string, place: string): Promise<void> {
  try {
    await rename(built, place);
  } catch (error) {
    await rm(built, { recursive: true, force: true });
    if (!(await isFolder(place))) throw error;
  }
}

/** Makes the links in a folder of the cache, for the loader to search: the package is not ours to change. */
async function libraryFolder(binaries: Binaries): Promise<string> {
  const cache = await cacheFolder();
  const place = join(cache, `libraries-${shortHash(JSON.stringify(binaries))}`);
  if (await isFolder(place)) return place;
  const built = await mkdtemp(`${place}.`);
  for (const link of binaries.missingLinks) {
    await symlink(resolve(binaries.folder, "..", link.folder, link.library), join(built, link.name));
  }
  await settle(built, place);
  return place;
}

/** Copies the package's programs to where they can be read and have their links. */
async function copiedFolder(binaries: Binaries, shared: boolean): Promise<string> {
  const cache = shared ? await sharedCacheFolder() : await cacheFolder();
  const place = join(cache, `postgresql-${shortHash(JSON.stringify(binaries))}`);
  if (!(await isFolder(place))) {
    const building = await mkdtemp(`${place}.`);
    const built = join(building, "native");
    await copyTree(resolve(binaries.folder, ".."), built, {
      folderMode: 0o755,
      keep: (name) => !name.endsWith(".a") && name !== "pkgconfig" && name !== "include",
    });
    for (const link of binaries.missingLinks) {
      await symlink(link.library, join(built, link.folder, link.name));
    }
    await settle(built, place);
    await rm(building, { recursive: true, force: true });
  }
  return join(place, "bin");
}

/** A way to reach the programs. */
interface Access {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The ways to reach the programs: as they lie, then copied. A system's own are never copied. */
function accesses(binaries: Binaries, way: RunAs): readonly (() => Promise<Access>)[] {
  const asTheyLie = async (): Promise<Access> => {
    if (binaries.missingLinks.length === 0) return { folder: binaries.folder, environment: programEnvironment() };
    // Libraries search beside the link they were found by, so the package's own folder is searched too.
    const folders = [await libraryFolder(binaries), resolve(binaries.folder, "..", "lib")];
    const inherited = process.env["LD_LIBRARY_PATH"];
    const path = [...folders, ...(inherited ? [inherited] : [])].join(":");
    return { folder: binaries.folder, environment: programEnvironment({ LD_LIBRARY_PATH: path }) };
  };
  const copied = async (): Promise<Access> => ({
    folder: await copiedFolder(binaries, way.kind === "nobody"),
    environment: programEnvironment(),
  });
  if (binaries.origin === "system") return [asTheyLie];
  // macOS strips DYLD_LIBRARY_PATH from what a shell starts, and initdb starts a shell.
  if (binaries.missingLinks.length > 0 && process.platform !== "linux") return [copied];
  return [asTheyLie, copied];
}

/** The file that notes that a program has run this way: another as soon as the program is another. */
async function noteOf(program: string, way: RunAs, environment: Access["environment"]): Promise<string | undefined> {
  try {
    const { size, mtimeMs } = await stat(program);
    const key = JSON.stringify([program, size, mtimeMs, way, environment["LD_LIBRARY_PATH"] ?? null]);
    return join(await cacheFolder(), `${NOTE_PREFIX}${shortHash(key)}`);
  } catch {
    return undefined;
  }
}

/** The version in the output of `postgres --version`. */
function versionIn(output: string): { readonly version: string; readonly major: number } | undefined {
  const [, version, major] = /\(PostgreSQL\) ((\d+)\S*)/.exec(output) ?? [];
  return version === undefined || major === undefined ? undefined : { version, major: Number(major) };
}

/** What came of trying to run some programs. */
type Trial = { readonly installation: Installation } | { readonly reason: string };

async function tryBinaries(binaries: Binaries, way: RunAs): Promise<Trial> {
  let reason = "";
  for (const access of accesses(binaries, way)) {
    try {
      const { folder, environment } = await access();
      const program = programIn(folder, "postgres");
      const note = await noteOf(program, way, environment);
      const noted = note && versionIn(await readFile(note, "utf8").catch(() => ""));
      const { origin } = binaries;
      if (noted) return { installation: { origin, folder, ...noted, way, environment, note } };
      const { code, output } = await runToEnd(way, program, ["--version"], { environment });
      const found = code === 0 ? versionIn(output) : undefined;
      if (found) {
        if (found.major < OLDEST_MAJOR) return { reason: `it is version ${found.version}` };
        if (note) await writeFile(note, output).catch(() => undefined);
        return { installation: { origin, folder, ...found, way, environment } };
      }
      reason ||= output.trim() || `postgres --version ended with code ${code}`;
    } catch (error) {
      reason ||= error instanceof Error ? error.message : String(error);
    }
  }
  return { reason };
}

function explain(tried: readonly string[]): string {
  const lines = [
    `No PostgreSQL (${OLDEST_MAJOR} or newer) for the demo cluster to run on ${process.platform}-${process.arch}.`,
    ...tried.map((attempt) => `  tried ${attempt}`),
    `Install the optional dependency ${platformPackage()} (it is left out by "npm install --omit=optional"),`,
  ];
  if (isMusl()) {
    lines.push("or, as that package needs glibc and this system has musl, the system's own: apk add postgresql.");
  } else if (process.platform === "linux") {
    lines.push("or the system's own, for example: apt-get install postgresql, or dnf install postgresql-server.");
  } else if (process.platform === "darwin") {
    lines.push("or the system's own, for example: brew install postgresql.");
  } else {
    lines.push("or PostgreSQL from https://www.postgresql.org/download/ and put it on PATH.");
  }
  lines.push("A real cockroach binary on PATH or in COCKROACH_BINARY serves as well.");
  return lines.join("\n");
}

/** Every set of programs to try, best first, and notes on searches that found none. */
async function candidates(options: InstallationOptions): Promise<readonly (Binaries | string)[]> {
  if (options.binaries !== undefined) {
    return [{ origin: "system", folder: resolve(options.binaries), missingLinks: [] }];
  }
  const found: (Binaries | string)[] = [];
  for (const search of options.search ?? ["package", "system"]) {
    if (search === "package") found.push((await packagedBinaries()) ?? `${platformPackage()}: not installed`);
    else {
      const system = systemBinaries();
      found.push(...(system.length === 0 ? ["PATH and the usual folders: no postgres with initdb"] : system));
    }
  }
  return found;
}

/**
 * Finds PostgreSQL's programs and a way to run them: the platform package before the system's own,
 * as the current user where PostgreSQL allows it. What ran once is noted in the cache, and not tried again.
 *
 * @throws BackendError that says what was tried and what to install.
 */
export async function findInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const ways = options.ways ?? waysToRun();
  const tried: string[] = [];
  for (const candidate of await candidates(options)) {
    if (typeof candidate === "string") {
      tried.push(candidate);
      continue;
    }
    for (const way of ways) {
      const trial = await tryBinaries(candidate, way);
      if ("installation" in trial) return trial.installation;
      const as = way.kind === "self" ? "" : way.kind === "nobody" ? " as nobody" : " in a user namespace";
      tried.push(`${candidate.folder}${as}: ${trial.reason}`);
    }
  }
  throw new BackendError(explain(tried));
}
