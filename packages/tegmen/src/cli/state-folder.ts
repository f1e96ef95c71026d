import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where this program keeps what it remembers: `$XDG_STATE_HOME/tegmen`, by default `~/.local/state/tegmen`
 * (on Windows in `%LOCALAPPDATA%`).
 */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: state, LOCALAPPDATA: local } = environment;
  if (state?.startsWith("/")) return join(state, "tegmen");
  if (process.platform === "win32" && local) return join(local, "tegmen");
  return join(home(), ".local", "state", "tegmen");
}

/** A user without HOME and without an entry in the user database has no home. */
function home(): string {
  try {
    return homedir() || tmpdir();
  } catch {
    return tmpdir();
  }
}
