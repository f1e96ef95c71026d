import { BackendError } from "./errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "it is read-only",
  ENOSPC: "no space is left on it",
  EDQUOT: "your disk quota is used up",
  ENOENT: "it does not exist",
  ENOTDIR: "it is not a folder",
};

/** Why a folder could not be written to, by the error's code or the words of PostgreSQL's programs. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof BackendError) return error.output.includes("No space left on device") ? "ENOSPC" : undefined;
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** The place that an error of the file system is about. */
function pathsOf(error: unknown): readonly string[] {
  const { path, dest } = error as { readonly path?: unknown; readonly dest?: unknown };
  return [path, dest].filter((each) => typeof each === "string");
}

/** The folders that a start writes to. */
export interface WrittenFolders {
  readonly temporary: string;
  /** Where the data is kept, if it is. */
  readonly kept?: string | undefined;
}

/**
 * Says of an error which folder could not be written to, and what to do about it.
 *
 * @returns the error itself if it is another one.
 */
export function explainFolderError(error: unknown, { temporary, kept }: WrittenFolders): unknown {
  const code = codeOf(error);
  const reason = code === undefined ? undefined : REASONS[code];
  if (code === undefined || reason === undefined) return error;
  const paths = pathsOf(error);
  const isBelow = (folder: string): boolean => paths.some((path) => path.startsWith(folder));
  const options = { cause: error, output: error instanceof BackendError ? error.output : "" };
  if (kept !== undefined && (isBelow(kept) || paths.length === 0)) {
    return new BackendError(`Cannot keep data in ${kept}: ${reason} (${code}). Choose another folder.`, options);
  }
  if (paths.length > 0 && !isBelow(temporary)) return error;
  return new BackendError(
    `Cannot write to the temporary folder ${temporary}: ${reason} (${code}). Set TMPDIR to another folder.`,
    options,
  );
}
