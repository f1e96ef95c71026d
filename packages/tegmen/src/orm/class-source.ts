import { TableColumn } from "../schema/column.ts";
import type { SqlExpression } from "../sql/expression.ts";
import { sourceNode } from "../sql/from-item.ts";
import { forgetItems } from "../sql/items.ts";
import { selectNode } from "../sql/raw-select.ts";
import { joinNode } from "../sql/join.ts";
import { and } from "../sql/conditions.ts";
import { quoteIdentifier } from "../text/index.ts";
import type { Condition } from "../sql/operand.ts";
import { nodeOf } from "../sql/nodes/node-of.ts";
import type { AliasNode, SubqueryNode, TableNode } from "../sql/nodes/source-node.ts";
import { type ColumnsByKey, ownSource } from "./entity-source.ts";
import type { Mapper } from "./mapper.ts";

/** A table, or an alias of it, as the rows of one of its classes. */
export interface ClassSource {
  readonly node: AliasNode | SubqueryNode | TableNode;
  readonly c: ColumnsByKey;
}

/**
 * The rows of a class that shares its table with others. The source says by itself which rows are meant, so that every
 * statement is about those: also one that counts, changes or deletes them.
 */
export function classSource(mapper: Mapper, plain: AliasNode | TableNode): ClassSource {
  const node = { ...plain, criterion: () => nodeOf(mapper.criterion(c))! };
  const c: ColumnsByKey = Object.fromEntries(
    [...mapper.rowColumns].map(([key, { table, name, options }]) => [
      key,
      new TableColumn(node, table, key, name, options),
    ]),
  );
  return { node, c };
}

/** The rows of a class with further tables: those of all of them, joined by their keys, under one name. */
export function joinedSource(mapper: Mapper, name: string): ClassSource {
  const { columns, primaryKey } = mapper;
  const [first, ...further] = mapper.tables;
  const items = [...columns.values()].map(({ item }) => item);
  const joins = further.map((table) => {
    const equal = table.primaryKey.map((column, index) => column.eq(primaryKey[index]) as unknown as Condition);
    return joinNode("INNER", table, and(...equal));
  });
  const query = {
    ...selectNode({ items, columns: items.map(({ result }) => result) }),
    from: [first![sourceNode]],
    joins,
  };
  const keys = new Set(primaryKey.map(({ key }) => key));
  const node: SubqueryNode = { kind: "subquery", name, qualifier: quoteIdentifier(name), query };
  const c: ColumnsByKey = Object.fromEntries(
    [...columns].map(([key, { table, name: inSql, options }]) => [
      key,
      // What refers to the class's key refers to its own table.
      new TableColumn(node, keys.has(key) ? mapper.table : table, key, inSql, options),
    ]),
  );
  return { node, c };
}

/** Adds columns to those of a class: its subclass has them, and they are read with it. */
export function addToSource(mapper: Mapper, added: readonly TableColumn[]): void {
  const source = ownSource(mapper);
  const columns = source.c as Record<string, SqlExpression>;
  for (const { key, table, name, options } of added) {
    columns[key] ??= new TableColumn(source[sourceNode], table, key, name, options);
  }
  forgetItems(source);
  if (mapper.parent !== undefined) addToSource(mapper.parent, added);
}

/** The columns that INSERT and UPDATE know: the one that says of which class a row is fills itself. */
export function classTarget(mapper: Mapper): ReadonlyMap<string, TableColumn> {
  const target = new Map(mapper.columns);
  const { polymorphicKey, polymorphicIdentity } = mapper;
  const column = polymorphicKey === undefined ? undefined : target.get(polymorphicKey);
  if (column === undefined || polymorphicIdentity === undefined) return target;
  const { node, table, key, name, options } = column;
  const make = (): unknown => polymorphicIdentity;
  target.set(key, new TableColumn(node.source, table, key, name, { ...options, default: { kind: "client", make } }));
  return target;
}
