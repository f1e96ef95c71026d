import { constants } from "node:fs";
import { chown, copyFile, mkdir, readdir, stat, symlink, readlink } from "node:fs/promises";
import { join } from "node:path";

/** How many files of one folder are made at the same time: more would wait for the folder's lock. */
const FILES_AT_ONCE = 2;

/** How {@link copyTree} copies. */
export interface CopyTreeOptions {
  /** Mode of the folders made; the default is 0700. */
  readonly folderMode?: number;
  /** Gives everything to this user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Leaves out the entries for which this returns false; `name` is the entry's own name. */
  readonly keep?: (name: string) => boolean;
}

/**
 * Copies a folder: by clones where the file system has them, never by links, which would let one server write
 * into another's data. The target must not exist.
 */
export async function copyTree(source: string, target: string, options: CopyTreeOptions = {}): Promise<void> {
  const { folderMode = 0o700, owner, keep } = options;
  await mkdir(target, { mode: folderMode });
  const all = await readdir(source, { withFileTypes: true });
  const entries = all.filter(({ name }) => keep === undefined || keep(name));
  const folders = entries.filter((entry) => entry.isDirectory());
  const files = entries.filter((entry) => !entry.isDirectory()).values();
  const copyFiles = async (): Promise<void> => {
    for (const entry of files) {
      const from = join(source, entry.name);
      const to = join(target, entry.name);
      if (entry.isSymbolicLink()) {
        await symlink(await readlink(from), to);
        continue;
      }
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      if (owner !== undefined) await chown(to, owner.uid, owner.gid);
    }
  };
  await Promise.all([
    ...folders.map(({ name }) => copyTree(join(source, name), join(target, name), options)),
    ...Array.from({ length: FILES_AT_ONCE }, copyFiles),
  ]);
  if (owner !== undefined) await chown(target, owner.uid, owner.gid);
}

/** Whether the path exists and is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
