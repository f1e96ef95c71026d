import type { Field } from "../driver.ts";

/** A statement that this connection prepared, or is preparing. */
export interface PreparedText {
  readonly sql: string;
  /** What goes to the server. */
  readonly text: string;
  /** The server has answered its Parse. Until then nobody else may use it: the Parse could still fail. */
  ready: boolean;
  /** Columns, once described. */
  fields: readonly Field[] | undefined;
}

/**
 * Which statements are prepared on a connection. postgres.js names and keeps
 * them itself, by their text, and never lets one go: so the first ones stay and
 * later ones are not prepared, and one that has gone stale is prepared anew
 * under a text that differs in white space at its end.
 */
export class PreparedTexts {
  readonly #capacity: number;
  readonly #bySql = new Map<string, PreparedText>();
  /** Texts that postgres.js knows, whether the server still does or not. */
  readonly #used = new Set<string>();
  /** Statements that the server holds. */
  #held = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  find(sql: string): PreparedText | undefined {
    return this.#bySql.get(sql);
  }

  /** Makes an entry for a new statement; undefined when there is no more room. */
  add(sql: string): PreparedText | undefined {
    if (this.#held >= this.#capacity || this.#used.size >= this.#capacity * maxGenerations) return undefined;
    let text = sql;
    while (this.#used.has(text)) text += " ";
    this.#used.add(text);
    this.#held++;
    const prepared: PreparedText = { sql, text, ready: false, fields: undefined };
    this.#bySql.set(sql, prepared);
    return prepared;
  }

  /** Forgets a statement whose Parse failed: nobody ever knew it. */
  drop(prepared: PreparedText): void {
    if (this.#bySql.get(prepared.sql) !== prepared) return;
    this.#bySql.delete(prepared.sql);
    this.#used.delete(prepared.text);
    this.#held--;
  }

  /** Uses a statement no more that the server does not want to run any longer. */
  discard(sql: string): void {
    this.#bySql.delete(sql);
  }

  /** Forgets all: the server dropped them. */
  clear(): void {
    this.#bySql.clear();
    this.#held = 0;
  }
}

/** How often the server may drop all statements until none are prepared any more: postgres.js remembers them all. */
const maxGenerations = 4;
