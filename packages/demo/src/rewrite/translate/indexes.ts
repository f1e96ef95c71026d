import type { IndexDefinition } from "../ast.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import { backendIndexName } from "./backend-names.ts";
import { define, type IndexBody } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { noColumn } from "./environment.ts";
import type { ExpressionTranslator } from "./expressions.ts";
import type { Shard } from "./hash-shard.ts";
import type { NameGiver } from "./name-giver.ts";
import { Printer, withoutParentheses } from "./print.ts";
import { quoteName, quoteNames } from "./quote.ts";
import { checkScalar } from "./scalar-checks.ts";

/** The table an index is made on. */
export interface IndexedTable {
  readonly name: string;
  /** The backend's name. */
  readonly target: string;
  /** CockroachDB's types of its columns. */
  readonly types: ReadonlyMap<string, string>;
  readonly primaryKey: readonly string[];
}

export const EMPTY_ELEMENT = {
  expr: undefined,
  descending: false,
  direction: undefined,
  opclass: undefined,
  start: 0,
  end: 0,
} as const;

/** A unique index on columns, as an inline UNIQUE makes it. */
export const uniqueOn = (name: string | undefined, columns: readonly string[]): IndexDefinition => {
  const named = (text: string): { text: string; quoted: boolean; start: number; end: number } => ({
    text,
    quoted: true,
    start: 0,
    end: 0,
  });
  return {
    name: name === undefined ? undefined : named(name),
    unique: true,
    inverted: false,
    elements: columns.map((column) => ({ ...EMPTY_ELEMENT, column: named(column) })),
    hashBuckets: undefined,
    storing: [],
    where: undefined,
  };
};

/** Indexes for the backend. */
export class IndexTranslator {
  readonly #env: Environment;
  readonly #expressions: ExpressionTranslator;

  constructor(env: Environment, expressions: ExpressionTranslator) {
    this.#env = env;
    this.#expressions = expressions;
  }

  /**
   * CREATE INDEX and what is recorded of it.
   *
   * @param name The name, if it is given; it has been checked.
   * @param shard The shard column the index begins with; it must exist.
   * @param fail Makes the error for a column that is not there.
   */
  create(
    index: IndexDefinition,
    table: IndexedTable,
    names: NameGiver,
    options: { readonly name?: string | undefined; readonly shard?: Shard | undefined; readonly fail?: Fail } = {},
  ): string[] {
    const { shard } = options;
    const columns = index.elements.map((element) => element.column?.text);
    const given = options.name ?? names.free(indexName(table.name, columns, index.unique));
    this.#check(index, given, table, options.fail);
    const elements = index.elements.map((element) => {
      const key = element.column
        ? quoteName(element.column.text)
        : `(${this.#expressions.expr(element.expr ?? impossible())})`;
      if (index.inverted) return key;
      return `${key} ${element.descending ? "DESC NULLS LAST" : "ASC NULLS FIRST"}`;
    });
    if (shard) elements.unshift(quoteName(shard.column));
    const storing = index.storing.length > 0 ? ` INCLUDE (${quoteNames(index.storing)})` : "";
    if (index.inverted && storing !== "" && index.elements.length > 0) throw invertedStoring();
    const where = index.where ? ` WHERE ${this.#expressions.expr(index.where)}` : "";
    const using = index.inverted ? " USING gin" : "";
    const unique = index.unique ? "UNIQUE " : "";
    return [
      `CREATE ${unique}INDEX ${quoteName(backendIndexName(table.name, given))} ON ${table.target}${using} (${elements.join(", ")})${storing}${where}`,
      define(table.target, "index", given, JSON.stringify(this.#body(index, table, shard))),
    ];
  }

  #body(index: IndexDefinition, table: IndexedTable, shard: Shard | undefined): IndexBody {
    const printer = new Printer(this.#env, table.types);
    const first = shard ? (["ASC"] as const) : [];
    return {
      directions: [...first, ...index.elements.map((element) => element.direction ?? "ASC")],
      buckets: shard?.buckets,
      predicate: index.where ? printer.print(index.where) : undefined,
      plainPredicate: index.where ? new Printer(this.#env, table.types, false).print(index.where) : undefined,
      inverted: index.inverted || undefined,
      expressions: [
        ...first.map(() => null),
        ...index.elements.map((e) => (e.expr ? printer.print(withoutParentheses(e.expr)) : null)),
      ],
    };
  }

  #check(index: IndexDefinition, name: string, table: IndexedTable, fail: Fail = noColumn0): void {
    const seen = new Set<string>();
    for (const { column, expr } of index.elements) {
      if (expr) checkScalar(expr, "INDEX ELEMENT");
      if (!column) continue;
      if (!table.types.has(column.text)) throw fail("unknown", name, column.text);
      if (seen.has(column.text)) throw fail("duplicate", name, column.text);
      seen.add(column.text);
    }
    if (index.where) checkScalar(index.where, "INDEX PREDICATE");
    for (const { text } of index.storing) {
      if (!table.types.has(text)) throw noColumn(text);
      const primary = table.primaryKey.includes(text);
      if (seen.has(text) || primary) {
        const detail = "column is part of the primary index and therefore implicit in all indexes";
        throw new SqlError({
          code: "42701",
          message: `index "${name}" already contains column "${text}"`,
          detail: primary ? detail.replace("column", `column "${text}"`) : undefined,
        });
      }
      seen.add(text);
    }
  }
}

/** Makes the error for an element of an index that is not there, or is there twice. */
export type Fail = (what: "unknown" | "duplicate", index: string, column: string) => SqlError;

const noColumn0: Fail = (what, index, column) =>
  what === "unknown"
    ? noColumn(column)
    : new SqlError({ code: "XXUUU", message: `index "${index}" contains duplicate column "${column}"` });

const invertedStoring = (): SqlError => notInDemo("inverted indexes that store columns");

/** CockroachDB's name for an index without one. */
export function indexName(table: string, columns: readonly (string | undefined)[], unique: boolean): string {
  return `${[table, ...columns.map((column) => column ?? "expr")].join("_")}_${unique ? "key" : "idx"}`;
}

function impossible(): never {
  throw new Error("an index element is a column or an expression");
}
