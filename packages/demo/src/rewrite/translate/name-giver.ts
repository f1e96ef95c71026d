import type { TableView } from "../contract.ts";
import { SqlError } from "../sql-error.ts";

/** Takes names, and numbers those that are taken: `a_b_idx`, `a_b_idx1`. */
export class NameGiver {
  readonly #taken: Set<string>;
  readonly #fail: (message: string) => SqlError;
  readonly #separator: string;

  /** @param fail Makes the error for a name that is taken. */
  constructor(taken: Iterable<string>, fail: (message: string) => SqlError, separator = "") {
    this.#taken = new Set(taken);
    this.#fail = fail;
    this.#separator = separator;
  }

  /** @throws SqlError when the name is taken. */
  take(name: string, what: string): string {
    if (this.#taken.has(name)) throw this.#fail(`duplicate ${what} name: "${name}"`);
    this.#taken.add(name);
    return name;
  }

  free(name: string, separator: string = this.#separator): string {
    let candidate = name;
    for (let i = 1; this.#taken.has(candidate); i++) candidate = `${name}${separator}${i}`;
    this.#taken.add(candidate);
    return candidate;
  }
}

/** A faulty definition of a table, which CockroachDB names with the id it has or would have got. */
export const tableError = (table: string, id: number, code: string, message: string): SqlError =>
  new SqlError({ code, message: `relation "${table}" (${id}): ${message}` });

/** Gives names to new constraints and indexes of an existing table. */
export function namesOf(table: TableView): { indexes: NameGiver; constraints: NameGiver } {
  return {
    indexes: indexNames(table.indexes.map((index) => index.name)),
    constraints: constraintNames(
      table.name,
      table.oid,
      table.constraints.map((constraint) => constraint.name),
    ),
  };
}

export const indexNames = (taken: Iterable<string>): NameGiver =>
  new NameGiver(taken, (message) => new SqlError({ code: "42P07", message }));

export const constraintNames = (table: string, id: number, taken: Iterable<string>): NameGiver =>
  new NameGiver(taken, (message) => tableError(table, id, "42710", message));
