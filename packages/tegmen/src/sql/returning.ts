import { ArgumentError } from "../errors/index.ts";
import { cteOf, type Cte, type CteOptions } from "./cte.ts";
import type { FromItem } from "./from-item.ts";
import { columnsOfSource, toItems, type Items } from "./items.ts";
import { queryNode, type Query } from "./query.ts";
import type { DerivedColumns } from "./row.ts";

/** What `returning()` was given: nothing stands for all columns, also where the target is an entity. */
export function returningItems(target: FromItem, selected: readonly unknown[]): Items {
  return selected.length === 0 ? columnsOfSource(target) : toItems(selected, "returning()");
}

/**
 * A statement that writes, in WITH.
 *
 * @throws {ArgumentError} it returns nothing
 */
export function writingCte<N extends string, Fields>(
  query: Query,
  name: N,
  options: CteOptions | undefined,
): Cte<N, DerivedColumns<N, Fields, never>> {
  if (options?.recursive === true) throw new ArgumentError(`"${name}" writes, so it cannot be recursive`);
  if (queryNode(query).items.length === 0) {
    throw new ArgumentError(`"${name}" has no columns to be read: add .returning()`);
  }
  return cteOf(query, name, options);
}
