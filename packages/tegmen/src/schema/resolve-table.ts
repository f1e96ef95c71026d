import { ArgumentError, describeValue } from "../errors/index.ts";
import type { ExpressionNode } from "../sql/nodes/expression-node.ts";
import { isColumn, type TableColumn } from "./column.ts";
import type { ReferentialAction } from "./column-options.ts";
import { conventionalName } from "./naming.ts";
import type { AnyTable } from "./table.ts";
import { index, type Index } from "./table-index.ts";

/** A primary key or unique constraint with its name. */
export interface ResolvedKey {
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly hash: number | undefined;
}

/** A foreign key with its name and target. */
export interface ResolvedForeignKey {
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly target: { readonly name: string; readonly schema: string | undefined };
  readonly targetColumns: readonly TableColumn[];
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
  readonly matchFull: boolean;
}

/** Everything about a table that is not a column, with its names. */
export interface ResolvedTable {
  readonly primaryKey: ResolvedKey | undefined;
  readonly uniques: readonly ResolvedKey[];
  readonly checks: readonly { readonly name: string | undefined; readonly condition: ExpressionNode }[];
  readonly foreignKeys: readonly ResolvedForeignKey[];
  readonly indexes: readonly { readonly name: string | undefined; readonly index: Index }[];
}

/**
 * Gathers the constraints and indexes of a table, those of its columns included, and gives them names.
 *
 * @throws {ArgumentError} one makes no sense: two primary keys, a foreign key to something that is no column
 */
export function resolveTable(table: AnyTable): ResolvedTable {
  const { columns, items } = table;
  const named = items.filter((item) => item.kind === "primary-key");
  const flagged = columns.filter((column) => column.options.primaryKey);
  if (named.length > 1 || (named.length === 1 && flagged.length > 0)) {
    throw new ArgumentError(`table "${table.name}" has more than one primary key`);
  }
  const convention = table.options.metadata?.namingConvention;
  const nameOf = (
    kind: "ix" | "uq" | "ck" | "fk" | "pk",
    given: string | undefined,
    parts: { readonly columns: readonly TableColumn[]; readonly referredTable?: string },
  ) =>
    given ??
    conventionalName(
      kind,
      { table: table.name, columns: parts.columns.map((column) => column.name), referredTable: parts.referredTable },
      convention,
    );

  const [key] = named;
  const keyColumns = key?.kind === "primary-key" ? key.columns : flagged;
  const primaryKey =
    keyColumns.length === 0
      ? undefined
      : { name: nameOf("pk", key?.name, { columns: keyColumns }), columns: keyColumns, hash: hashOf(key) };

  const uniques: ResolvedKey[] = [];
  const checks: ResolvedTable["checks"][number][] = [];
  const foreignKeys: ResolvedForeignKey[] = [];
  const indexes: ResolvedTable["indexes"][number][] = [];
  const addIndex = (one: Index, name: string | undefined) => {
    const parts = one.terms.flatMap(({ expression }) => columns.filter((column) => column.node === expression));
    if (one.terms.length === 0)
      throw new ArgumentError(`an index of table "${table.name}" names no columns: add .on()`);
    indexes.push({ name: nameOf("ix", name, { columns: parts }), index: one });
  };

  for (const column of columns) {
    const { unique, references, index: indexed } = column.options;
    if (unique !== false) {
      const name = nameOf("uq", unique === true ? undefined : unique, { columns: [column] });
      uniques.push({ name, columns: [column], hash: undefined });
    }
    if (indexed !== false) addIndex(index().on(column as never), indexed === true ? undefined : indexed);
    if (references !== undefined) {
      const { target, name, onDelete, onUpdate } = references;
      foreignKeys.push(
        resolveForeignKey({ table, name, columns: [column], targets: [target()], onDelete, onUpdate, nameOf }),
      );
    }
  }
  for (const item of items) {
    switch (item.kind) {
      case "unique":
        if (item.columns.length === 0) throw new ArgumentError(`unique() of table "${table.name}" needs .on(columns)`);
        uniques.push({
          name: nameOf("uq", item.name, { columns: item.columns }),
          columns: item.columns,
          hash: undefined,
        });
        break;
      case "check": {
        const name = conventionalName("ck", { table: table.name, columns: [], constraint: item.name }, convention);
        checks.push({ name, condition: item.condition });
        break;
      }
      case "foreign-key": {
        const { name, columns: own, onDelete, onUpdate, matchFull } = item;
        const targets = item.target();
        foreignKeys.push(
          resolveForeignKey({ table, name, columns: own, targets, onDelete, onUpdate, matchFull, nameOf }),
        );
        break;
      }
      case "index":
        addIndex(item, item.name);
        break;
      default:
    }
  }
  return { primaryKey, uniques, checks, foreignKeys, indexes };
}

function hashOf(item: AnyTable["items"][number] | undefined): number | undefined {
  return item?.kind === "primary-key" ? item.hash : undefined;
}

interface ForeignKeyParts {
  readonly table: AnyTable;
  readonly name: string | undefined;
  readonly columns: readonly TableColumn[];
  readonly targets: readonly unknown[];
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
  readonly matchFull?: boolean;
  readonly nameOf: (
    kind: "fk",
    given: string | undefined,
    parts: { readonly columns: readonly TableColumn[]; readonly referredTable?: string },
  ) => string | undefined;
}

function resolveForeignKey(parts: ForeignKeyParts): ResolvedForeignKey {
  const { table, name, columns, targets, onDelete, onUpdate, matchFull = false } = parts;
  const targetColumns = targets.map((target) => {
    if (isColumn(target)) return target;
    throw new ArgumentError(
      `a foreign key of table "${table.name}" has to refer to a column of a table, got ${describeValue(target)}`,
    );
  });
  const [first] = targetColumns;
  if (first === undefined || columns.length !== targetColumns.length) {
    throw new ArgumentError(
      `a foreign key of table "${table.name}" has ${columns.length} columns and refers to ${targetColumns.length}`,
    );
  }
  if (targetColumns.some((column) => column.table !== first.table)) {
    throw new ArgumentError(`a foreign key of table "${table.name}" refers to columns of several tables`);
  }
  return {
    name: parts.nameOf("fk", name, { columns, referredTable: first.table.name }),
    columns,
    target: first.table,
    targetColumns,
    onDelete,
    onUpdate,
    matchFull,
  };
}
