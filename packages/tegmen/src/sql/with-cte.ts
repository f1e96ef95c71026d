import type { Cte } from "./cte.ts";
import { deleteFrom } from "./delete.ts";
import { insert, upsert } from "./insert.ts";
import { select } from "./select.ts";
import { update } from "./update.ts";

/** The statements that can follow WITH. */
export interface WithStatements {
  readonly select: typeof select;
  readonly insert: typeof insert;
  readonly upsert: typeof upsert;
  readonly update: typeof update;
  readonly deleteFrom: typeof deleteFrom;
}

/**
 * Begins a statement with WITH. Common table expressions that the statement reads get there by themselves; this is for
 * those that write and are not read, and for who likes to read SQL in its order.
 *
 * @example
 * ```ts
 * const moved = deleteFrom(accounts).where(t.balance.eq(0)).returning(t.id).cte("moved");
 * withCte(moved).insert(archive).fromSelect(["id"], select(moved.c.id));
 * ```
 */
export function withCte(...ctes: readonly Cte<string, unknown>[]): WithStatements {
  return {
    select: ((...items: readonly never[]) => select(...items).with(...ctes)) as unknown as typeof select,
    insert: (target) => insert(target).with(...ctes),
    upsert: (target) => upsert(target).with(...ctes),
    update: (target) => update(target).with(...ctes),
    deleteFrom: (target) => deleteFrom(target).with(...ctes),
  };
}
