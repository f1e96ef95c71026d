import type { AnyTable } from "../../schema/table.ts";
import { foreignKeysOf } from "./table-facts.ts";

/** Where a table stands among those of a flush. */
export interface TablePlace {
  /** Tables with lower ranks are written first, and deleted from last. */
  readonly rank: number;
  /** Tables that refer to each other in a circle share a number. */
  readonly circle: number;
  /** The table refers to itself, or is part of a circle: its rows have an order among themselves. */
  readonly inCircle: boolean;
}

/** One table refers to another. */
export type TableEdge = readonly [from: AnyTable, to: AnyTable];

/**
 * Puts tables behind those that they refer to.
 *
 * @param tables the tables of a flush, in the order in which their objects came
 * @param edges references that no foreign key of the database says
 */
export function orderTables(tables: Iterable<AnyTable>, edges: Iterable<TableEdge>): ReadonlyMap<AnyTable, TablePlace> {
  const targets = new Map<AnyTable, Set<AnyTable>>();
  for (const table of tables) targets.set(table, new Set());
  for (const [table, found] of targets) {
    for (const { target } of foreignKeysOf(table)) {
      if (targets.has(target as AnyTable)) found.add(target as AnyTable);
    }
  }
  for (const [from, to] of edges) if (targets.has(to)) targets.get(from)?.add(to);
  const places = new Map<AnyTable, TablePlace>();
  circles(targets).forEach((circle, index) => {
    for (const table of circle) {
      const inCircle = circle.length > 1 || targets.get(table)?.has(table) === true;
      places.set(table, { rank: places.size, circle: index, inCircle });
    }
  });
  return places;
}

interface Visit {
  readonly index: number;
  low: number;
  onStack: boolean;
}

/** Groups of tables that refer to each other, those that are referred to first. Tarjan's algorithm. */
function circles(targets: ReadonlyMap<AnyTable, ReadonlySet<AnyTable>>): readonly (readonly AnyTable[])[] {
  const visits = new Map<AnyTable, Visit>();
  const stack: AnyTable[] = [];
  const found: AnyTable[][] = [];
  const visit = (table: AnyTable): Visit => {
    const own: Visit = { index: visits.size, low: visits.size, onStack: true };
    visits.set(table, own);
    stack.push(table);
    for (const target of targets.get(table) ?? []) {
      const other = visits.get(target) ?? visit(target);
      if (other.onStack) own.low = Math.min(own.low, other.low);
    }
    if (own.low === own.index) {
      const circle: AnyTable[] = [];
      for (;;) {
        const member = stack.pop()!;
        visits.get(member)!.onStack = false;
        circle.unshift(member);
        if (member === table) break;
      }
      found.push(circle);
    }
    return own;
  };
  for (const table of targets.keys()) if (!visits.has(table)) visit(table);
  return found;
}
