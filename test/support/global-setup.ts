import { createEngine, text } from "tegmen";
import type { TestProject } from "vitest/node";

/**
 * One server for the whole run: that of TEGMEN_TEST_URL, else a demo cluster.
 * @returns what ends it
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["TEGMEN_TEST_URL"];
  if (given !== undefined && given !== "") {
    project.provide("serverUrl", given);
    project.provide("isCockroach", await isCockroachAt(given));
    return async () => {};
  }
  // The built package, as users have it.
  const { startDemoCluster } = await import("@tegmen/demo");
  const cluster = await startDemoCluster();
  project.provide("serverUrl", cluster.url);
  project.provide("isCockroach", true);
  return () => cluster.stop();
}

async function isCockroachAt(url: string): Promise<boolean> {
  await using engine = createEngine(url, { allowPostgres: true, poolSize: 1 });
  const version = await engine.scalar(text<{ version: string }>("SELECT version()"));
  return version?.includes("CockroachDB") ?? false;
}
