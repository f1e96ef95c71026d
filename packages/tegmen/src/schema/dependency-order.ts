import type { ResolvedForeignKey, ResolvedTable } from "./resolve-table.ts";
import type { AnyTable } from "./table.ts";

/** Tables in an order in which they can be created. */
export interface DependencyOrder {
  readonly tables: readonly AnyTable[];
  /** Foreign keys that close a cycle: they have to be added when all tables exist. */
  readonly deferred: ReadonlyMap<AnyTable, readonly ResolvedForeignKey[]>;
}

/**
 * Puts tables behind those that they refer to. Where they refer to each other in a circle, the foreign keys to tables
 * that come later are left to ALTER TABLE.
 *
 * SQLAlchemy: `sort_tables_and_constraints()`.
 */
export function dependencyOrder(resolved: ReadonlyMap<AnyTable, ResolvedTable>): DependencyOrder {
  const targets = new Map<AnyTable, Set<AnyTable>>();
  for (const [table, { foreignKeys }] of resolved) {
    const needed = foreignKeys.map((key) => key.target as AnyTable).filter((target) => resolved.has(target));
    targets.set(table, new Set(needed.filter((target) => target !== table)));
  }
  const waiting = [...resolved.keys()].sort((a, b) => compareNames(a, b));
  const tables: AnyTable[] = [];
  const done = new Set<AnyTable>();
  while (waiting.length > 0) {
    const ready = waiting.findIndex((table) => [...(targets.get(table) ?? [])].every((target) => done.has(target)));
    // In a circle the first by name goes first, so that the order is always the same.
    const [next] = waiting.splice(ready === -1 ? firstOfCycle(waiting, targets) : ready, 1);
    if (next === undefined) break;
    tables.push(next);
    done.add(next);
  }
  const position = new Map(tables.map((table, index) => [table, index]));
  const deferred = new Map<AnyTable, readonly ResolvedForeignKey[]>();
  for (const [table, { foreignKeys }] of resolved) {
    const own = position.get(table) ?? 0;
    const late = foreignKeys.filter((key) => (position.get(key.target as AnyTable) ?? -1) > own);
    if (late.length > 0) deferred.set(table, late);
  }
  return { tables, deferred };
}

/** The first table that is in a circle itself, not one that only refers to one. */
function firstOfCycle(waiting: readonly AnyTable[], targets: ReadonlyMap<AnyTable, ReadonlySet<AnyTable>>): number {
  const left = new Set(waiting);
  const index = waiting.findIndex((table) => reaches(table, table, targets, left));
  return Math.max(index, 0);
}

function reaches(
  from: AnyTable,
  goal: AnyTable,
  targets: ReadonlyMap<AnyTable, ReadonlySet<AnyTable>>,
  within: ReadonlySet<AnyTable>,
): boolean {
  const seen = new Set<AnyTable>();
  const open = [from];
  for (let table = open.pop(); table !== undefined; table = open.pop()) {
    for (const target of targets.get(table) ?? []) {
      if (target === goal) return true;
      if (!within.has(target) || seen.has(target)) continue;
      seen.add(target);
      open.push(target);
    }
  }
  return false;
}

function compareNames(a: AnyTable, b: AnyTable): number {
  const [left, right] = [`${a.schema ?? ""}.${a.name}`, `${b.schema ?? ""}.${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
