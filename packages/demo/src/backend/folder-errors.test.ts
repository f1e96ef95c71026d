import { describe, expect, test } from "vitest";
import { BackendError } from "./errors.ts";
import { explainFolderError } from "./folder-errors.ts";

const failure = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: something`), { code, ...(path !== undefined && { path }) });

describe("an error of the file system", () => {
  test.each([
    ["ENOSPC", "no space is left on it"],
    ["EACCES", "permission denied"],
    ["EROFS", "it is read-only"],
    ["ENOENT", "it does not exist"],
  ])("in the temporary folder says to set TMPDIR: %s", (code, reason) => {
    const cause = failure(code, "/t/tegmen-demo-1/data/base");
    expect(explainFolderError(cause, { temporary: "/t", kept: "/k" })).toEqual(
      new BackendError(`Cannot write to the temporary folder /t: ${reason} (${code}). Set TMPDIR to another folder.`),
    );
  });

  test("in the folder of the data says to choose another", () => {
    expect(explainFolderError(failure("EACCES", "/k/base"), { temporary: "/t", kept: "/k" })).toMatchObject({
      message: "Cannot keep data in /k: permission denied (EACCES). Choose another folder.",
    });
  });

  test("is found in what PostgreSQL wrote before it ended", () => {
    const output = 'FATAL:  could not write to file "pg_wal/xlogtemp.17": No space left on device';
    expect(explainFolderError(new BackendError("it ended", { output }), { temporary: "/t" })).toMatchObject({
      message:
        "Cannot write to the temporary folder /t: no space is left on it (ENOSPC). Set TMPDIR to another folder.",
      output,
    });
  });

  test.each([new Error("other"), new BackendError("other"), failure("EMFILE", "/t/x"), failure("ENOENT", "/other/x")])(
    "is left as it is when it is another one: %s",
    (error) => {
      expect(explainFolderError(error, { temporary: "/t" })).toBe(error);
    },
  );
});
