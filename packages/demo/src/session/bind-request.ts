import { SqlError } from "../rewrite/sql-error.ts";
import { BodyReader } from "../wire/messages.ts";
import type { WireMessage } from "../wire/message-reader.ts";
import type { PreparedStatement } from "./prepared-statement.ts";

/** What a Bind message asks for. */
export interface BindRequest {
  readonly portal: string;
  readonly prepared: PreparedStatement;
  readonly message: WireMessage;
  /** Where the message goes on after its names. */
  readonly rest: number;
  readonly parameters: number;
  readonly formats: readonly number[];
}

const TEXT: readonly number[] = [];

/**
 * Reads a Bind message and checks that it fits its statement, which `find` gets by name.
 *
 * @throws {SqlError} 08P01 when it does not.
 */
export function readBind(message: WireMessage, find: (name: string) => PreparedStatement): BindRequest {
  const body = new BodyReader(message);
  const portal = body.string();
  const prepared = find(body.string());
  const rest = body.position;
  const parameters = readParameters(body, prepared);
  let formats = TEXT;
  const count = body.int16();
  if (count > 0) formats = Array.from({ length: Math.min(count, body.rest) }, () => body.int16());
  return { portal, prepared, message, rest, parameters, formats };
}

/** Checks the shape of the parameters; returns their number. */
function readParameters(body: BodyReader, prepared: PreparedStatement): number {
  const formats = body.int16();
  for (let i = 0; i < formats; i++) body.int16();
  const count = body.int16();
  // The placeholders of PREPARE are those of the statement it prepares.
  const expected = prepared.statement?.kind === "prepare" ? 0 : (prepared.statement?.placeholders ?? 0);
  if (formats > 1 && formats !== expected) {
    throw new SqlError({
      code: "08P01",
      message: `wrong number of format codes specified: ${formats} for ${expected} arguments`,
    });
  }
  if (count !== expected && prepared.translation?.kind === "query") {
    throw new SqlError({ code: "08P01", message: `expected ${expected} arguments, got ${count}` });
  }
  for (let i = 0; i < count; i++) {
    const length = body.int32();
    if (length > 0) body.bytes(length);
  }
  return count;
}
