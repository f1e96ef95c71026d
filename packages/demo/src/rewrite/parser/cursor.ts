import type { Name, QualifiedName, Span } from "../ast.ts";
import type { Token } from "../lexer.ts";
import { SqlError } from "../sql-error.ts";
import { COLUMN_ONLY, RESERVED, TYPE_OR_FUNCTION } from "./keywords.ts";

const UNIMPLEMENTED = "You have attempted to use a feature that is not yet implemented.";
const NO_ISSUE = `${UNIMPLEMENTED}

Please check the public issue tracker to check whether this problem is
already tracked. If you cannot find it there, please report the error
with details by creating a new issue.

If you would rather not post publicly, please contact us directly
using the support form.

We appreciate your feedback.
`;

/** A place in the tokens of one statement, and the errors CockroachDB's parser raises there. */
export class Cursor {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  // The grammar rules entered and not yet complete that have a help page: the innermost is the error's hint.
  readonly #help: string[] = [];

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.#tokens = tokens;
  }

  get token(): Token {
    return this.peek(0);
  }

  peek(distance = 1): Token {
    const token = this.#tokens[Math.min(this.#at + distance, this.#tokens.length - 1)];
    if (!token) throw new Error("a token list always ends with eof");
    return token;
  }

  /** The end of the token before. */
  get end(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  get start(): number {
    return this.token.start;
  }

  /** A mark to go back to. */
  get position(): number {
    return this.#at;
  }

  rewind(position: number): void {
    this.#at = position;
  }

  span(start: number): Span {
    return { start, end: this.end };
  }

  next(): Token {
    const token = this.token;
    if (token.type === "error") throw this.error();
    if (token.type !== "eof") this.#at++;
    return token;
  }

  isWord(word: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.type === "word" && token.value === word;
  }

  isOp(operator: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.type === "operator" && token.value === operator;
  }

  get atEnd(): boolean {
    return this.token.type === "eof";
  }

  /** Takes the words if all of them come now. */
  accept(...words: readonly string[]): boolean {
    for (const [i, word] of words.entries()) if (!this.isWord(word, i)) return false;
    this.#at += words.length;
    return true;
  }

  acceptOp(operator: string): boolean {
    if (!this.isOp(operator)) return false;
    this.#at++;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.error();
  }

  expectOp(operator: string): void {
    if (!this.acceptOp(operator)) throw this.error();
  }

  /** Runs a rule that has a help page; `page` is the hint of a syntax error inside it. */
  help<T>(page: string | undefined, rule: () => T): T {
    if (page === undefined) return rule();
    this.#help.push(page);
    const result = rule();
    this.#help.pop();
    return result;
  }

  /** Replaces the page of the rule that is running: `CREATE` becomes `CREATE TABLE`. */
  setHelp(page: string): void {
    this.#help[this.#help.length - 1] = page;
  }

  /** Tries a rule; on a syntax error goes back to where it began and returns undefined. */
  attempt<T>(rule: () => T): T | undefined {
    const position = this.#at;
    const depth = this.#help.length;
    try {
      return rule();
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#at = position;
      this.#help.length = depth;
      return undefined;
    }
  }

  /** The syntax error at a token; `reason` says more about it in place of a help page. */
  error(token: Token = this.token, reason?: string): SqlError {
    const page = reason === undefined ? this.#help.at(-1) : undefined;
    const more = reason ? `: ${reason}` : "";
    const message =
      token.type === "error" ? `lexical error: ${token.value}` : `at or near "${shown(token)}": syntax error${more}`;
    return new SqlError({
      code: "42601",
      message,
      detail: this.#detail(token.start),
      hint: page === undefined ? undefined : `try \\h ${page}`,
    });
  }

  /** An error of the grammar's own checks, which CockroachDB reports as one of syntax. */
  refuse(code: string, reason: string, token: Token = this.token): SqlError {
    const message = `at or near "${shown(token)}": syntax error: ${reason}`;
    return new SqlError({ code, message, detail: this.#detail(token.start) });
  }

  /** Syntax that the emulated version knows and refuses, with the number of its issue if it has one. */
  unimplemented(issue?: number, token: Token = this.token, what = "this syntax"): SqlError {
    return new SqlError({
      code: "0A000",
      message: `at or near "${shown(token)}": syntax error: unimplemented: ${what}`,
      detail: this.#detail(token.start),
      hint: issue === undefined ? NO_ISSUE : `${UNIMPLEMENTED}\nSee: https://go.crdb.dev/issue-v/${issue}/v21.2`,
    });
  }

  #detail(position: number): string {
    const lineEnd = this.text.indexOf("\n", position);
    const lineStart = position === 0 ? 0 : this.text.lastIndexOf("\n", position - 1) + 1;
    const before = Buffer.byteLength(this.text.slice(lineStart, position));
    return `source SQL:\n${this.text.slice(0, lineEnd === -1 ? undefined : lineEnd)}\n${" ".repeat(before)}^`;
  }

  // ---------------------------------------------------------------- names

  /** True where a name can stand that is not a reserved word. */
  isName(distance = 0): boolean {
    const token = this.peek(distance);
    if (token.type === "quoted") return true;
    return token.type === "word" && !RESERVED.has(token.value) && !TYPE_OR_FUNCTION.has(token.value);
  }

  name(): Name {
    if (!this.isName()) throw this.error();
    return this.anyName();
  }

  /** A name where any word will do: after a dot, after AS. */
  anyName(): Name {
    const token = this.token;
    if (token.type !== "word" && token.type !== "quoted") throw this.error();
    this.#at++;
    return { text: token.value, quoted: token.type === "quoted", start: token.start, end: token.end };
  }

  acceptName(): Name | undefined {
    return this.isName() ? this.name() : undefined;
  }

  /** A qualified name whose last part may be `*`: all tables of a schema. */
  namePattern(): QualifiedName {
    const from = this.start;
    const parts: Name[] = [];
    do {
      if (this.isOp("*")) {
        const token = this.next();
        parts.push({ text: "*", quoted: false, start: token.start, end: token.end });
      } else parts.push(this.anyName());
    } while (this.acceptOp("."));
    return { parts, ...this.span(from) };
  }

  /** `a`, `s.a` or `d.s.a`. */
  qualifiedName(): QualifiedName {
    const start = this.start;
    const parts = [this.name()];
    while (this.isOp(".") && parts.length < 3) {
      this.next();
      parts.push(this.anyName());
    }
    return { parts, ...this.span(start) };
  }

  nameList(): Name[] {
    return this.list(() => this.name());
  }

  /** `(a, b)` */
  columnList(): Name[] {
    this.expectOp("(");
    const names = this.nameList();
    this.expectOp(")");
    return names;
  }

  optionalColumnList(): Name[] {
    return this.isOp("(") ? this.columnList() : [];
  }

  list<T>(rule: () => T): T[] {
    const items = [rule()];
    while (this.acceptOp(",")) items.push(rule());
    return items;
  }

  stringLiteral(): string {
    if (this.token.type !== "string") throw this.error();
    return this.next().value;
  }

  ifExists(): boolean {
    if (!this.isWord("if")) return false;
    this.expect("if", "exists");
    return true;
  }

  ifNotExists(): boolean {
    if (!this.isWord("if")) return false;
    this.expect("if", "not", "exists");
    return true;
  }

  dropBehavior(): "restrict" | "cascade" | undefined {
    if (this.accept("cascade")) return "cascade";
    return this.accept("restrict") ? "restrict" : undefined;
  }

  /** True where a function's name can stand. */
  isFunctionName(distance = 0): boolean {
    const token = this.peek(distance);
    if (token.type === "quoted") return true;
    return token.type === "word" && !RESERVED.has(token.value) && !COLUMN_ONLY.has(token.value);
  }
}

const shown = (token: Token): string => token.value;
