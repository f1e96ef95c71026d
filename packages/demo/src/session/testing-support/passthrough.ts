import type { CatalogView, Statement, Translation } from "../../rewrite/contract.ts";
import type { SqlSide } from "../sql-side.ts";

const EMPTY: CatalogView = {
  version: "0",
  relation: () => undefined,
  hasSchema: () => true,
  enumValues: () => undefined,
  schemas: () => [],
  enums: () => [],
  relations: () => [],
};

const KINDS: readonly (readonly [RegExp, Statement["kind"]])[] = [
  [/^begin\b|^start transaction/i, "begin"],
  [/^commit\b|^end\b/i, "commit"],
  [/^rollback to\b/i, "rollbackTo"],
  [/^rollback\b/i, "rollback"],
  [/^savepoint\b/i, "savepoint"],
  [/^release\b/i, "release"],
];

function translate(statement: Statement): Translation {
  const { text, kind } = statement;
  switch (kind) {
    case "begin":
      return { kind: "transaction", action: { kind, modes: {} } };
    case "commit":
    case "rollback":
      return { kind: "transaction", action: { kind } };
    case "savepoint":
    case "release":
    case "rollbackTo":
      return { kind: "transaction", action: { kind, name: text.split(" ").at(-1) ?? "" } };
    default: {
      if (text.length > 1000) return { kind: "query", sql: text, returnsRows: true, isWrite: false };
      const set = /^set (\w+) (?:=|to) '?(.*?)'?$/i.exec(text);
      if (set) {
        const values = [{ kind: "string" as const, text: set[2] ?? "" }];
        return { kind: "set", variable: set[1] ?? "", values, scope: "session", tag: "SET" };
      }
      const show = /^show (\w+)$/i.exec(text);
      if (show) return { kind: "show", variable: show[1] ?? "" };
      const returnsRows = /^(select|values|table|with)\b|\breturning\b/i.test(text);
      const isWrite = /^(insert|update|delete|create|drop|alter)/i.test(text);
      return { kind: "query", sql: text, returnsRows, isWrite };
    }
  }
}

/** A SQL side that passes PostgreSQL's SQL on: for tests of the protocol alone. */
export const passthrough: SqlSide = {
  parse(text) {
    return text
      .split(";")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .map((part): Statement => {
        const kind = KINDS.find(([pattern]) => pattern.test(part))?.[1] ?? "select";
        const placeholders = Math.max(0, ...[...part.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])));
        return { text: part, start: text.indexOf(part), kind, placeholders, node: { kind } as Statement["node"] };
      });
  },
  translate,
  translateError: (fields) => fields,
  backendSearchPath: (searchPath) => (searchPath.length === 0 ? "''" : searchPath.join(", ")),
  loadCatalog: () => Promise.resolve(EMPTY),
  fillVirtualTable: () => "SELECT 1",
};
