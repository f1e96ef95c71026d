import { ArgumentError, describeValue } from "../errors/index.ts";
import { FunctionExpression, functionNode, type FunctionResult } from "../sql/function-call.ts";
import { parameterNode } from "../sql/nodes/parameter.ts";
import { quoteIdentifier } from "../text/index.ts";
import { bigint, text } from "../types/index.ts";
import type { MetaData } from "./metadata.ts";

/** Options of a sequence. */
export interface SequenceOptions {
  /** What it belongs to: `createAll()` creates it. */
  readonly metadata?: MetaData;
  /** The schema; default: the one of `metadata`, else the search path decides. */
  readonly schema?: string;
  readonly start?: number | bigint;
  readonly increment?: number | bigint;
  readonly minValue?: number | bigint;
  readonly maxValue?: number | bigint;
  /** How many numbers a session takes at once. */
  readonly cache?: number;
}

/** A sequence. SQLAlchemy: `Sequence`. */
export class Sequence {
  readonly name: string;
  readonly schema: string | undefined;
  readonly options: SequenceOptions;
  /** As written in SQL. */
  readonly text: string;

  /** Made by {@link sequence}. */
  constructor(name: string, options: SequenceOptions) {
    this.name = name;
    this.schema = options.schema ?? options.metadata?.schema;
    this.options = options;
    const quoted = quoteIdentifier(name);
    this.text = this.schema === undefined ? quoted : `${quoteIdentifier(this.schema)}.${quoted}`;
  }

  /** `nextval()`: the next number. */
  next(): FunctionResult<bigint, never, "nextval", "numeric"> {
    const argument = parameterNode(this.text, text, "STRING", "nextval()");
    return new FunctionExpression(functionNode("nextval", [argument], false), bigint, "nextval") as never;
  }
}

/**
 * A sequence. Keys in sequence make all inserts go to one range: `c.uuid()` and `c.rowid()` spread them.
 *
 * @param name its name in SQL
 *
 * @example `const invoiceNumbers = sequence("invoice_numbers", { metadata, start: 1000 })`
 */
export function sequence(name: string, options: SequenceOptions = {}): Sequence {
  if (typeof name !== "string" || name === "") {
    throw new ArgumentError(`sequence() expects a name, got ${describeValue(name)}`);
  }
  for (const [option, value] of Object.entries(options)) {
    if (["metadata", "schema"].includes(option)) continue;
    if (!["start", "increment", "minValue", "maxValue", "cache"].includes(option)) {
      throw new ArgumentError(`sequence() has no option "${option}"`);
    }
    if (typeof value !== "bigint" && !Number.isSafeInteger(value)) {
      throw new ArgumentError(`${option} of a sequence has to be an integer, got ${describeValue(value)}`);
    }
  }
  const made = new Sequence(name, options);
  options.metadata?.add(made);
  return made;
}
