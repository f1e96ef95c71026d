import { inspect } from "node:util";
import type { Mapper } from "./mapper.ts";
import { findState, type InstanceState } from "./state.ts";

/** An object on its way into plain values. */
interface Shown {
  readonly state: InstanceState;
  readonly plain: Record<string, unknown>;
  /** The object in whose relation it was found. */
  readonly above: Shown | undefined;
}

/**
 * The loaded values of an object and of its loaded relations, without those that lead back. The relations of each
 * object are shown once, where it is nearest to the first one: a graph has far more ways than objects.
 */
export function toPlain(object: object): Record<string, unknown> {
  return flatten(object, () => ({}));
}

type Make = (state: InstanceState) => Record<string, unknown>;

function flatten(object: object, make: Make): Record<string, unknown> {
  const first = show(findState(object)!, undefined, make);
  const queue: Shown[] = [first];
  const opened = new Set([first.state]);
  for (const shown of queue) {
    for (const [key, value] of Object.entries(shown.state.related ?? {})) {
      if (value === null) shown.plain[key] = null;
      else if (!Array.isArray(value)) {
        const below = showBelow(value, shown, queue, opened, make);
        if (below !== undefined) shown.plain[key] = below;
      } else {
        const items = value.map((one) => showBelow(one, shown, queue, opened, make));
        shown.plain[key] = items.filter((one) => one !== undefined);
      }
    }
  }
  return first.plain;
}

/** @returns undefined for what leads back */
function showBelow(
  value: unknown,
  above: Shown,
  queue: Shown[],
  opened: Set<InstanceState>,
  make: Make,
): Record<string, unknown> | undefined {
  const state = findState(value)!;
  for (let one: Shown | undefined = above; one !== undefined; one = one.above)
    if (one.state === state) return undefined;
  const shown = show(state, above, make);
  if (!opened.has(state)) {
    opened.add(state);
    queue.push(shown);
  }
  return shown.plain;
}

function show(state: InstanceState, above: Shown | undefined, make: Make): Shown {
  return { state, plain: Object.assign(make(state), state.values), above };
}

/** Classes with nothing but a name, for what is shown of objects. */
const namesakes = new WeakMap<Mapper, new () => Record<string, unknown>>();

function namesakeOf({ mapper }: InstanceState): Record<string, unknown> {
  let Namesake = namesakes.get(mapper);
  if (Namesake === undefined) {
    // oxlint-disable-next-line typescript/no-extraneous-class -- its name is what is shown
    Namesake = class {} as new () => Record<string, unknown>;
    Object.defineProperty(Namesake, "name", { value: mapper.name });
    namesakes.set(mapper, Namesake);
  }
  return new Namesake();
}

/** What `console.log` shows: the class, and the values and relations that are loaded, as in JSON. */
export function describeObject(object: object, depth: number, settings: object): string {
  if (depth < 0) return `[${findState(object)!.mapper.name}]`;
  return inspect(flatten(object, namesakeOf), { ...settings, depth });
}
