import { ArgumentError } from "../errors/index.ts";
import {
  type CompiledStatement,
  compilePieces,
  compileStatement,
  type Executable,
  type NamedParameters,
  type StatementPieces,
} from "../sql/executable.ts";
import type { Channel } from "./channel.ts";
import { notExecutable, withoutValues } from "./connection-errors.ts";
import type { EngineContext } from "./context.ts";

/** One set of parameters, or many: then the statement runs once for each. */
export type Parameters = NamedParameters | readonly NamedParameters[];

/** The most parameters that fit into a Bind message, and so into a statement. */
const maxParameters = 65_535;

/**
 * Compiles what a user wants to have executed, for the server of a channel.
 *
 * @param lockReads whether a SELECT is to lock the rows that it reads
 * @throws {ArgumentError} it is no statement, the parameters do not fit, or there are too many
 * @throws {DataError} a value cannot be sent
 */
export function compileFor(
  channel: Channel,
  { hideParameters }: EngineContext,
  statement: Executable,
  parameters: NamedParameters | undefined,
  lockReads = false,
): CompiledStatement {
  const compile = (statement as Partial<Executable> | null | undefined)?.[compileStatement];
  if (compile === undefined) throw notExecutable(statement);
  const context = lockReads ? { ...channel.memory.compile, lockReads } : channel.memory.compile;
  const compiled = hideParameters
    ? withoutValues(() => compile.call(statement, context, parameters))
    : compile.call(statement, context, parameters);
  if (compiled.parameters.length > maxParameters) {
    throw new ArgumentError(
      `A statement takes at most ${maxParameters} parameters, this one has ${compiled.parameters.length}: ` +
        "pass an array as one parameter (= ANY(...)), or split it",
    );
  }
  return compiled;
}

/** The pieces of a statement that is too large to be sent whole, or takes the rows of an executemany. */
export function compilePiecesFor(
  channel: Channel,
  { hideParameters }: EngineContext,
  statement: Executable,
  parameters: Parameters | undefined,
): StatementPieces | undefined {
  const compile = (statement as Partial<Executable> | null | undefined)?.[compilePieces];
  if (compile === undefined) return undefined;
  const rows = Array.isArray(parameters) ? (parameters as readonly NamedParameters[]) : undefined;
  if (rows?.length === 0) return undefined;
  const context = channel.memory.compile;
  return hideParameters
    ? withoutValues(() => compile.call(statement, context, rows))
    : compile.call(statement, context, rows);
}
