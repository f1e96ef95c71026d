import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { explainFolderError } from "./folder-errors.ts";
import { ownIdentity } from "./process-identity.ts";
import { FOLDER_PREFIX, OWNER_FILE, removeFolder } from "./reaper.ts";
import { startWatchdog, type Watchdog, type WatchdogTask } from "./watchdog.ts";

/** A server's own folder, which goes when its watchdog sees this process go. */
export interface ServerFolder {
  readonly path: string;
  readonly watchdog: Watchdog;
  /** Removes the folder and ends the watchdog; the server has to have ended. */
  remove(): Promise<void>;
}

/**
 * Makes a folder for one server below the temporary folder, with a watchdog that is there before it.
 *
 * @param root - the temporary folder
 * @param pidFile - the server's pid file, below the folder
 * @param signal - asks the server to end, if this process has gone
 */
export async function openServerFolder(
  root: string,
  pidFile: string,
  signal: WatchdogTask["signal"],
): Promise<ServerFolder> {
  const path = join(root, FOLDER_PREFIX + randomBytes(6).toString("hex"));
  const watchdog = await startWatchdog({ pidFile: join(path, pidFile), mark: path, signal, folder: path });
  const remove = async (): Promise<void> => {
    await removeFolder(path);
    await watchdog.release();
  };
  try {
    await mkdir(path, { mode: 0o700 });
    await writeFile(join(path, OWNER_FILE), JSON.stringify(await ownIdentity()), { mode: 0o600 });
  } catch (error) {
    await remove();
    throw explainFolderError(error, { temporary: root });
  }
  return { path, watchdog, remove };
}
