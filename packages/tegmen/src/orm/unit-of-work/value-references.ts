import type { ResolvedForeignKey } from "../../schema/resolve-table.ts";
import type { InstanceState } from "../state.ts";
import type { RowWork } from "./row-work.ts";

/**
 * Finds new rows that refer to each other by values that the program gave them, not by relations: they have an order,
 * too.
 */
export function followValues(works: readonly RowWork[]): void {
  const inserts = works.filter((work) => work.kind === "insert");
  const tables = new Set<object>(inserts.map(({ facts }) => facts.table));
  const indexes = new Map<ResolvedForeignKey, ReadonlyMap<string, RowWork>>();
  for (const work of inserts) {
    for (const foreignKey of work.facts.foreignKeys) {
      const { columns, target, targetColumns } = foreignKey;
      if (!tables.has(target) || work.copies.some(({ pairs }) => pairs[0]?.to === columns[0]?.key)) continue;
      const value = textOf(
        work.state,
        columns.map(({ key }) => key),
      );
      if (value === undefined) continue;
      let index = indexes.get(foreignKey);
      if (index === undefined) indexes.set(foreignKey, (index = indexOf(inserts, foreignKey)));
      const needed = index.get(value);
      if (needed === undefined || needed === work) continue;
      const pairs = columns.map(({ key }, place) => ({ from: targetColumns[place]!.key, to: key }));
      work.copies.push({ from: needed.state, pairs, table: target, property: undefined, late: false });
    }
  }
}

/** New rows of the table that a foreign key refers to, by what it refers to. */
function indexOf(inserts: readonly RowWork[], { target, targetColumns }: ResolvedForeignKey): Map<string, RowWork> {
  const keys = targetColumns.map(({ key }) => key);
  const index = new Map<string, RowWork>();
  for (const work of inserts) {
    const value = work.facts.table === target ? textOf(work.state, keys) : undefined;
    if (value !== undefined) index.set(value, work);
  }
  return index;
}

function textOf({ values }: InstanceState, keys: readonly string[]): string | undefined {
  const parts = keys.map((key) => values[key]);
  return parts.every((part) => part !== undefined && part !== null) ? parts.map(String).join("\0") : undefined;
}
