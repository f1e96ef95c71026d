// A processor profile, summed by the parts of the program.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const bundles = new Map();

/** The source file of a line of tegmen, which is bundled: a comment before each part of a bundle names it. */
function sourceOf({ url, lineNumber }) {
  if (!/\/packages\/tegmen\/dist\//.test(url)) return undefined;
  let sources = bundles.get(url);
  if (sources === undefined) {
    let source;
    const lines = readFileSync(fileURLToPath(url), "utf8").split("\n");
    sources = lines.map((line) => (source = /^\/\/ src\/(.+)$/.exec(line)?.[1] ?? source));
    bundles.set(url, sources);
  }
  return sources[lineNumber];
}

/** The part that a function belongs to. */
function partOf(frame) {
  const { functionName, url } = frame;
  if (functionName === "(idle)" || url === "node:inspector") return undefined;
  if (functionName === "(garbage collector)") return "garbage collection";
  const source = sourceOf(frame);
  if (source !== undefined) return `tegmen ${source.split("/")[0]}`;
  const peer = url.lastIndexOf("/node_modules/");
  if (peer >= 0) return url.slice(peer + "/node_modules/".length).split("/")[0];
  if (url.includes("/benchmarks/")) return "benchmark";
  return url.startsWith("node:") ? "node" : "V8 and system calls";
}

/**
 * @param profile as the inspector's profiler gives it
 * @param operations how many the profile holds
 * @returns microseconds for an operation by part, and by function, the longest first
 */
export function groupProfile({ nodes, samples, timeDeltas }, operations) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parts = new Map();
  const functions = new Map();
  samples.forEach((id, index) => {
    const { callFrame } = byId.get(id);
    const part = partOf(callFrame);
    if (part === undefined) return;
    const time = timeDeltas[index] / operations;
    parts.set(part, (parts.get(part) ?? 0) + time);
    const file = sourceOf(callFrame) ?? callFrame.url.split("/").slice(-2).join("/");
    const name = `${callFrame.functionName || "(anonymous)"} ${file}:${callFrame.lineNumber + 1}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
  });
  const longest = (map) => [...map].toSorted((a, b) => b[1] - a[1]);
  return { parts: longest(parts), functions: longest(functions) };
}
