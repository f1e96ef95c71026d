import type { QualifiedName, SimpleNode, Span } from "../ast.ts";
import type { TableView } from "../contract.ts";
import { tokenize, type Token } from "../lexer.ts";
import { SqlError, unimplemented } from "../sql-error.ts";
import { virtualSequence } from "./column-sql.ts";
import type { Environment } from "./environment.ts";
import { noRelation, tableSql } from "./environment.ts";
import { quoteName } from "./quote.ts";

/** Options of a sequence, as far as they need more than passing them on. */
interface Options {
  /** For the backend, without OWNED BY. */
  readonly sql: string;
  readonly virtual: boolean;
  /** The column of OWNED BY, `none` for OWNED BY NONE. */
  readonly ownedBy: readonly string[] | "none" | undefined;
}

/** CREATE SEQUENCE and ALTER SEQUENCE. */
export class SequenceTranslator {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The statements that make a sequence. */
  create(node: Extract<SimpleNode, { kind: "createSequence" }>, sequence: string): string[] {
    const options = this.#options(node.rest);
    const statements = [`CREATE SEQUENCE ${sequence} ${options.sql}`.trimEnd()];
    if (options.virtual) statements.push(...virtualSequence(sequence));
    return [...statements, ...this.#owned(sequence, options)];
  }

  alter(table: TableView, span: Span): string[] {
    const options = this.#options(span);
    const sequence = tableSql(table);
    const altered = options.sql === "" ? [] : [`ALTER SEQUENCE ${sequence} ${options.sql}`];
    return [...altered, ...this.#owned(sequence, options)];
  }

  #owned(sequence: string, { ownedBy }: Options): string[] {
    if (ownedBy === undefined) return [];
    if (ownedBy === "none") return [`ALTER SEQUENCE ${sequence} OWNED BY NONE`];
    const parts = ownedBy.map((text) => ({ text, quoted: true, start: 0, end: 0 }));
    const name: QualifiedName = { parts: parts.slice(0, -1), start: 0, end: 0 };
    const table = parts.length > 1 ? this.#env.relation(name) : undefined;
    const column = ownedBy.at(-1) ?? "";
    if (parts.length < 2)
      throw new SqlError({
        code: "XXUUU",
        message: `invalid OWNED BY option`,
        hint: "Specify OWNED BY table.column or OWNED BY NONE.",
      });
    if (!table) throw noRelation(ownedBy.slice(0, -1).join("."));
    if (!table.columns.some((c) => c.name === column))
      throw new SqlError({ code: "42703", message: `column "${column}" does not exist` });
    return [`ALTER SEQUENCE ${sequence} OWNED BY ${tableSql(table)}.${quoteName(column)}`];
  }

  #options(span: Span): Options {
    const text = this.#env.source(span);
    const tokens = tokenize(text).filter((token) => token.type !== "eof");
    const is = (i: number, word: string): boolean => tokens[i]?.type === "word" && tokens[i]?.value === word;
    const cut: Span[] = [];
    let virtual = false;
    let ownedBy: Options["ownedBy"];
    for (let i = 0; i < tokens.length; i++) {
      if (is(i, "cycle") && !is(i - 1, "no")) throw unimplemented("CYCLE option is not supported", 20_961);
      if (is(i, "cache")) this.#checkCache(tokens, i);
      if (is(i, "virtual")) {
        virtual = true;
        cut.push(tokens[i] ?? span);
      }
      if (is(i, "owned") && is(i + 1, "by")) {
        const names: string[] = [];
        let end = i + 2;
        for (; end < tokens.length; end += 2) {
          names.push(tokens[end]?.value ?? "");
          if (tokens[end + 1]?.value !== ".") break;
        }
        ownedBy = is(i + 2, "none") && names.length === 1 ? "none" : names;
        cut.push({ start: tokens[i]?.start ?? 0, end: tokens[end]?.end ?? text.length });
      }
      if (is(i, "increment")) this.#checkIncrement(tokens, i);
    }
    let sql = text;
    for (const { start, end } of cut.toReversed()) sql = sql.slice(0, start) + sql.slice(end);
    return { sql: sql.trim(), virtual, ownedBy };
  }

  #checkCache(tokens: readonly Token[], at: number): void {
    const negative = tokens[at + 1]?.value === "-";
    const value = Number(tokens[at + (negative ? 2 : 1)]?.value) * (negative ? -1 : 1);
    if (value < 1) throw new SqlError({ code: "22023", message: `CACHE (${value}) must be greater than zero` });
  }

  #checkIncrement(tokens: readonly Token[], at: number): void {
    const next = tokens[at + 1];
    const value = next?.value === "by" ? tokens[at + 2] : next;
    if (value?.type === "integer" && Number(value.value) === 0)
      throw new SqlError({ code: "22023", message: "INCREMENT must not be zero" });
  }
}
