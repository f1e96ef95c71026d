// The page docs/benchmarks-orm.md.

import { renderSummary, renderTurns, renderWorkload, table } from "../page.mjs";

/** The least ratio to raw pg. */
const goals = {
  "get by key, 1 at a time": 0.85,
  "hydrate 10,000": 0.75,
  "nested graph: 20 users, posts, comments": 1,
};

function renderGaps(speed) {
  const lines = [];
  for (const { workload, results } of speed) {
    const ours = results.find(({ name }) => name === "tegmen ORM");
    if (ours === undefined) continue;
    const missed = results
      .filter(({ name, ratio }) => name !== ours.name && name !== "raw pg" && ratio > ours.ratio)
      .map(({ name, ratio }) => `${name} has ${ratio.toFixed(2)}, tegmen ${ours.ratio.toFixed(2)}`);
    const goal = goals[workload] ?? 0;
    if (ours.ratio < goal) missed.unshift(`${ours.ratio.toFixed(2)} where ${goal.toFixed(2)} is the goal`);
    if (missed.length > 0) lines.push(`- **${workload}**: ${missed.join("; ")}.`);
  }
  return lines.length === 0 ? "None in this run." : lines.join("\n");
}

/** The whole page. */
export function renderOrmPage({ facts, adapters, speed, turns, weights }) {
  const versions = facts.versions.map(([name, version]) => `${name} ${version}`).join(", ");
  return `# Benchmarks of the ORM

<!-- Written by \`npm run bench:orm -- --write\`: change benchmarks/orm/page.mjs, not this file. -->

Measured on ${facts.date}: ${facts.server}; Node ${facts.node}; ${facts.cpus}, ${facts.memory}. ${versions}.

## Method

- \`npm run bench:orm\` runs it all, against a demo cluster or any server (\`--url\`); \`--write\` makes this page.
- Each tool has a process of its own and a pool of 16. The tools take turns in ${facts.rounds} rounds of each workload, after
  executions that do not count. **Only the ratio means something**: the time of raw pg in the same round, divided by the
  tool's; the median of the rounds. Above 1 is faster than raw pg with objects put together by hand.
- Every tool gives the same objects with the same values; that is checked before anything is measured.

${table(
  ["tool", "how it is used"],
  adapters.map(({ name, note }) => [name, note]),
)}

## Summary

${renderSummary(speed)}

Where a goal is missed, or a peer is ahead:

${renderGaps(speed)}

## Workloads

${speed.map(({ workload, results }) => renderWorkload(workload, results)).join("\n\n")}

## Turns

A turn is what a tool sends without having heard from the server in between: on a cluster, a round trip. In parentheses
the statements.

${renderTurns(turns)}

## Memory

What one of 10,000 loaded objects of five columns weighs when it is kept, with what the tool remembers of it.

${table(
  ["tool", "bytes"],
  weights.map(({ name, bytes }) => [name, bytes.toFixed(0)]),
)}
`;
}
