import { ArgumentError, describeValue } from "../errors/index.ts";
import { quoteIdentifier } from "../text/index.ts";
import { SqlExpression, unlabeled } from "./expression.ts";
import { isEntitySource, isFromItem, type FromItem } from "./from-item.ts";
import type { ResultColumn } from "./executable.ts";
import type { ColumnNode } from "./nodes/expression-node.ts";
import type { ItemNode } from "./nodes/query-node.ts";
import type { SourceNode } from "./nodes/source-node.ts";

/** A select list. */
export interface Items {
  readonly items: readonly ItemNode[];
  /** How their values are read. */
  readonly columns: readonly ResultColumn[];
}

const itemsBySource = new WeakMap<object, Items>();

const selectedByItems = new WeakMap<readonly ItemNode[], readonly unknown[]>();

/**
 * What was passed to `select()` or `returning()`, if there was an entity of the ORM among it: a Session reads the rows
 * as objects then.
 */
export function selectedWithEntities(items: readonly ItemNode[]): readonly unknown[] | undefined {
  return selectedByItems.get(items);
}

/** Forgets the columns of a source, because it got more of them. */
export function forgetItems(source: FromItem): void {
  itemsBySource.delete(source);
}

/** All columns of a table or another source. */
export function itemsOfSource(source: FromItem): Items {
  const known = itemsBySource.get(source);
  if (known !== undefined) return known;
  const columns = Object.values(source.c as Readonly<Record<string, SqlExpression>>);
  const made = finish(columns.map((column) => column.item));
  if (isEntitySource(source)) selectedByItems.set(made.items, [source]);
  itemsBySource.set(source, made);
  return made;
}

const columnsByItems = new WeakMap<readonly ItemNode[], Items>();

/** As {@link itemsOfSource}, for rows that are to stay rows also where the source is an entity. */
export function columnsOfSource(source: FromItem): Items {
  const known = itemsOfSource(source);
  if (!isEntitySource(source)) return known;
  let columns = columnsByItems.get(known.items);
  if (columns === undefined) columnsByItems.set(known.items, (columns = finish([...known.items])));
  return columns;
}

/**
 * The nodes of what was passed to `select()` or `returning()`: expressions, and tables for all of their columns.
 *
 * @throws {ArgumentError} something else is among them, or two have one label
 */
export function toItems(selected: readonly unknown[], where: string): Items {
  const [only] = selected;
  if (selected.length === 1 && isFromItem(only)) return itemsOfSource(only);
  const items: ItemNode[] = [];
  // A Session tells the columns of several entities apart by their positions, whatever their labels are.
  const hasEntities = selected.some(isEntitySource);
  if (hasEntities) selectedByItems.set(items, selected);
  for (const one of selected) {
    if (one instanceof SqlExpression) items.push(one.item);
    else if (isFromItem(one)) items.push(...itemsOfSource(one).items);
    else throw new ArgumentError(`${where} expects columns, expressions or tables, got ${describeValue(one)}`);
  }
  if (items.length === 0) throw new ArgumentError(`${where} expects at least one column`);
  if (!hasEntities) checkLabels(items);
  return finish(items);
}

function finish(items: readonly ItemNode[]): Items {
  return { items, columns: items.map((item) => item.result) };
}

function checkLabels(items: readonly ItemNode[]): void {
  for (let index = 1; index < items.length; index++) {
    const key = items[index]?.key;
    for (let before = 0; before < index; before++) {
      if (items[before]?.key === key) {
        throw new ArgumentError(
          `two columns of the row have the label "${key}": give one of them another with .as("...")`,
        );
      }
    }
  }
}

/** A column of a source. */
export function columnNode(source: SourceNode, name: string): ColumnNode {
  const quoted = quoteIdentifier(name);
  return { kind: "column", source, name, quoted, qualified: `${source.qualifier}.${quoted}` };
}

/**
 * The columns of a query that has become a source, by their keys.
 *
 * @throws {ArgumentError} one has no name, or two have one name in SQL
 */
export function derivedColumns(
  source: SourceNode,
  items: readonly ItemNode[],
): Readonly<Record<string, SqlExpression>> {
  const columns: Record<string, SqlExpression> = Object.create(null) as Record<string, SqlExpression>;
  const names = new Set<string>();
  for (const { key, name, type } of items) {
    if (key === unlabeled) {
      throw new ArgumentError(`a column of "${source.name}" has no name: give it one with .as("...")`);
    }
    if (names.has(name)) {
      throw new ArgumentError(
        `two columns of "${source.name}" are named ${name} in SQL: give one another with .as("...")`,
      );
    }
    names.add(name);
    columns[key] = new SqlExpression(columnNode(source, name), type, key);
  }
  return columns;
}
