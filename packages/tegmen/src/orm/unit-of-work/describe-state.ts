import { describeValue } from "../../errors/index.ts";
import type { InstanceState } from "../state.ts";
import { storedValue } from "./write-value.ts";

/**
 * An object for a message: its class and its key.
 *
 * @param hide the values are not to be shown
 * @example `Account(id 5)`, `a new Account`
 */
export function describeState(state: InstanceState, hide = false): string {
  const { mapper } = state;
  const parts: string[] = [];
  for (const { key } of mapper.primaryKey) {
    const value = storedValue(state, key);
    if (value === undefined || value === null) return `a new ${mapper.name}`;
    parts.push(`${key} ${hide ? "[hidden]" : describeValue(value)}`);
  }
  return `${mapper.name}(${parts.join(", ")})`;
}

/** Some objects for a message: the first few, and how many more there are. */
export function describeStates(states: readonly InstanceState[], hide = false): string {
  const shown = states.slice(0, 5).map((state) => describeState(state, hide));
  const more = states.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
