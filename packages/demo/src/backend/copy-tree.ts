import { chown, copyFile, mkdir, readdir, stat, symlink, readlink } from "node:fs/promises";
import { join } from "node:path";

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
 * Copies a folder. Plain copies: a linked or shared file would let one server write into another's
 * data. The target must not exist.
 */
export async function copyTree(source: string, target: string, options: CopyTreeOptions = {}): Promise<void> {
  const { folderMode = 0o700, owner, keep } = options;
  await mkdir(target, { mode: folderMode });
  const entries = await readdir(source, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      if (keep !== undefined && !keep(entry.name)) return;
      const from = join(source, entry.name);
      const to = join(target, entry.name);
      if (entry.isDirectory()) return copyTree(from, to, options);
      if (entry.isSymbolicLink()) return symlink(await readlink(from), to);
      await copyFile(from, to);
      if (owner !== undefined) await chown(to, owner.uid, owner.gid);
    }),
  );
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
