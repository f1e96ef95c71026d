import { ArgumentError } from "../errors/index.ts";
import { MetaData, type MetaDataOptions } from "../schema/metadata.ts";
import { Table } from "../schema/table.ts";
import { type ReadyMadeBases, readyMadeBases } from "./bases.ts";
import { type ColumnBuilders, entity } from "./entity.ts";
import type { EntityOptions } from "./entity-options.ts";
import type { EntityClass } from "./entity-types.ts";

/** Options of {@link declarativeBase}. */
export interface DeclarativeBaseOptions extends MetaDataOptions {
  /** The MetaData that all classes join. Default: a new one, with the other options. */
  readonly metadata?: MetaData;
}

/** What makes classes that share a MetaData: `Base.entity(...)`, and the ready-made bases: `Base.UUIDBase(...)`. */
export interface DeclarativeBase extends ReadyMadeBases {
  /** The tables of all classes. */
  readonly metadata: MetaData;
  /** As {@link entity}: the class's table joins {@link metadata}. */
  entity<const N extends string, C extends ColumnBuilders, R = object>(
    name: N,
    columns: C,
    relations?: R,
    options?: EntityOptions,
  ): EntityClass<N, C, R>;
  entity<N extends string, C extends ColumnBuilders, R = object>(
    table: Table<N, C>,
    relations?: R,
    options?: EntityOptions,
  ): EntityClass<N, C, R>;
}

/**
 * Makes a base for the classes of a program: their tables all belong to one MetaData.
 *
 * @throws {ArgumentError} both a MetaData and options for a new one are given
 *
 * @example
 * ```ts
 * const Base = declarativeBase({ metadata });
 * class Account extends Base.entity("accounts", { id: c.uuid().primaryKey() }) {}
 * await Base.metadata.createAll(engine);
 * ```
 *
 * SQLAlchemy: `declarative_base()`, `DeclarativeBase`.
 */
export function declarativeBase(options: DeclarativeBaseOptions = {}): DeclarativeBase {
  const { metadata: given, ...own } = options;
  if (given !== undefined && Object.values(own).some((value) => value !== undefined)) {
    throw new ArgumentError("declarativeBase() takes either a MetaData, or the options of a new one");
  }
  const metadata = given ?? new MetaData(own);
  const make = entity as (...args: readonly unknown[]) => object;
  const joined = (first: unknown, ...rest: readonly unknown[]): object => {
    if (first instanceof Table) {
      const made = make(first, ...rest);
      metadata.add(first);
      return made;
    }
    const [columns, relations, entityOptions] = rest;
    return make(first, columns, relations, { ...(entityOptions as EntityOptions | undefined), metadata });
  };
  const bases = Object.entries(readyMadeBases).map(([name, base]: [string, ReadyMadeBases["UUIDBase"]]) => [
    name,
    (table: string, columns: ColumnBuilders, relations?: object, entityOptions?: EntityOptions) =>
      base(table, columns, relations, { ...entityOptions, metadata }),
  ]);
  return {
    ...(Object.fromEntries(bases) as ReadyMadeBases),
    metadata,
    entity: joined as DeclarativeBase["entity"],
  };
}
