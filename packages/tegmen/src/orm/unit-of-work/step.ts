import type { Result } from "../../engine/result.ts";
import type { Executable } from "../../sql/executable.ts";
import type { InstanceState } from "../state.ts";
import type { ReturnedRow } from "./flush-statement.ts";

/** One statement of a flush. */
export interface Step {
  /** Steps of one turn travel together; those of a later one need values that these bring. */
  readonly turn: number;
  /** Its place among all steps. */
  readonly index: number;
  /** What it does, for messages: `the INSERT of`. */
  readonly verb: string;
  /** The objects whose rows it writes or deletes. */
  readonly states: readonly InstanceState[];
  /** Its row count has to be seen before the transaction is committed. */
  readonly mustBeSeen: boolean;
  /** Makes the statement, when all that it needs is there. */
  build(): Executable<ReturnedRow>;
  /**
   * Takes the server's answer.
   *
   * @throws {StaleDataError} it wrote another number of rows than it should have
   */
  done(result: Result<ReturnedRow>): void;
}

/** Where a step comes. */
export interface StepPlace {
  readonly turn: number;
  readonly index: number;
}
