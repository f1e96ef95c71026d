import { constants } from "node:fs";
import { access, lstat, mkdir, realpath, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BackendError } from "./errors.ts";
import { explainFolderError } from "./folder-errors.ts";

/** The longest socket path that every platform accepts (macOS has the lowest limit). */
const MAXIMUM_SOCKET_PATH = 103;

/** The longest name below the temporary folder that a server's socket has. */
const SOCKET_BELOW_TEMPORARY = "/tegmen-demo-0123456789ab/socket/.s.PGSQL.5432".length;

/** Whether every user can enter the folder. */
async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/**
 * The folder for temporary things: the configured one, or `/tmp` where that is too long for a socket's
 * path, or is root's alone (root may have to run the server as another user).
 *
 * @throws BackendError if there is no such folder.
 */
export async function temporaryRoot(): Promise<string> {
  const configured = await realpath(tmpdir()).catch((error: unknown) => {
    throw explainFolderError(error, { temporary: tmpdir() });
  });
  if (process.platform === "win32") return configured;
  const isShort = Buffer.byteLength(configured) + SOCKET_BELOW_TEMPORARY <= MAXIMUM_SOCKET_PATH;
  const isEnterable = process.getuid?.() !== 0 || (await isOpenToAll(configured));
  return isShort && isEnterable ? configured : "/tmp";
}

/** The places a per-user cache may be, best first. */
function cacheCandidates(environment: NodeJS.ProcessEnv): readonly string[] {
  const candidates: string[] = [];
  if (environment["XDG_CACHE_HOME"]) candidates.push(join(environment["XDG_CACHE_HOME"], "tegmen"));
  if (process.platform === "win32" && environment["LOCALAPPDATA"]) {
    candidates.push(join(environment["LOCALAPPDATA"], "tegmen", "Cache"));
  }
  let home = "";
  try {
    home = homedir();
  } catch {
    // A user without an entry in the user database and without HOME has no home folder.
  }
  if (home !== "" && home !== "/") {
    candidates.push(
      process.platform === "darwin" ? join(home, "Library", "Caches", "tegmen") : join(home, ".cache", "tegmen"),
    );
  }
  return candidates;
}

/**
 * A folder below the temporary one with a predictable name. Another user may have made it first, so
 * it is only accepted when it is ours and no one else can write to it.
 */
async function temporaryCache(mode: number): Promise<string> {
  const uid = process.getuid?.();
  const folder = join(await temporaryRoot(), `tegmen-cache-${uid ?? "user"}${mode === 0o755 ? "-shared" : ""}`);
  await mkdir(folder, { mode, recursive: true });
  const found = await lstat(folder);
  const safe = found.isDirectory() && (uid === undefined || (found.uid === uid && (found.mode & 0o022) === 0));
  if (!safe) throw new BackendError(`${folder} belongs to another user or is writable by others; remove it`);
  return folder;
}

/**
 * The folder that keeps what is made once for this user: `$XDG_CACHE_HOME/tegmen`, the platform's
 * own cache folder, or, where neither can be written, one below the temporary folder.
 *
 * @throws BackendError if no such folder can be made.
 */
export async function cacheFolder(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  for (const candidate of cacheCandidates(environment)) {
    try {
      await mkdir(candidate, { recursive: true, mode: 0o700 });
      await access(candidate, constants.W_OK | constants.X_OK);
      return await realpath(candidate);
    } catch {
      // Not writable: try the next place.
    }
  }
  return temporaryCache(0o700);
}

/** A cache folder that other users can read: for programs that root has another user run. */
export async function sharedCacheFolder(): Promise<string> {
  return temporaryCache(0o755);
}
