import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../arguments.ts";
import { type ClusterFacts, bannerLines } from "./banner.ts";
import type { ClusterRequest } from "./cluster.ts";
import { type BackgroundCluster, BackgroundRegistry, isRunning } from "./registry.ts";

/** What the process in the background tells the one that started it. */
export type BackgroundMessage =
  | { readonly kind: "ready"; readonly facts: ClusterFacts; readonly pid: number; readonly port: number }
  | { readonly kind: "failed"; readonly message: string };

/** How long a cluster may take to end before it is killed, in milliseconds. */
const grace = 20_000;

/**
 * Starts a cluster in a process of its own, and tells how to connect to it when it is ready.
 *
 * @throws {Error} it did not start
 */
export async function startInBackground({ port, database, secure, persist }: ClusterRequest): Promise<void> {
  const mark = randomUUID();
  const registry = new BackgroundRegistry();
  const logFile = registry.logFile(mark);
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      process.argv[1] ?? "",
      "demo",
      "--no-shell",
      ...(port === undefined ? [] : [`--port=${port}`]),
      ...(database === undefined ? [] : [`--database=${database}`]),
      ...(secure ? ["--secure"] : []),
      ...(persist === undefined ? [] : [`--persist=${persist}`]),
      `--detached-as=${mark}`,
    ],
    { detached: true, stdio: ["ignore", log, log, "ipc"], windowsHide: true },
  );
  closeSync(log);
  // Whoever does not wait for the start does not want the cluster.
  const interrupt = (): void => void child.kill("SIGTERM");
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const message = await new Promise<BackgroundMessage>((resolve, reject) => {
      child.once("error", reject);
      child.once("message", (message) => resolve(message as BackgroundMessage));
      child.once("exit", () => {
        const said = readFileSync(logFile, "utf8").trim();
        registry.remove(mark);
        reject(new Error(said === "" ? "the demo cluster was ended before it was ready" : said));
      });
    });
    if (message.kind === "failed") {
      registry.remove(mark);
      throw new Error(message.message);
    }
    const which = registry.list().length > 1 ? ` --port ${message.port}` : "";
    const lines = [
      ...bannerLines(message.facts, process.stdout),
      `It runs in the background as process ${message.pid}. To end it: npx tegmen demo --stop${which}`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/**
 * Ends clusters in the background: the one there is, the one on a port, or all.
 *
 * @returns the exit code
 * @throws {UsageError} it is not clear which one is meant
 */
export async function stopBackground(port: number | undefined, all: boolean): Promise<number> {
  const registry = new BackgroundRegistry();
  const running = registry.list();
  const chosen = port === undefined ? running : running.filter((cluster) => cluster.port === port);
  if (chosen.length === 0) {
    const where = port === undefined ? "" : ` on port ${port}`;
    process.stderr.write(`No demo cluster runs in the background${where}.\n`);
    return 1;
  }
  if (chosen.length > 1 && !all) {
    const list = chosen.map(({ pid, url }) => `  ${url}  (process ${pid})`).join("\n");
    throw new UsageError(
      `${chosen.length} demo clusters run in the background: say which one with --port N, or --all\n${list}`,
    );
  }
  const stopped = await Promise.all(chosen.map((cluster) => stop(cluster)));
  chosen.forEach((cluster, index) => {
    registry.remove(cluster.mark);
    process.stdout.write(`Stopped ${cluster.url} (process ${cluster.pid})${stopped[index] ? "" : ", by force"}.\n`);
  });
  return 0;
}

/** @returns whether it ended by itself */
async function stop(cluster: BackgroundCluster): Promise<boolean> {
  const end = (signal: NodeJS.Signals): void => {
    try {
      process.kill(cluster.pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  };
  end("SIGTERM");
  const deadline = Date.now() + grace;
  while (isRunning(cluster)) {
    if (Date.now() > deadline) {
      // What it started ends with it.
      end("SIGKILL");
      return false;
    }
    await sleep(25);
  }
  return true;
}
