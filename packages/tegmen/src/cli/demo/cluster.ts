import { createServer } from "node:net";
import type { DemoCluster, startDemoCluster } from "@tegmen/demo";

/** CockroachDB's port. */
const defaultPort = 26_257;

/** What is to be started. */
export interface ClusterRequest {
  readonly port: number | undefined;
  readonly database: string | undefined;
  readonly secure: boolean;
  readonly persist: string | undefined;
}

/**
 * Starts a demo cluster on the port that was asked for; without one, on 26257 or, where that is taken, on a free one.
 *
 * @throws {Error} `@tegmen/demo` is not installed, or the port that was asked for is taken
 */
export async function startCluster({ port, database, secure, persist }: ClusterRequest): Promise<DemoCluster> {
  const demo = await loadDemo();
  const start = (port: number) =>
    demo.startDemoCluster({
      port,
      secure,
      ...(database !== undefined && { database }),
      ...(persist !== undefined && { dataFolder: persist }),
      // What a real cockroach is started with here is insecure and in memory.
      ...((secure || persist !== undefined) && { preferRealBinary: false }),
    });
  // Asked beforehand, because what is behind the port takes a second to start.
  const wanted = port ?? ((await isFree(defaultPort)) ? defaultPort : 0);
  if (port !== undefined && port !== 0 && !(await isFree(port))) throw portTaken(port);
  try {
    return await start(wanted);
  } catch (error) {
    if (wanted === 0 || !isTaken(error)) throw error;
    if (port !== undefined) throw portTaken(port);
    return start(0);
  }
}

/** Whether nobody listens on a port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

async function loadDemo(): Promise<{ readonly startDemoCluster: typeof startDemoCluster }> {
  try {
    return await import("@tegmen/demo");
  } catch (error) {
    // Only the package itself: that something within it is missing has to be told as it is.
    const missing = isErrno(error, "ERR_MODULE_NOT_FOUND") && error.message.includes("'@tegmen/demo'");
    if (!missing) throw error;
    throw new Error("the demo cluster is a package of its own. Install it with: npm install --save-dev @tegmen/demo", {
      cause: error,
    });
  }
}

function portTaken(port: number): Error {
  return new Error(`port ${port} is taken: choose another, or leave out --port to use any that is free`);
}

function isTaken(error: unknown): boolean {
  return isErrno(error, "EADDRINUSE") || (error instanceof Error && isErrno(error.cause, "EADDRINUSE"));
}

function isErrno(error: unknown, code: string): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && error.code === code;
}
