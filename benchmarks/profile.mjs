// A processor profile, summed by the parts of the program.

/** The part that a function belongs to. */
function partOf({ functionName, url }) {
  if (functionName === "(idle)" || url === "node:inspector") return undefined;
  if (functionName === "(garbage collector)") return "garbage collection";
  const tegmen = /\/packages\/tegmen\/dist\/([^/]+)\//.exec(url);
  if (tegmen !== null) return `tegmen ${tegmen[1]}`;
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
    const file = callFrame.url.split("/").slice(-2).join("/");
    const name = `${callFrame.functionName || "(anonymous)"} ${file}:${callFrame.lineNumber + 1}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
  });
  const longest = (map) => [...map].toSorted((a, b) => b[1] - a[1]);
  return { parts: longest(parts), functions: longest(functions) };
}
