import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { programEnvironment } from "./run-as.ts";

/** What a watchdog does when the process that started it is gone. */
export interface WatchdogTask {
  /** The server's process number is the first line of this file. */
  readonly pidFile: string;
  /** A text that occurs in the server's command line and in no other's. */
  readonly mark: string;
  /** Asks the server to end; it is killed if it has not ended five seconds later. */
  readonly signal: "INT" | "QUIT" | "TERM";
  /** Removed afterwards. */
  readonly folder: string;
}

/** A small process that outlives this one, and ends the server if this one has not. */
export interface Watchdog {
  /** Its process number. */
  readonly pid: number;
  /** Says that the server is about to be started: from now on its pid file is waited for. */
  announce(): void;
  /** Ends the watchdog; to be called when the server has ended and its folder is removed. */
  release(): Promise<void>;
}

/*
 * The watchdog holds the read end of a pipe whose write end only this process has, so reading ends
 * when this process does, however that happens. It is a text for the shell and not a module: it has
 * to be small, and must run alike from the built package and from its sources.
 */
const SHELL_SCRIPT = `
trap '' HUP INT QUIT TERM PIPE
file=$1 mark=$2 signal=$3 folder=$4 announced=
while read -r line; do announced=$line; done
[ -d "$folder" ] || exit 0
if [ -n "$announced" ]; then
  n=0
  while [ ! -s "$file" ] && [ $n -lt 20 ]; do sleep 0.05; n=$((n + 1)); done
fi
pid=
[ -s "$file" ] && read -r pid < "$file"
is_server() {
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 1
  if [ -r "/proc/$pid/cmdline" ]; then line=$(tr '\\0' ' ' < "/proc/$pid/cmdline"); else line=$(ps -o command= -p "$pid"); fi
  case $line in *"$mark"*) return 0 ;; *) return 1 ;; esac
}
if is_server; then
  kill -"$signal" "$pid" 2>/dev/null
  n=0
  while is_server && [ $n -lt 100 ]; do sleep 0.05; n=$((n + 1)); done
  is_server && kill -KILL "$pid" 2>/dev/null
fi
n=0
while [ -d "$folder" ] && [ $n -lt 20 ]; do rm -rf "$folder" 2>/dev/null || sleep 0.1; n=$((n + 1)); done
exit 0
`;

/** The same for Windows, which has no shell to rely on and no signals: ending a process kills it. */
const NODE_SCRIPT = `
const fs = require("node:fs");
const [file, , , folder] = process.argv.slice(1);
let announced = false;
process.stdin.on("data", () => { announced = true; });
process.stdin.on("error", () => undefined);
process.stdin.on("close", async () => {
  const read = () => { try { return Number.parseInt(fs.readFileSync(file, "utf8"), 10); } catch { return Number.NaN; } };
  for (let n = 0; announced && n < 20 && fs.existsSync(folder) && Number.isNaN(read()); n++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (!fs.existsSync(folder)) return;
  try { process.kill(read(), "SIGKILL"); } catch {}
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});
process.stdin.resume();
`;

function startScript(task: WatchdogTask, kind: "shell" | "node"): ChildProcess {
  const argumentsOf = [task.pidFile, task.mark, task.signal, task.folder];
  const options = {
    cwd: process.platform === "win32" ? undefined : "/",
    env: programEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: ["pipe", "ignore", "ignore"] as ["pipe", "ignore", "ignore"],
  };
  return kind === "node"
    ? spawn(process.execPath, ["-e", NODE_SCRIPT, ...argumentsOf], options)
    : spawn("/bin/sh", ["-c", SHELL_SCRIPT, "tegmen-watchdog", ...argumentsOf], options);
}

/**
 * Starts a watchdog. It does not keep this process running.
 *
 * @param kind - which program it is; the default is the one for this platform
 */
export async function startWatchdog(
  task: WatchdogTask,
  kind: "shell" | "node" = process.platform === "win32" ? "node" : "shell",
): Promise<Watchdog> {
  const child = startScript(task, kind);
  await once(child, "spawn");
  const { stdin } = child;
  // It may have been killed: then the next start cleans up instead.
  stdin?.on("error", () => undefined);
  if (stdin !== null && "unref" in stdin && typeof stdin.unref === "function") stdin.unref();
  child.unref();
  return {
    pid: child.pid ?? 0,
    announce: () => void stdin?.write("starting\n"),
    release: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const exited = once(child, "exit");
      stdin?.end();
      await exited;
    },
  };
}
