import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyTree } from "./copy-tree.ts";
import { BackendError } from "./errors.ts";
import { shortHash, type Installation } from "./installation.ts";
import { commandLine, isGone, isRunning, ownIdentity, parseIdentity } from "./process-identity.ts";
import type { TemplateContent } from "./template.ts";

/** The file in a kept folder that says what made it, and which process fills it as long as that is under way. */
const MARK = "tegmen-demo.json";

/** The file without which a folder is no database cluster: it is written last. */
const COMPLETE = "PG_VERSION";

/** What a file system has of its own in a folder. */
const FOREIGN: ReadonlySet<string> = new Set(["lost+found", ".DS_Store"]);

/** What a kept folder is filled from. */
export interface KeptDataSource {
  readonly template: string;
  readonly content: TemplateContent;
  readonly installation: Installation;
  /** Leaves out the template's files for which this returns false. */
  readonly keep: (name: string) => boolean;
}

/** Says that a folder has a server already. */
export function inUse(folder: string, process: string): BackendError {
  return new BackendError(`${folder} is in use by another demo cluster (${process}). Stop that first.`);
}

function beingMade(folder: string): BackendError {
  return new BackendError(`${folder} is just being made by another demo cluster. If there is none, remove it.`);
}

/** The process number of the PostgreSQL that runs on a folder. */
async function serverOn(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (!(pid > 0) || !isRunning(pid)) return undefined;
  return (await commandLine(pid)).includes("postgres") ? pid : undefined;
}

/** Refuses data that this version cannot serve. */
async function checkKept(folder: string, mark: string | undefined, source: KeptDataSource): Promise<void> {
  const { installation, content } = source;
  const major = (await readFile(join(folder, COMPLETE), "utf8")).trim();
  if (major !== String(installation.major)) {
    throw new BackendError(
      `${folder} holds data of PostgreSQL ${major}, and this is version ${installation.version}. ` +
        "Choose another folder, or install that version.",
    );
  }
  if (mark === undefined) {
    throw new BackendError(`${folder} holds a PostgreSQL that is not a demo cluster's. Choose another folder.`);
  }
  if (!mark.includes(contentHash(content))) {
    throw new BackendError(
      `${folder} was made by another version of @tegmen/demo. Choose another folder, or use that version.`,
    );
  }
  const server = await serverOn(folder);
  if (server !== undefined) throw inUse(folder, `its PostgreSQL is process ${server}`);
}

function contentHash({ sql, superuser }: TemplateContent): string {
  return shortHash(JSON.stringify([superuser, sql ?? null]));
}

async function list(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return (await readdir(folder)).filter((name) => !FOREIGN.has(name));
}

/** Takes the folder for this process, and makes it empty. */
async function claim(folder: string, names: readonly string[], mark: string | undefined, own: string): Promise<void> {
  if (names.length > 0 && mark === undefined) {
    throw new BackendError(`${folder} is not empty, and holds no demo cluster. Choose another folder.`);
  }
  const filler = mark === undefined ? undefined : parseIdentity(mark);
  if (filler !== undefined && !(await isGone(filler))) throw beingMade(folder);
  // What a start that was killed has left.
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
  await writeFile(join(folder, MARK), own, { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw beingMade(folder);
    throw error;
  });
}

/**
 * Fills a folder in which data is kept from the template, or makes sure that what is there can be served.
 *
 * @throws BackendError if it is in use, holds something else, or data of another version.
 */
export async function fillKeptData(folder: string, source: KeptDataSource): Promise<void> {
  const { template, installation, content, keep } = source;
  const names = await list(folder);
  const mark = await readFile(join(folder, MARK), "utf8").catch(() => undefined);
  // PostgreSQL insists on it; an existing folder may be open to others.
  await chmod(folder, 0o700);
  if (names.includes(COMPLETE)) return checkKept(folder, mark, source);
  const { owner } = installation.way;
  const identity = { ...(await ownIdentity()), content: contentHash(content) };
  await claim(folder, names, mark, JSON.stringify(identity));
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const filling = join(folder, "filling");
  await copyTree(template, filling, { keep, ...(owner !== undefined && { owner }) });
  const made = (await readdir(filling)).filter((name) => name !== COMPLETE);
  for (const name of [...made, COMPLETE]) await rename(join(filling, name), join(folder, name));
  await rm(filling, { recursive: true });
}
