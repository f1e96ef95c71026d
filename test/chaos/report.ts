import type { ChaosReport } from "./run.ts";

/** Kinds of findings whose number is printed even when it is 0. */
const always = ["lost", "doubled"] as const;

/** Whether a run found nothing wrong. */
export function isClean({ findings, leaks, unexpected }: ChaosReport): boolean {
  return findings.length + leaks.length + unexpected.length === 0;
}

/** A run in lines for people. */
export function describe(report: ChaosReport): string {
  const { workloads, faults, findings, leaks, unexpected, seconds, seed } = report;
  const sum = (pick: (each: ChaosReport["workloads"][number]) => number): number =>
    workloads.reduce((total, each) => total + pick(each), 0);
  const operations = sum((each) => each.operations);
  const rows = workloads.map((each) => [
    each.name,
    each.operations,
    each.committed,
    each.failed,
    each.ambiguous.happened,
    each.ambiguous.didNot,
    each.retries,
  ]);
  const total = [...faults.values()].reduce((all, count) => all + count, 0);
  const kinds = new Map<string, number>(always.map((kind) => [kind, 0]));
  for (const { kind } of findings) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [
    columns([["workload", "operations", "committed", "failed", "ambiguous: done", "not done", "retries"], ...rows]),
    "",
    "failed with: " + list(mergeCounts(workloads.map(({ failures }) => failures))),
    "",
    `faults: ${total} (${list(faults)})`,
    "",
    `seed                  ${seed}`,
    `seconds               ${seconds.toFixed(0)}`,
    `operations            ${operations} (${(operations / seconds).toFixed(0)} per second)`,
    `faults                ${total}`,
    `retries               ${sum(({ retries }) => retries)}`,
    `ambiguous             ${sum(({ ambiguous: { happened, didNot } }) => happened + didNot)}, each checked`,
    ...[...kinds].map(([kind, count]) => `${kind.padEnd(21)} ${count}`),
    `leaked connections    ${leaks.length}`,
    `unhandled, unexpected ${unexpected.length}`,
    ...findings.slice(0, 20).map(({ kind, what }) => `! ${kind}: ${what}`),
    ...leaks.map((leak) => `! leaked: ${leak}`),
    ...unexpected.slice(0, 20).map((what) => `! ${what}`),
  ].join("\n");
}

function mergeCounts(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const merged = new Map<string, number>();
  for (const counts of all) {
    for (const [name, count] of counts) merged.set(name, (merged.get(name) ?? 0) + count);
  }
  return merged;
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function columns(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => String(row[at]).length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? String(cell).padEnd(widths[at]!) : String(cell).padStart(widths[at]!)))
        .join("  "),
    )
    .join("\n");
}
