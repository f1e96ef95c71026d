import { FlushError } from "../errors.ts";
import type { RowWork } from "./row-work.ts";
import { isKnown } from "./row-order.ts";
import type { Unit } from "./unit.ts";
import { writeValue } from "./write-value.ts";

/**
 * Copies the keys of related objects into foreign keys. Those that only the server makes are left to
 * {@link takeCopies}.
 *
 * @throws {FlushError} a key is not loaded
 */
export function resolveCopies(unit: Unit, work: RowWork): void {
  const { copies, state } = work;
  for (const copy of copies) {
    if (copy.late) {
      // The row is written without it first.
      if (work.kind === "insert") for (const { to } of copy.pairs) state.values[to] = null;
      continue;
    }
    if (isKnown(copy)) {
      for (const { from, to } of copy.pairs) writeValue(state, to, copy.from.values[from]);
    } else if (unit.works.get(copy.from)?.kind === "insert") {
      work.waiting = [...work.waiting, copy];
    } else {
      const missing = copy.pairs.find(({ from }) => copy.from.values[from] === undefined)!;
      throw new FlushError(
        `${unit.describe(state)} refers to ${unit.describe(copy.from)}, whose ${missing.from} is not loaded: call await ` +
          "session.refresh(object) first",
      );
    }
  }
}

/** Copies the keys that an earlier statement has brought. */
export function takeCopies(work: RowWork): void {
  for (const { from, pairs } of work.waiting) {
    for (const pair of pairs) writeValue(work.state, pair.to, from.values[pair.from]);
  }
}
