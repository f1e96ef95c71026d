import { StaleDataError } from "../errors.ts";
import type { InstanceState } from "../state.ts";
import { describeStates } from "./describe-state.ts";
import type { Unit } from "./unit.ts";

/** An UPDATE or DELETE found other rows than it should have. */
export function staleError(
  unit: Unit,
  verb: "UPDATE" | "DELETE",
  states: readonly InstanceState[],
  found: number,
): StaleDataError {
  const { mapper } = states[0]!;
  const who = describeStates(states, unit.input.hideParameters);
  const isVersioned = mapper.root.options.version !== undefined;
  const done = verb === "UPDATE" ? "changed" : "deleted";
  const why = isVersioned
    ? `was changed or deleted by somebody else since it was read (its version is another one)`
    : "was deleted by somebody else since it was read";
  return new StaleDataError(
    `The ${verb} of ${who} ${done} ${found} ${found === 1 ? "row" : "rows"} instead of ${states.length}: ` +
      `${states.length === 1 ? "the row" : "a row"} ${why}. Roll back, read ${mapper.name} again and repeat the change; ` +
      "runTransaction(sessionmaker, ...) does so with a fresh Session",
  );
}
