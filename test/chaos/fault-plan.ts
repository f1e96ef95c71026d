import type { CutMoment } from "../support/fault-proxy.ts";
import type { Side } from "../support/proxied-connection.ts";
import { Random } from "./random.ts";

/** One fault that is to come to pass. Times are milliseconds. */
export type PlannedFault =
  /** A connection ends, by FIN or by RST. */
  | { readonly kind: "cut" | "reset"; readonly pick: number }
  /** A connection ends at a certain moment of a certain statement. */
  | { readonly kind: "cut at commit" | "cut at statement"; readonly sql: RegExp; readonly moment: CutMoment }
  /** A connection is reset after so many more bytes. */
  | { readonly kind: "reset at byte"; readonly pick: number; readonly direction: Side; readonly bytes: number }
  /** A connection ends in the middle of a message. */
  | { readonly kind: "truncated frame"; readonly pick: number }
  /** One connection passes nothing on for a while; then it goes on, or is cut. */
  | { readonly kind: "stall"; readonly pick: number; readonly duration: number; readonly ends: boolean }
  /** No connection passes anything on for a while. */
  | { readonly kind: "stall of all"; readonly duration: number }
  /** Everything takes longer for a while. */
  | { readonly kind: "delay"; readonly milliseconds: number; readonly duration: number }
  /** One side is gone and the other is not told for a while. */
  | { readonly kind: "half-open"; readonly pick: number; readonly gone: Side; readonly duration: number }
  /** New connections are refused for a while, and some of the old ones end. */
  | { readonly kind: "refuse"; readonly duration: number; readonly cuts: number }
  /** What the server sends arrives in small pieces for a while. */
  | { readonly kind: "fragments"; readonly bytes: number; readonly duration: number }
  /** All connections end at once. */
  | { readonly kind: "cut of all" }
  /** The server is killed and started again. */
  | { readonly kind: "server restart" };

export type FaultKind = PlannedFault["kind"];

const moments = ["before", "after", "answered", "unready"] as const;
const statements = [/^SELECT/, /^INSERT/, /^UPDATE/, /^SAVEPOINT/, /^BEGIN/, /^ROLLBACK/];

/** How often each kind is planned, relative to the others. */
const weights: readonly (readonly [FaultKind, number])[] = [
  ["cut", 12],
  ["reset", 10],
  ["cut at commit", 24],
  ["cut at statement", 16],
  ["reset at byte", 12],
  ["truncated frame", 8],
  ["stall", 8],
  ["stall of all", 2],
  ["delay", 3],
  ["half-open", 8],
  ["refuse", 3],
  ["fragments", 2],
  ["cut of all", 1],
];

/**
 * The faults of a run, one after the other without end: the same for the same seed. When each comes to pass is
 * counted in operations, so that the plan depends on no clock.
 *
 * @param restartEvery each so many faults the server is killed and started again; 0 never
 */
export function* planFaults(seed: number, restartEvery: number): Generator<PlannedFault, never> {
  const random = new Random(seed);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (let index = 1; ; index++) {
    if (restartEvery > 0 && index % restartEvery === 0) {
      yield { kind: "server restart" };
      continue;
    }
    let at = random.next() * total;
    const [kind] = weights.find(([, weight]) => (at -= weight) < 0) ?? weights[0]!;
    yield detail(kind, random);
  }
}

function detail(kind: FaultKind, random: Random): PlannedFault {
  const pick = random.next();
  switch (kind) {
    case "cut at commit":
      return { kind, sql: random.of([/^RELEASE/, /^COMMIT/]), moment: random.of(moments) };
    case "cut at statement":
      return { kind, sql: random.of(statements), moment: random.of(moments) };
    case "reset at byte":
      return { kind, pick, direction: random.of(["client", "server"]), bytes: random.between(0, 3_000) };
    case "stall":
      return { kind, pick, duration: random.between(20, 600), ends: random.chance(0.5) };
    case "stall of all":
      return { kind, duration: random.between(20, 300) };
    case "delay":
      return { kind, milliseconds: random.between(1, 20), duration: random.between(50, 400) };
    case "half-open":
      return { kind, pick, gone: random.of(["client", "server"]), duration: random.between(20, 500) };
    case "refuse":
      return { kind, duration: random.between(20, 300), cuts: random.between(1, 10) };
    case "fragments":
      return { kind, bytes: random.between(1, 16), duration: random.between(50, 300) };
    case "cut":
    case "reset":
    case "truncated frame":
      return { kind, pick };
    case "cut of all":
    case "server restart":
      return { kind };
  }
}
