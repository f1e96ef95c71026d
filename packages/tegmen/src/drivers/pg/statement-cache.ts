import type { Field } from "../driver.ts";

/** A statement that this connection prepared, or is preparing. */
export interface PreparedStatement {
  readonly name: string;
  readonly sql: string;
  /** The server has answered its Parse. Until then nobody else may bind it: the Parse could still fail. */
  ready: boolean;
  /** Columns, once described; an empty list for a statement without rows. */
  fields: readonly Field[] | undefined;
}

/**
 * The named prepared statements of one connection, the least recently used
 * ones going first. Names are never used twice, so a late answer about an old
 * statement cannot be taken for one about a new.
 */
export class StatementCache {
  readonly #capacity: number;
  readonly #bySql = new Map<string, PreparedStatement>();
  #toClose: string[] = [];
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#bySql.size;
  }

  /** The prepared statement of this text, marked as just used. */
  find(sql: string): PreparedStatement | undefined {
    const found = this.#bySql.get(sql);
    if (found !== undefined && this.#bySql.size > 1) {
      this.#bySql.delete(sql);
      this.#bySql.set(sql, found);
    }
    return found;
  }

  /** Makes room and a name for a new statement; undefined when there is to be none, or no room. */
  add(sql: string): PreparedStatement | undefined {
    if (this.#capacity <= 0) return undefined;
    if (this.#bySql.size >= this.#capacity && !this.#evict()) return undefined;
    const statement: PreparedStatement = { name: `tegmen_${++this.#count}`, sql, ready: false, fields: undefined };
    this.#bySql.set(sql, statement);
    return statement;
  }

  /** @returns false when all are still being prepared */
  #evict(): boolean {
    for (const old of this.#bySql.values()) {
      if (!old.ready) continue;
      this.discard(old);
      return true;
    }
    return false;
  }

  /** Forgets a statement that the server does not have, or no longer wants to run. */
  remove(statement: PreparedStatement): void {
    if (this.#bySql.get(statement.sql) === statement) this.#bySql.delete(statement.sql);
  }

  /** Forgets a statement and has it closed on the server with the next batch. */
  discard(statement: PreparedStatement): void {
    this.remove(statement);
    this.#toClose.push(statement.name);
  }

  /** Forgets all: the server dropped them. */
  clear(): void {
    this.#bySql.clear();
    this.#toClose = [];
  }

  /** Names of evicted statements that the server still holds; asking empties the list. */
  takeEvicted(): readonly string[] {
    if (this.#toClose.length === 0) return none;
    const names = this.#toClose;
    this.#toClose = [];
    return names;
  }
}

const none: readonly string[] = [];
