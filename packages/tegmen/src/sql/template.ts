import { ArgumentError, DataError } from "../errors/index.ts";
import { alwaysQuoteIdentifier } from "../text/index.ts";
import { encodeParameter } from "../types/index.ts";
import {
  type CompileContext,
  type CompiledStatement,
  compileStatement,
  type Executable,
  type NamedParameters,
  type rowType,
} from "./executable.ts";
import type { CustomNode } from "./nodes/expression-node.ts";
import { expressionNode, nodeOf } from "./nodes/node-of.ts";
import type { SqlWriter } from "./nodes/writer.ts";
import type { nullSources, Operand, typeFamily, valueType } from "./operand.ts";
import { TextClause } from "./text.ts";
import { textShape } from "./text-shape.ts";

/** A piece of a statement: text, and the values between. */
export class SqlFragment<Row = Record<string, unknown>> implements Executable<Row>, Operand<unknown, null, never> {
  declare readonly [rowType]?: Row;
  declare readonly [typeFamily]: never;
  declare readonly [valueType]: unknown;
  declare readonly [nullSources]: null;
  readonly #strings: readonly string[];
  readonly #values: readonly unknown[];

  /** For the {@link sql} template. One more string than values. */
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.#strings = strings;
    this.#values = values;
  }

  /** As a part of an expression: `where(sql`balance > ${100}`)`. Its type is what `typeCoerce()` says. */
  get [expressionNode](): CustomNode {
    return { kind: "custom", precedence: 0, operands: [], write: (writer) => this.#embed(writer) };
  }

  [compileStatement](_context: CompileContext, parameters?: NamedParameters): CompiledStatement {
    if (parameters !== undefined) {
      throw new ArgumentError("An sql template has its values in itself; named parameters are for text()");
    }
    const writer = new Writer();
    this.#write(writer);
    const { values } = writer;
    return { shape: textShape(writer.sql), parameters: values.map(encode), values };
  }

  /** The SQL with `$1`, `$2`...; values are not shown. */
  toString(): string {
    const writer = new Writer();
    this.#write(writer);
    return writer.sql;
  }

  #embed(writer: SqlWriter): void {
    writer.sql(this.#strings[0]!);
    for (let index = 0; index < this.#values.length; index++) {
      const value = this.#values[index];
      if (value instanceof SqlFragment) value.#embed(writer);
      else if (value instanceof TextClause) throw textInTemplate();
      else if (nodeOf(value) !== undefined) writer.expression(value as object);
      else writer.value(value);
      writer.sql(this.#strings[index + 1]!);
    }
  }

  #write(writer: Writer): void {
    writer.sql += this.#strings[0]!;
    for (let index = 0; index < this.#values.length; index++) {
      const value = this.#values[index];
      if (value instanceof SqlFragment) value.#write(writer);
      else if (value instanceof TextClause) throw textInTemplate();
      else writer.sql += `$${writer.values.push(value)}`;
      writer.sql += this.#strings[index + 1]!;
    }
  }
}

class Writer {
  sql = "";
  readonly values: unknown[] = [];
}

/** The tag {@link sql}, and what makes fragments for it. */
export interface SqlTag {
  <Row = Record<string, unknown>>(strings: TemplateStringsArray, ...values: readonly unknown[]): SqlFragment<Row>;
  /**
   * A name, quoted: of a table, a column; with several parts, qualified.
   * @throws {ArgumentError} a part is empty or has a NUL character
   */
  identifier(...parts: readonly [string, ...string[]]): SqlFragment;
  /** Fragments or values one after the other; values become parameters. */
  join(items: Iterable<unknown>, separator?: SqlFragment): SqlFragment;
}

function template<Row>(strings: TemplateStringsArray, ...values: readonly unknown[]): SqlFragment<Row> {
  return new SqlFragment<Row>(strings, values);
}

/**
 * A statement, or a piece of one, as a template: values become parameters, other `sql` templates become part of
 * the text. There is no way to put a string into the text unquoted.
 *
 * @typeParam Row what its rows look like, by column name; nobody checks it
 *
 * @example
 * ```ts
 * const rich = sql`balance > ${100}`;
 * const n = await engine.scalar(sql`SELECT count(*) FROM ${sql.identifier("accounts")} WHERE ${rich}`);
 * ```
 */
export const sql: SqlTag = Object.assign(template, {
  identifier(...parts: readonly [string, ...string[]]): SqlFragment {
    if (parts.length === 0) throw new ArgumentError("sql.identifier() takes one name or more");
    return new SqlFragment([parts.map(alwaysQuoteIdentifier).join(".")], []);
  },
  join(items: Iterable<unknown>, separator: SqlFragment = comma): SqlFragment {
    const all: unknown[] = [];
    for (const item of items) all.push(...(all.length > 0 ? [separator, item] : [item]));
    return new SqlFragment(
      Array.from({ length: all.length + 1 }, () => ""),
      all,
    );
  },
});

const comma = new SqlFragment([", "], []);

function encode(value: unknown, index: number): string | null {
  try {
    return encodeParameter(value);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`Value ${index + 1} of the template: ${error.message}`, { cause: error });
  }
}

function textInTemplate(): ArgumentError {
  return new ArgumentError("text() cannot be part of an sql template: write the piece as sql`...`, too");
}
