import type { CreateTableNode, LikeTable } from "../ast.ts";
import type { TableView } from "../contract.ts";
import type { Environment } from "./environment.ts";
import { printName } from "./quote.ts";
import { indexLine, uniqueLine } from "./show-create.ts";

/** The text of a CREATE TABLE with each LIKE clause replaced by what it stands for. */
export function withoutLikes(node: CreateTableNode, env: Environment): string {
  const edits = node.likes.map((like) => {
    const elements = likeElements(env.requireRelation(like.table), like);
    return { start: like.start, end: like.end, text: elements.join(", ") };
  });
  return env.splice(node, edits);
}

function likeElements(table: TableView, like: LikeTable): string[] {
  const has = (what: string): boolean => {
    let included = false;
    for (const option of like.options) if (option.what === what || option.what === "all") included = option.including;
    return included;
  };
  const elements: string[] = [];
  for (const column of table.columns) {
    if (column.hidden) continue;
    const words = [printName(column.name), column.displayType, column.nullable ? "NULL" : "NOT NULL"];
    if (has("defaults") && column.default !== undefined) words.push(`DEFAULT ${column.default}`);
    if (has("defaults") && column.onUpdate) words.push(`ON UPDATE ${column.onUpdate.expression}`);
    if (has("defaults") && column.identity !== undefined) words.push(column.identity);
    if (has("generated") && column.computed)
      words.push(`AS (${column.computed.expression}) ${column.computed.stored ? "STORED" : "VIRTUAL"}`);
    elements.push(words.join(" "));
  }
  if (has("constraints")) {
    for (const constraint of table.constraints) {
      if (constraint.kind === "unique") elements.push(uniqueLine(constraint));
      if (constraint.kind !== "check" || constraint.name.startsWith("check_crdb_internal_")) continue;
      elements.push(`CONSTRAINT ${printName(constraint.name)} CHECK (${constraint.expression ?? ""})`);
    }
  }
  if (has("indexes")) {
    const hidden = new Set(table.columns.filter((column) => column.hidden).map((column) => column.name));
    for (const index of table.indexes) {
      const visible = index.columns.some((column) => column === undefined || !hidden.has(column));
      if (visible) elements.push(indexLine(index));
    }
  }
  return elements;
}
