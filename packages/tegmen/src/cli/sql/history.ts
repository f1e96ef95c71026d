import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { redactSecrets } from "../../errors/index.ts";
import { stateFolder } from "../state-folder.ts";

const maxEntries = 1000;

/** The statements of earlier sessions, kept in a file that nobody else can read. Without such a file there is no history. */
export class History {
  readonly #path: string;
  #entries: string[];

  /** @param path of the file; one entry is one line */
  constructor(path: string = join(stateFolder(), "sql_history")) {
    this.#path = path;
    this.#entries = read(path);
  }

  /** The entries, newest first, as readline wants them. */
  get newestFirst(): string[] {
    return this.#entries.toReversed();
  }

  /**
   * Remembers a statement, unless it is the same as the last one or has a password in it.
   *
   * @returns whether it was remembered
   */
  add(entry: string): boolean {
    if (entry === "" || entry.includes("\n") || entry === this.#entries.at(-1) || mayHoldSecret(entry)) return false;
    this.#entries.push(entry);
    try {
      if (this.#entries.length > 2 * maxEntries) this.#rewrite();
      else appendFileSync(this.#path, `${entry}\n`, { mode: 0o600 });
    } catch {
      // A read-only home is no reason to fail; the session has its history in memory.
    }
    return true;
  }

  #rewrite(): void {
    this.#entries = this.#entries.slice(-maxEntries);
    writeFileSync(`${this.#path}.new`, `${this.#entries.join("\n")}\n`, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** Statements such as CREATE USER ... PASSWORD, and URLs with credentials. */
export function mayHoldSecret(sql: string): boolean {
  return /password|secret|\btoken\b/i.test(sql) || redactSecrets(sql) !== sql;
}

function read(path: string): string[] {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const text = readFileSync(path, "utf8");
    chmodSync(path, 0o600);
    return text.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
