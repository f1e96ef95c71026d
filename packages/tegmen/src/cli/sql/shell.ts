import { createInterface, type Interface } from "node:readline";
import { History } from "./history.ts";
import { metaCommand } from "./meta-commands.ts";
import type { Printer } from "./printer.ts";
import type { SqlSession } from "./session.ts";
import { inOneLine, splitStatements } from "./split.ts";
import { TerminalOutput } from "./terminal-output.ts";

/**
 * Talks with the user until they leave.
 *
 * @param signal ends the shell from outside
 */
export async function runShell(session: SqlSession, printer: Printer, signal?: AbortSignal): Promise<void> {
  const shell = new Shell(session, printer);
  const stop = (): void => shell.end();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await shell.run();
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

class Shell {
  readonly #session: SqlSession;
  readonly #printer: Printer;
  readonly #history = new History();
  readonly #output = new TerminalOutput(process.stdout);
  readonly #readline: Interface;
  /** readline's own history, newest first. */
  #recalled: string[] = [];
  /** Lines that wait for the statement before them. */
  #waiting: string[] = [];
  /** The statement that is being typed, as far as it is entered. */
  #buffer = "";
  #running = false;
  #ended = false;
  /** Ctrl-C was pressed at an empty prompt: once more leaves. */
  #leaving = false;
  #finish: () => void = () => {};

  constructor(session: SqlSession, printer: Printer) {
    this.#session = session;
    this.#printer = printer;
    this.#readline = createInterface({
      input: process.stdin,
      output: this.#output,
      terminal: true,
      history: this.#history.newestFirst,
      historySize: 2000,
      tabSize: 4,
    });
    // readline remembers lines; what is wanted are statements, and none with a password.
    this.#readline.on("history", (history: string[]) => {
      history.shift();
      this.#recalled = history;
    });
  }

  async run(): Promise<void> {
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    this.#readline.on("line", (line) => this.#onLine(line));
    this.#readline.on("SIGINT", () => this.#onInterrupt());
    this.#readline.on("close", () => this.#onClose());
    this.#prompt();
    await finished;
  }

  /** Leaves, and has the server stop what still runs. */
  end(): void {
    if (this.#running) this.#session.cancel();
    this.#readline.close();
  }

  #onLine(line: string): void {
    this.#leaving = false;
    this.#waiting.push(line);
    if (!this.#running) void this.#work();
  }

  /** Takes the waiting lines one by one. Stays synchronous while they only make a statement longer. */
  async #work(): Promise<void> {
    let ran = false;
    for (let line = this.#waiting.shift(); line !== undefined && !this.#ended; line = this.#waiting.shift()) {
      // It was typed while a statement ran, and its echo muted.
      if (ran) process.stdout.write(`${this.#promptText()}${line}\n`);
      const statements = this.#take(line);
      if (statements.length === 0) continue;
      ran = true;
      this.#running = true;
      this.#output.muted = true;
      await this.#perform(statements);
      this.#output.muted = false;
      this.#running = false;
    }
    if (this.#ended) this.#finish();
    else this.#prompt();
  }

  /** Adds a line to what was entered; returns what is to be done. */
  #take(line: string): readonly string[] {
    if (this.#buffer === "") {
      const command = line.trim();
      if (command.startsWith("\\")) {
        this.#remember(command);
        return [command];
      }
      // The commonest ways to ask for the door, and for help.
      if (/^(?:quit|exit)\s*;?$/i.test(command)) return ["\\q"];
      if (/^help\s*;?$/i.test(command)) return ["\\?"];
    }
    this.#buffer += `${line}\n`;
    const { statements, rest, open } = splitStatements(this.#buffer);
    if (rest === "" && open === undefined) {
      this.#remember(this.#buffer);
      this.#buffer = "";
    } else if (statements.length > 0) {
      this.#remember(this.#buffer.slice(0, this.#buffer.length - rest.length));
      this.#buffer = rest.trimStart();
    }
    return statements;
  }

  async #perform(statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      try {
        if (statement.startsWith("\\")) await this.#command(statement);
        else await this.#execute(statement);
      } catch (error) {
        this.#printer.error(error);
        if (!this.#session.isOpen && !this.#ended) {
          process.stderr.write("The connection was lost; the next statement opens another.\n");
        }
        // What was pasted after a statement that failed was meant for another situation.
        this.#waiting = [];
        this.#buffer = "";
        return;
      }
      if (this.#ended) return;
    }
  }

  async #command(line: string): Promise<void> {
    const action = metaCommand(line, this.#printer);
    switch (action.kind) {
      case "sql":
        return this.#execute(action.sql);
      case "print":
        return this.#printer.out(action.lines);
      case "error":
        throw new Error(action.message);
      case "quit":
        this.#readline.close();
    }
  }

  async #execute(sql: string): Promise<void> {
    if (!this.#session.isOpen) await this.#session.reopen();
    await this.#printer.run(this.#session, sql);
  }

  #onInterrupt(): void {
    if (this.#running) {
      process.stdout.write("^C\n");
      this.#session.cancel();
      return;
    }
    const empty = this.#buffer === "" && this.#readline.line === "";
    if (empty && this.#leaving) {
      this.#readline.close();
      return;
    }
    this.#leaving = empty;
    this.#buffer = "";
    process.stdout.write(empty ? "^C\n(Ctrl-C again, Ctrl-D or \\q leaves)\n" : "^C\n");
    // Not with the cursor in the middle of what is thrown away.
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    this.#prompt();
  }

  #onClose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#output.destroy();
    if (this.#running) this.#session.cancel();
    else {
      process.stdout.write("\n");
      this.#finish();
    }
  }

  #remember(statement: string): void {
    // A text with lines in itself is remembered line by line: readline shows one line at a time.
    const entry = inOneLine(statement);
    for (const line of entry === undefined ? statement.split("\n") : [entry]) {
      if (line.trim() !== "" && this.#history.add(line)) this.#recalled.unshift(line);
    }
  }

  #prompt(): void {
    this.#readline.setPrompt(this.#promptText());
    this.#readline.prompt(true);
  }

  #promptText(): string {
    const status = { I: "", T: " OPEN", E: " ERROR" }[this.#session.transactionStatus];
    const first = `${this.#session.place}${status}>`;
    if (this.#buffer === "") return `${first} `;
    const { open } = splitStatements(this.#buffer);
    return `${(open === undefined ? "->" : `${open}>`).padStart(first.length)} `;
  }
}
