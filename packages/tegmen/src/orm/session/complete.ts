import { select } from "../../sql/select.ts";
import { ownSource } from "../entity-source.ts";
import type { Mapper } from "../mapper.ts";
import { tuple } from "../../sql/tuple.ts";
import type { Operand } from "../../sql/operand.ts";
import type { ColumnValues, InstanceState } from "../state.ts";
import { materialize } from "./hydration.ts";
import type { SessionCore } from "./session-core.ts";

/** How many keys one statement asks for. */
const mostKeys = 10_000;

/** What is under way, by Session: a query whose objects another one completes has to wait for it. */
const underWay = new WeakMap<SessionCore, Promise<unknown>>();

/**
 * Reads the further tables of objects of which a query has read the first ones: one statement for each class, all in
 * one turn.
 */
export async function completeObjects(core: SessionCore): Promise<void> {
  const { incomplete } = core.registry;
  const before = underWay.get(core);
  if (incomplete.size === 0) {
    await before;
    return;
  }
  const now = Promise.all([before, completeAll(core)]);
  underWay.set(core, now);
  try {
    await now;
  } finally {
    if (underWay.get(core) === now) underWay.delete(core);
  }
}

async function completeAll(core: SessionCore): Promise<void> {
  const { incomplete } = core.registry;
  const states = [...incomplete];
  incomplete.clear();
  const byClass = new Map<Mapper, InstanceState[]>();
  for (const state of states) {
    const others = byClass.get(state.mapper);
    if (others === undefined) byClass.set(state.mapper, [state]);
    else others.push(state);
  }
  await Promise.all([...byClass].map(([mapper, objects]) => complete(core, mapper, objects)));
}

async function complete(core: SessionCore, mapper: Mapper, states: readonly InstanceState[]): Promise<void> {
  const source = ownSource(mapper);
  const keys = mapper.primaryKey.map(({ key }) => source.c[key]!);
  const [only] = keys;
  const parts: Promise<void>[] = [];
  for (let from = 0; from < states.length; from += mostKeys) {
    const values = states
      .slice(from, from + mostKeys)
      .map((state) => mapper.primaryKey.map(({ key }) => state.values[key]));
    const condition =
      keys.length === 1
        ? only!.in(values.map(([value]) => value))
        : tuple(...(keys as unknown as readonly Operand[])).in(values);
    parts.push(read(core, mapper, select(...(Object.values(source.c) as never[])).where(condition as never)));
  }
  await Promise.all(parts);
}

async function read(
  core: SessionCore,
  mapper: Mapper,
  statement: Parameters<SessionCore["execute"]>[0],
): Promise<void> {
  const result = await core.execute(statement);
  materialize(core.registry, mapper, result.all() as ColumnValues[], { isComplete: true });
}
