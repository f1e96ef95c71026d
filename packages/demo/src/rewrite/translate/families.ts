import type { CreateTableNode } from "../ast.ts";
import { SqlError } from "../sql-error.ts";

/** A column family and its columns, in the order they are listed. */
export interface Family {
  readonly name: string;
  readonly columns: string[];
}

/** Families that have no name yet are named after the columns they end up with. */
interface Draft {
  name: string | undefined;
  readonly columns: string[];
}

/**
 * The families of a table to be: what is written, the columns nobody mentioned in the first one, and each shard
 * column beside the first column it is made of. Empty where no family is written.
 *
 * @param columns The names of all columns, hidden ones too, in order.
 * @param shards The first key of each shard column.
 * @param fail Makes an error about the table.
 */
export function familiesOf(
  node: Pick<CreateTableNode, "families" | "columns">,
  columns: readonly string[],
  shards: ReadonlyMap<string, string>,
  fail: (message: string) => SqlError,
): Family[] {
  const drafts: Draft[] = [];
  for (const family of node.families)
    drafts.push({ name: family.name?.text, columns: family.columns.map((column) => column.text) });
  for (const column of node.columns) {
    if (!column.family) continue;
    const { name, create, ifNotExists } = column.family;
    const found = name && drafts.find((draft) => draft.name === name.text);
    if (found && create && !ifNotExists)
      throw new SqlError({ code: "XXUUU", message: `family "${name.text}" already exists` });
    if (!found && !create) throw new SqlError({ code: "XXUUU", message: `unknown family "${name?.text ?? ""}"` });
    if (found) found.columns.push(column.name.text);
    else drafts.push({ name: name?.text, columns: [column.name.text] });
  }
  const [first] = drafts;
  if (!first) return [];
  const homes = new Map<string, number>();
  for (const [i, draft] of drafts.entries()) {
    for (const column of draft.columns) {
      const before = homes.get(column);
      if (before !== undefined)
        throw fail(`column ${columns.indexOf(column) + 1} is in both family ${before} and ${i}`);
      homes.set(column, i);
    }
  }
  for (const column of columns) {
    if (homes.has(column)) continue;
    const key = shards.get(column);
    const home = drafts.find((draft) => key !== undefined && draft.columns.includes(key)) ?? first;
    home.columns.push(column);
  }
  const families = drafts.map(({ name, columns: own }, i) => ({
    name: name ?? `fam_${i}_${own.join("_")}`,
    columns: own,
  }));
  for (const [i, family] of families.entries()) {
    if (families.findIndex((f) => f.name === family.name) !== i) throw fail(`duplicate family name: "${family.name}"`);
    if (family.columns.some((column) => !columns.includes(column)))
      throw fail(`family "${family.name}" contains unknown column "0"`);
  }
  return families;
}
