import { resolve } from "node:path";
import { parseUrl } from "../../url/index.ts";
import { errorText } from "../report.ts";
import { runSql } from "../sql/command.ts";
import { parseDemoArguments } from "./arguments.ts";
import { type BackgroundMessage, startInBackground, stopBackground } from "./background.ts";
import { bannerLines, type ClusterFacts } from "./banner.ts";
import { startCluster } from "./cluster.ts";
import { addDemoUser } from "./demo-user.ts";
import { BackgroundRegistry } from "./registry.ts";

/** `tegmen demo` */
export async function demoCommand(args: readonly string[]): Promise<number> {
  const parsed = parseDemoArguments(args);
  if (parsed.action === "stop") return stopBackground(parsed.port, parsed.all);
  if (parsed.mode === "background") {
    await startInBackground(parsed);
    return 0;
  }
  const interruption = listenForSignals();
  // In the background: whoever started it is gone before it was ready.
  if (parsed.mark !== undefined) process.once("disconnect", interruption.interrupt);
  try {
    const cluster = await whileSaying("Starting a demo cluster ...", startCluster(parsed));
    try {
      if (interruption.signal.aborted) return 0;
      const { url, kind, banner } = cluster;
      const facts: ClusterFacts = {
        url,
        kind,
        banner,
        ...(parsed.secure && { secure: await addDemoUser(cluster) }),
        ...(parsed.persist !== undefined && { persist: resolve(parsed.persist) }),
      };
      if (parsed.mode === "shell") return await offerShell(facts, interruption.signal);
      if (parsed.mark === undefined) {
        process.stdout.write(`${bannerLines(facts, process.stdout).join("\n")}\nCtrl-C ends it.\n`);
        await aborted(interruption.signal);
        process.stdout.write("\nStopping.\n");
      } else {
        process.off("disconnect", interruption.interrupt);
        await serveDetached({ facts, port: cluster.port, mark: parsed.mark }, interruption.signal);
      }
      return 0;
    } finally {
      await cluster.stop();
    }
  } catch (error) {
    if (parsed.mark !== undefined && process.connected) {
      await tell({ kind: "failed", message: errorText(error) });
      process.disconnect();
      return 1;
    }
    throw error;
  } finally {
    interruption.stop();
  }
}

async function offerShell(facts: ClusterFacts, signal: AbortSignal): Promise<number> {
  // Where the output goes on to another program, that wants results only.
  const banner = process.stdin.isTTY && process.stdout.isTTY ? process.stdout : process.stderr;
  banner.write(`${bannerLines(facts, banner).join("\n")}\n`);
  const url = parseUrl(facts.url);
  return (await runSql({ url, execute: undefined, format: undefined, allowPostgres: false }, signal)) ? 0 : 1;
}

/** The process in the background: tells the one that started it, and runs until it is told to end. */
async function serveDetached(
  { facts, port, mark }: { readonly facts: ClusterFacts; readonly port: number; readonly mark: string },
  signal: AbortSignal,
): Promise<void> {
  const registry = new BackgroundRegistry();
  registry.add({ pid: process.pid, port, url: facts.url, mark });
  try {
    await tell({ kind: "ready", facts, pid: process.pid, port });
    if (process.connected) process.disconnect();
    await aborted(signal);
  } finally {
    registry.remove(mark);
  }
}

/** @returns when it is delivered, or nobody is there to get it */
function tell(message: BackgroundMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

/** Shows on a terminal what is waited for. */
async function whileSaying<T>(text: string, work: Promise<T>): Promise<T> {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(text);
  try {
    return await work;
  } finally {
    if (stderr.isTTY) stderr.write("\r\u001B[K");
  }
}

interface Interruption {
  readonly signal: AbortSignal;
  readonly interrupt: () => void;
  readonly stop: () => void;
}

/** The first SIGINT, SIGTERM or SIGHUP asks for an orderly end; a second one does not wait for it. */
function listenForSignals(): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  const onSignal = (): void => {
    // What the cluster consists of ends with this process, however it ends.
    if (controller.signal.aborted) process.exit(130);
    interrupt();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    interrupt,
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** Waits for a signal to be aborted, and keeps the process alive until then. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const alive = setInterval(() => {}, 2 ** 30);
    const done = (): void => {
      clearInterval(alive);
      resolve();
    };
    signal.addEventListener("abort", done, { once: true });
  });
}
