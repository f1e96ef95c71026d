import type { Field, RawRow, RowConsumer } from "../drivers/driver.ts";
import { DataError, PrecisionError } from "../errors/index.ts";
import type { StatementShape } from "../sql/executable.ts";

/** From the text of a value, or straight from SQL NULL, to what the user sees. */
type Decode = (text: string) => unknown;

/** Finds the decoder of a type OID. */
export interface OidDecoders {
  decoderFor(oid: number): Decode;
}

/** How to read the rows of one result: made once for a shape and its columns, used for every row. */
export interface RowPlan {
  readonly names: readonly string[];
  readonly decoders: readonly Decode[];
  /** A name that two columns share: then rows stay arrays. */
  readonly duplicate: string | undefined;
  /** An object with all columns in order, copied for every row, so that all rows share one hidden class. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** Finds or makes the plan for a result. One for each connection: OIDs of user types differ between servers. */
export class RowPlans {
  readonly #byOid: OidDecoders;
  readonly #plans = new WeakMap<readonly Field[], Map<StatementShape | undefined, RowPlan>>();

  constructor(byOid: OidDecoders) {
    this.#byOid = byOid;
  }

  find(fields: readonly Field[], shape: StatementShape | undefined): RowPlan {
    let plans = this.#plans.get(fields);
    if (plans === undefined) this.#plans.set(fields, (plans = new Map()));
    // Only a shape that knows its columns reads them in a way of its own.
    const key = shape?.columns === undefined ? undefined : shape;
    let plan = plans.get(key);
    if (plan === undefined) plans.set(key, (plan = this.#make(fields, key)));
    return plan;
  }

  #make(fields: readonly Field[], shape: StatementShape | undefined): RowPlan {
    const columns = shape?.columns;
    if (columns !== undefined && columns.length !== fields.length) {
      throw new DataError(
        `The statement has ${columns.length} columns, the server returned ${fields.length}: ` +
          "the table was probably changed since it was described",
      );
    }
    const names = fields.map((field, index) => columns?.[index]?.name ?? field.name);
    const decoders = fields.map((field, index) => columns?.[index]?.decode ?? this.#byOid.decoderFor(field.typeOid));
    const template = {};
    for (const name of names) {
      // Defined, not assigned: a column may be called __proto__.
      Object.defineProperty(template, name, { value: null, writable: true, enumerable: true, configurable: true });
    }
    const duplicate = names.find((name, index) => names.indexOf(name) !== index);
    return { names, decoders, duplicate, template };
  }
}

/** Decodes the rows of one statement as they arrive. */
export class RowReader implements RowConsumer {
  readonly #plans: RowPlans;
  readonly #shape: StatementShape;
  plan: RowPlan | undefined;
  rows: unknown[] = [];

  constructor(plans: RowPlans, shape: StatementShape) {
    this.#plans = plans;
    this.#shape = shape;
  }

  fields(fields: readonly Field[]): void {
    this.plan = this.#plans.find(fields, this.#shape);
  }

  row(values: RawRow): void {
    this.rows.push(decodeRow(this.plan!, values));
  }
}

/** One row as the user sees it. Throws the decoder's error, with the column's name. */
export function decodeRow(plan: RowPlan, values: RawRow): unknown {
  const { names, decoders, duplicate } = plan;
  let index = 0;
  try {
    if (duplicate !== undefined) {
      const row: unknown[] = [];
      for (; index < decoders.length; index++) {
        const value = values[index]!;
        row.push(value === null ? null : decoders[index]!(value));
      }
      return row;
    }
    const row: Record<string, unknown> = { ...plan.template };
    for (; index < decoders.length; index++) {
      const value = values[index]!;
      if (value !== null) row[names[index]!] = decoders[index]!(value);
    }
    return row;
  } catch (error) {
    throw withColumn(error, names[index]!);
  }
}

function withColumn(error: unknown, column: string): unknown {
  if (!(error instanceof DataError)) return error;
  const Class = error instanceof PrecisionError ? PrecisionError : DataError;
  return new Class(`Column ${JSON.stringify(column)}: ${error.message}`, { column, cause: error });
}
