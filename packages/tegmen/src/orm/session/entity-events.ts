import { ArgumentError } from "../../errors/index.ts";
import { didYouMean } from "../../text/index.ts";
import type { AnyEntity, InstanceOf } from "../entity-types.ts";
import type { Mapper } from "../mapper.ts";
import { mapperOf } from "../mapper-of.ts";
import type { InstanceState } from "../state.ts";
import type { RowsToWrite } from "../unit-of-work/flush-input.ts";

/** Names of the events of a class. */
export type EntityEventName =
  | "afterDelete"
  | "afterInsert"
  | "afterUpdate"
  | "beforeDelete"
  | "beforeInsert"
  | "beforeUpdate"
  | "load";

const known: Readonly<Record<EntityEventName, true>> = {
  load: true,
  beforeInsert: true,
  afterInsert: true,
  beforeUpdate: true,
  afterUpdate: true,
  beforeDelete: true,
  afterDelete: true,
};

/** A listener. The flush waits for what it returns, but for that of `load`, which cannot wait. */
export type EntityListener<T> = (object: T, context: { readonly session: unknown }) => Promise<void> | void;

type Listeners = Map<EntityEventName, Set<EntityListener<never>>>;

const listenersOf = new WeakMap<Mapper, Listeners>();

/** Whether any class has listeners: without one, nothing of this costs anything. */
let isUsed = false;

/**
 * Calls a function for every object of a class to which something happens.
 *
 * - `load`: it was made of a row
 * - `beforeInsert`, `beforeUpdate`, `beforeDelete`: its row is about to be written. Columns may be changed here
 * - `afterInsert`, `afterUpdate`, `afterDelete`: its row was written; the transaction is not over
 *
 * What a listener throws ends the flush, or the query.
 *
 * @param entity the class
 * @param event the name of the event
 * @param listener gets the object
 * @returns a function that ends it
 * @throws {ArgumentError} there is no such event
 *
 * @example
 * ```ts
 * listen(Account, "beforeUpdate", (account) => { account.changedAt = new Date(); });
 * ```
 *
 * SQLAlchemy: `event.listen(Account, "before_update", ...)`.
 */
export function listen<E extends AnyEntity>(
  entity: E,
  event: EntityEventName,
  listener: EntityListener<InstanceOf<E>>,
): () => void {
  if (!Object.hasOwn(known, event)) {
    throw new ArgumentError(`an entity has no event "${event}": ${didYouMean(event, Object.keys(known))}`);
  }
  const mapper = mapperOf(entity, "listen()");
  isUsed = true;
  const events: Listeners = listenersOf.get(mapper) ?? new Map();
  listenersOf.set(mapper, events);
  const listeners = events.get(event) ?? new Set();
  events.set(event, listeners.add(listener));
  return () => {
    listeners.delete(listener);
  };
}

/** The listeners of a class and of those that it extends; undefined if there are none. */
function find(mapper: Mapper, event: EntityEventName): readonly EntityListener<never>[] | undefined {
  if (!isUsed) return undefined;
  const own = [...(listenersOf.get(mapper)?.get(event) ?? [])];
  const above = mapper.root === mapper ? [] : [...(listenersOf.get(mapper.root)?.get(event) ?? [])];
  return own.length + above.length === 0 ? undefined : [...above, ...own];
}

/** Tells the listeners of `load`. */
export function announceLoad(state: InstanceState, session: unknown): void {
  const listeners = find(state.mapper, "load");
  if (listeners !== undefined) for (const listener of listeners) void listener(state.object as never, { session });
}

/** Tells those who want to know what is about to be written. */
export async function announceBefore(rows: RowsToWrite, session: unknown): Promise<void> {
  if (!isUsed) return;
  await announce(rows.inserted, "beforeInsert", session);
  await announce(rows.updated, "beforeUpdate", session);
  await announce(rows.deleted, "beforeDelete", session);
}

/** Tells those who want to know what was written. */
export async function announceAfter(rows: RowsToWrite, session: unknown): Promise<void> {
  if (!isUsed) return;
  await announce(rows.inserted, "afterInsert", session);
  await announce(rows.updated, "afterUpdate", session);
  await announce(rows.deleted, "afterDelete", session);
}

/** Whether any class has listeners. */
export function hasListeners(): boolean {
  return isUsed;
}

async function announce(states: readonly InstanceState[], event: EntityEventName, session: unknown): Promise<void> {
  for (const state of states) {
    const listeners = find(state.mapper, event);
    if (listeners !== undefined) for (const listener of listeners) await listener(state.object as never, { session });
  }
}
