import type { Finding } from "./workload.ts";

/** What a client saw of an operation. */
export type Outcome = "committed" | "failed" | "ambiguous";

/** What became of each operation of a workload, as its client saw it. */
export class Ledger {
  readonly outcomes = new Map<number, Outcome>();
  /** What operations failed with, by name of the error. */
  readonly failures = new Map<string, number>();
  /** Ambiguous operations, by what became of them in the end. */
  resolved: { happened: number; didNot: number } = { happened: 0, didNot: 0 };

  record(id: number, outcome: Outcome, failure?: string): void {
    if (this.outcomes.has(id)) throw new Error(`operation ${id} has an outcome already`);
    this.outcomes.set(id, outcome);
    if (failure !== undefined) this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
  }

  count(outcome: Outcome): number {
    let count = 0;
    for (const each of this.outcomes.values()) if (each === outcome) count++;
    return count;
  }

  /**
   * Compares the operations with their traces in the database: each leaves `copies` rows with its id if it was
   * committed, and none if it was not.
   *
   * @param traces the id of every row
   */
  compare(traces: Iterable<number>, copies = 1): Finding[] {
    const found = new Map<number, number>();
    for (const id of traces) found.set(id, (found.get(id) ?? 0) + 1);
    const findings: Finding[] = [];
    for (const [id, outcome] of this.outcomes) {
      const count = found.get(id) ?? 0;
      const what = `operation ${id} was seen as ${outcome} and is there ${count} times (${copies} rows are once)`;
      if (count > copies) findings.push({ kind: "doubled", what });
      else if (count > 0 && count < copies) findings.push({ kind: "torn", what });
      else if (outcome === "committed" && count === 0) findings.push({ kind: "lost", what });
      else if (outcome === "failed" && count > 0) findings.push({ kind: "never committed", what });
      if (outcome === "ambiguous" && count > 0) this.resolved.happened++;
      if (outcome === "ambiguous" && count === 0) this.resolved.didNot++;
    }
    for (const id of found.keys()) {
      if (!this.outcomes.has(id)) findings.push({ kind: "never committed", what: `nobody knows operation ${id}` });
    }
    return findings;
  }
}
