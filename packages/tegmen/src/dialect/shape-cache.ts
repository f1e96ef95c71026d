import type { ResultColumn, StatementShape } from "../sql/executable.ts";

/** Longer statements are seldom sent twice in the same form, and would fill the memory of client and server. */
const longestKept = 16_384;
const mostKept = 2_000;

interface Entry {
  readonly shape: StatementShape;
  readonly next: Entry | undefined;
}

/**
 * The shapes of statements by their text. The text is all that the values have no part in, so it is the key; finding
 * it again costs less than any other key that would have to be built beside it. Two statements with one text may still
 * read their columns differently, therefore an entry has a chain. It is a memory, not a state: forgetting everything
 * in it changes nothing but the speed.
 */
const shapes = new Map<string, Entry>();

/** The shape of a statement: the same object for the same text and columns. */
export function shapeOf(sql: string, columns: readonly ResultColumn[] | undefined, readsOnly: boolean): StatementShape {
  const first = shapes.get(sql);
  for (let entry = first; entry !== undefined; entry = entry.next) {
    if (sameColumns(entry.shape.columns, columns)) return entry.shape;
  }
  const isKept = sql.length <= longestKept;
  const shape: StatementShape = Object.freeze({ sql, prepare: isKept, columns, readsOnly });
  if (isKept) {
    if (shapes.size >= mostKept) forgetOldest();
    shapes.set(sql, { shape, next: first });
  }
  return shape;
}

function sameColumns(a: readonly ResultColumn[] | undefined, b: readonly ResultColumn[] | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    const left = a[index];
    const right = b[index];
    if (left !== right && (left?.name !== right?.name || left?.decode !== right?.decode)) return false;
  }
  return true;
}

function forgetOldest(): void {
  let excess = mostKept / 4;
  for (const sql of shapes.keys()) {
    shapes.delete(sql);
    if (--excess <= 0) return;
  }
}
