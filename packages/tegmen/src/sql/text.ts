import { ArgumentError, DataError } from "../errors/index.ts";
import { didYouMean, parseNamedParameters } from "../text/index.ts";
import { encodeParameter } from "../types/index.ts";
import {
  type CompileContext,
  type CompiledStatement,
  compileStatement,
  type Executable,
  type NamedParameters,
  type rowType,
  type StatementShape,
} from "./executable.ts";
import { textShape } from "./text-shape.ts";

/** A statement written as text; see {@link text}. SQLAlchemy: `TextClause`. */
export class TextClause<Row = Record<string, unknown>> implements Executable<Row> {
  declare readonly [rowType]?: Row;
  /** The text as it was written. */
  readonly text: string;
  #parsed:
    | { readonly shape: StatementShape; readonly names: readonly string[]; readonly positional: number }
    | undefined;

  constructor(sql: string) {
    this.text = sql;
  }

  [compileStatement](_context: CompileContext, parameters?: NamedParameters): CompiledStatement {
    const { shape, names, positional } = (this.#parsed ??= this.#parse());
    if (positional > 0) {
      throw new ArgumentError(
        `text() takes parameters by name, as :name; this one has $${positional}. Write :name, or use the sql template`,
      );
    }
    if (names.length === 0 && parameters === undefined) return { shape, parameters: none, values: none };
    const values = pick(names, parameters ?? {});
    return { shape, parameters: values.map((value, index) => encode(value, names[index]!)), values };
  }

  toString(): string {
    return this.text;
  }

  #parse(): { shape: StatementShape; names: readonly string[]; positional: number } {
    const { sql, names, positional } = parseNamedParameters(this.text);
    return { shape: textShape(sql), names, positional };
  }
}

const none: readonly never[] = Object.freeze([]);

/**
 * A statement written as text. `:name` stands for a value, except in strings, quoted names, comments and casts
 * (`::`); `\:` is a plain colon. Values are never part of the text that is sent.
 *
 * @typeParam Row what its rows look like, by column name; nobody checks it
 * @throws {ArgumentError} it is not a string
 *
 * SQLAlchemy: `text()`.
 *
 * @example
 * ```ts
 * await conn.execute(text<{ id: string }>("SELECT id FROM accounts WHERE balance > :least"), { least: 100 });
 * ```
 */
export function text<Row = Record<string, unknown>>(sql: string): TextClause<Row> {
  if (typeof sql !== "string") throw new ArgumentError(`text() takes a string, not ${typeof sql}`);
  return new TextClause<Row>(sql);
}

function pick(names: readonly string[], parameters: NamedParameters): unknown[] {
  for (const given of Object.keys(parameters)) {
    if (names.includes(given)) continue;
    throw new ArgumentError(
      names.length === 0
        ? `The statement has no parameters, but a value for "${given}" was given`
        : `The statement has no parameter ":${given}": ${didYouMean(given, names)}`,
    );
  }
  return names.map((name) => {
    if (!Object.hasOwn(parameters, name)) throw new ArgumentError(`There is no value for the parameter ":${name}"`);
    return parameters[name];
  });
}

function encode(value: unknown, name: string): string | null {
  try {
    return encodeParameter(value);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`Parameter ":${name}": ${error.message}`, { cause: error });
  }
}
