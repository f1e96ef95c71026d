import type { Engine, EngineOptions } from "tegmen";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";

/** One operation that a worker is to carry out. */
export interface Operation {
  /** Unique in its workload. */
  readonly id: number;
  readonly random: Random;
  /** To be told of each retry. */
  readonly retried: () => void;
  /** An operation may be told to end early, by its deadline or by a signal. */
  readonly deadline: Date | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Something that is not as it should be. */
export interface Finding {
  readonly kind: "lost" | "doubled" | "never committed" | "torn" | "books" | "order" | "answer";
  readonly what: string;
}

/** A workload that is put under faults: how its operations work, and what must hold at the end. */
export interface Workload {
  readonly name: string;
  /** How many operations run at once. */
  readonly workers: number;
  /** The driver of its URL. Default `pg`. */
  readonly driver?: "pg" | "postgres";
  readonly engineOptions?: EngineOptions;
  /** Makes its tables, past the faults. */
  setUp(direct: Engine): Promise<void>;
  /**
   * Carries out one operation. Resolved: it is done. Rejected with AmbiguousCommitError: it is done or not.
   * Rejected otherwise: it is not done.
   */
  operate(engine: Engine, operation: Operation): Promise<void>;
  /** Compares what is there, past the faults, with what was seen. */
  check(direct: Engine, ledger: Ledger): Promise<readonly Finding[]>;
}
