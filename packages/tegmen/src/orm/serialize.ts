import { inspect } from "node:util";
import { findState, type InstanceState } from "./state.ts";

/** The loaded values of an object and of its loaded relations, without those that lead back. */
export function toPlain(object: object, path: readonly object[] = []): Record<string, unknown> {
  const state = findState(object)!;
  const plain: Record<string, unknown> = { ...state.values };
  const above = [...path, object];
  for (const [key, value] of Object.entries(state.related ?? {})) {
    if (Array.isArray(value)) {
      const shown = (value as readonly object[]).filter((one) => !above.includes(one));
      plain[key] = shown.map((one) => toPlain(one, above));
    } else if (value === null) plain[key] = null;
    else if (!above.includes(value as object)) plain[key] = toPlain(value as object, above);
  }
  return plain;
}

/** What `console.log` shows: the class, and the values that are loaded. */
export function describeObject(object: object, depth: number, settings: object): string {
  const state: InstanceState = findState(object)!;
  const { name } = state.mapper;
  if (depth < 0) return `[${name}]`;
  return `${name} ${inspect({ ...state.values, ...state.related }, settings)}`;
}
