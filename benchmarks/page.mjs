// The page docs/benchmarks.md.

import { contentionGoal, gaps, goals, slowContention, slowImport } from "./gaps.mjs";

/** A table of Markdown. */
export const table = (head, rows) =>
  [
    `| ${head.join(" | ")} |`,
    `| ${head.map((_, index) => (index === 0 ? "---" : "---:")).join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");

const number = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3));

/** The table of one workload. */
export function renderWorkload(workload, results) {
  const head = [workload, "ratio", "quartiles", "ms", "p99 ms", "CPU ms", "CPU ratio", "RSS MB"];
  const rows = results.map((each) => [
    each.name,
    each.ratio.toFixed(2),
    `${each.low.toFixed(2)} to ${each.high.toFixed(2)}`,
    number(each.ms),
    number(each.p99),
    number(each.cpuMs),
    each.cpuRatio.toFixed(2),
    each.rss.toFixed(0),
  ]);
  return table(head, rows);
}

/** The ratios of all workloads. */
export function renderSummary(speed) {
  const names = speed[0].results.map(({ name }) => name);
  const rows = speed.map(({ workload, results }) => [workload, ...results.map(({ ratio }) => ratio.toFixed(2))]);
  return table(["ratio to raw pg", ...names], rows);
}

/** Turns and statements of all workloads. */
export function renderTurns(turns) {
  const workloads = Object.keys(turns[0].workloads);
  const rows = workloads.map((workload) => [
    workload,
    ...turns.map((tool) => {
      const { turns: count, statements } = tool.workloads[workload];
      return `${+count.toFixed(1)} (${+statements.toFixed(1)})`;
    }),
  ]);
  return table(["turns (statements)", ...turns.map(({ name }) => name)], rows);
}

function renderProfiles(profiles) {
  const lines = profiles.map(({ workload, tools }) => {
    const cells = tools.map(({ parts }) =>
      parts
        .slice(0, 7)
        .map(([name, time]) => `${name} ${time.toFixed(time < 10 ? 1 : 0)}`)
        .join(", "),
    );
    return [workload, ...cells];
  });
  return table(["µs for an operation", ...profiles[0].tools.map(({ name }) => name)], lines);
}

function renderGaps(speed) {
  const lines = [];
  for (const { workload, results } of speed) {
    const ours = results.find(({ name }) => name === "tegmen Core");
    if (ours === undefined) continue;
    const goal = goals[workload] ?? 0;
    const ahead = results.filter(
      ({ name, ratio }) => !name.startsWith("tegmen") && name !== "raw pg" && ratio > ours.ratio,
    );
    const missed = [];
    if (ours.ratio < goal) missed.push(`${ours.ratio.toFixed(2)} where ${goal.toFixed(2)} is the goal`);
    for (const { name, ratio } of ahead)
      missed.push(`${name} has ${ratio.toFixed(2)}, tegmen Core ${ours.ratio.toFixed(2)}`);
    if (missed.length > 0) lines.push(`- **${workload}**: ${missed.join("; ")}. ${gaps[workload] ?? ""}`.trimEnd());
  }
  return lines.length === 0 ? "None in this run." : lines.join("\n");
}

function renderCore(core, speed) {
  const reference = speed.find(({ workload }) => workload.startsWith("select by key, 1"))?.results[0].ms;
  const own = core.find(([name]) => name === "select by key: build, compile, decode")[1];
  const share =
    reference === undefined
      ? ""
      : ` That is ${(own / reference / 10).toFixed(1)} % of what a local select by
primary key takes with raw pg; the budget is 10 %.`;
  return `\`node benchmarks/core-cost.mjs\`: no server takes part. Building a statement, finding its shape, encoding its
values and decoding its row take ${own.toFixed(1)} µs for a select by key.${share}

${table(
  ["work", "µs"],
  core.map(([name, time]) => [name, time.toFixed(2)]),
)}`;
}

/** Contended transfers. */
export function renderContention(results) {
  const head = ["contended transfers", "ratio", "quartiles", "transfers/s", "attempts", "p99 ms"];
  const rows = results.map(({ name, ratio, low, high, perSecond, attempts, p99 }) => [
    name,
    ratio.toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
    perSecond.toFixed(0),
    attempts.toFixed(2),
    p99.toFixed(0),
  ]);
  return table(head, rows);
}

function describeContention(results) {
  const ours = results.find(({ name }) => name === "tegmen Core");
  const gap =
    ours === undefined || ours.ratio >= contentionGoal
      ? []
      : [`${ours.ratio.toFixed(2)} where ${contentionGoal.toFixed(2)} is the goal. ${slowContention}`];
  return [
    `\`node benchmarks/contention.mjs\`: 16 workers, each with one transfer after the other between any two of 8 accounts.
Goodput is the transfers that were committed; the sum of the balances is checked. The ratio is to raw pg in the same
round, which has BEGIN, a read, two updates and COMMIT, and like postgres.js begins anew on 40001 after the same waits as
tegmen. Attempts are those for one transfer.

On the demo cluster it is PostgreSQL, at SERIALIZABLE, that finds the conflicts: who waits for a lock fails as soon as it
is given up by a commit, and FOR UPDATE (\`lockReads\`) only adds a turn to the time for which a lock is held.
CockroachDB's transactions go on after such a wait with what they find then. What serves them best has to be measured on
CockroachDB (\`--url\`).`,
    renderContention(results),
    ...gap,
  ];
}

function renderStart({ emptyMs, imports, dependencies, packedKb, unpackedKb, files }) {
  const lines = imports.map(
    ({ entry, ms, cpuMs, budget }) =>
      `- \`import "${entry}"\`: ${ms.toFixed(0)} ms above an empty start of Node, which took ${emptyMs.toFixed(0)} ms here ` +
      `(budget ${budget}); ${cpuMs.toFixed(0)} ms of the processor's time.${ms > budget ? ` ${slowImport}` : ""}`,
  );
  lines.push(`- Runtime dependencies: ${dependencies.length} (${dependencies.join(", ")}).`);
  lines.push(`- Packed ${packedKb.toFixed(0)} kB, unpacked ${unpackedKb.toFixed(0)} kB in ${files} files.`);
  lines.push("- What the types cost: `npm run type-cost` prints it for every version of TypeScript, with its budget.");
  return lines.join("\n");
}

/** The whole page. */
export function renderPage({ facts, adapters, speed, turns, contention, profiles, start, core, client }) {
  const sections = [
    "# Benchmarks",
    "<!-- Written by `npm run bench:peers -- --write`: change benchmarks/page.mjs, not this file. -->",
    `Measured on ${facts.date}: ${facts.server}; Node ${facts.node}; ${facts.cpus}, ${facts.memory}. ` +
      facts.versions.map(([name, version]) => `${name} ${version}`).join(", ") +
      ".",
    `## Method

- \`npm run bench:peers\` runs it all, against a demo cluster or any server (\`--url\`); \`--write\` makes this page.
- Each tool has a process of its own (client, gateway and server are others) and a pool of ${facts.poolSize}. tegmen's pool is set to
  hand out the connection that came back last, as pg's does.
- The tools take turns in ${facts.rounds} short rounds of each workload, after executions that do not count (${facts.warmUp}). **Only the ratio means
  something**: the time of raw pg in the same round, divided by the tool's; the median of the rounds, with quartiles.
  Above 1 is faster than raw pg. Two tools whose quartiles overlap widely are not told apart by such a run. Times in milliseconds are those of this machine, which may have had other things to do.
- Every tool reads the same rows as the same JavaScript values (INT8 as number, TIMESTAMPTZ as Date); that is checked
  before anything is measured.
- CPU is that of the client's process, for one operation: the least disturbed of all figures.
- Turns and statements are counted by a proxy between the tool and the server, after the first executions. A turn is
  what a tool sends without having heard from the server in between.`,
    table(
      ["tool", "how it is used"],
      adapters.map(({ name, note }) => [name, note]),
    ).replace("---:", "---"),
    "## Summary",
    renderSummary(speed),
    "## Workloads",
    ...speed.map(({ workload, results }) => renderWorkload(workload, results)),
    "## Turns",
    renderTurns(turns),
    "tegmen's transfer commits by RELEASE SAVEPOINT in its second turn; the third is the COMMIT that closes the " +
      "transaction, for which nobody waits.",
    ...(contention === undefined ? [] : ["## Contention", ...describeContention(contention)]),
    "## Gaps",
    "What the profiles below show where a goal is missed or the median of a peer is ahead. A reason that no profile " +
      "shows is called a guess.",
    renderGaps(speed),
    ...(facts.remarks ?? []),
  ];
  if (profiles.length > 0) {
    sections.push(
      "## Profiles",
      "Where the client's processor time goes, by a sampling profiler, which makes everything a little slower and counts the time in which something else had the processor: the order of the parts counts, not the sums, and small differences between two profiles mean nothing.",
      renderProfiles(profiles),
    );
  }
  if (client !== undefined) {
    sections.push(
      "## What the client costs",
      "`node benchmarks/client-cost.mjs`: the server only answers, always with the same row, so that nearly all of it is " +
        "the client's work.",
      ...client.map(({ workload, results }) => renderWorkload(workload, results)),
    );
  }
  if (core !== undefined) sections.push("## What Core does by itself", renderCore(core, speed));
  if (start !== undefined) sections.push("## Start and size", renderStart(start));
  return `${sections.join("\n\n")}\n`;
}
