import {
  compileStatement,
  type CompileContext,
  type CompiledStatement,
  type Executable,
  type ServerVersion,
  type StatementShape,
} from "../../sql/executable.ts";
import { select } from "../../sql/select.ts";
import { encodeFor } from "../../types/index.ts";
import type { AnyColumn } from "../../schema/column.ts";
import { ownSource } from "../entity-source.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnValues, IdentityKey, InstanceState } from "../state.ts";
import { materialize } from "./hydration.ts";
import { completeObjects } from "./complete.ts";
import type { SessionCore } from "./session-core.ts";

/** Objects of one class that were asked for in one tick. */
interface Batch {
  readonly keys: Map<IdentityKey, ColumnValues>;
  readonly loaded: Promise<void>;
}

/** Reads objects by their primary keys. Those of one class that are asked for in one tick are read by one statement. */
export class KeyLoader {
  readonly #core: SessionCore;
  readonly #batches = new Map<Mapper, Batch>();

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Reads the row of a primary key; undefined if there is none. */
  async load(mapper: Mapper, key: IdentityKey, values: ColumnValues): Promise<InstanceState | undefined> {
    let batch = this.#batches.get(mapper);
    if (batch === undefined) {
      const keys = new Map<IdentityKey, ColumnValues>();
      batch = { keys, loaded: Promise.resolve().then(() => this.#send(mapper, keys)) };
      this.#batches.set(mapper, batch);
    }
    batch.keys.set(key, values);
    await batch.loaded;
    const state = this.#core.registry.map.find(mapper, key);
    return state !== undefined && this.#core.registry.isFresh(state) ? state : undefined;
  }

  async #send(mapper: Mapper, keys: ReadonlyMap<IdentityKey, ColumnValues>): Promise<void> {
    this.#batches.delete(mapper);
    const core = this.#core;
    const results = await core.run(
      (connection) =>
        Promise.all(statementsFor(mapper, [...keys.values()]).map((statement) => connection.execute(statement))),
      true,
      true,
    );
    for (const result of results) {
      materialize(core.registry, mapper, result.all() as ColumnValues[], { isComplete: true });
    }
    await completeObjects(core);
  }
}

/** `WHERE key = ANY (...)`; rows of a key of several columns are read one by one, in one turn. */
function statementsFor(mapper: Mapper, keys: readonly ColumnValues[]): readonly Executable[] {
  const { c } = ownSource(mapper);
  const [only] = mapper.primaryKey;
  if (keys.length === 1 || mapper.primaryKey.length > 1) return keys.map((values) => new KeySelect(mapper, values));
  const column = c[only!.key] as unknown as AnyColumn & { in(values: readonly unknown[]): never };
  return [select(ownSource(mapper)).where(column.in(keys.map((values) => values[only!.key])))];
}

/** A SELECT by primary key, of which everything but the values is made once for a class. */
class KeySelect implements Executable {
  readonly #mapper: Mapper;
  readonly #values: ColumnValues;

  constructor(mapper: Mapper, values: ColumnValues) {
    this.#mapper = mapper;
    this.#values = values;
  }

  [compileStatement]({ version }: CompileContext): CompiledStatement {
    const { primaryKey } = this.#mapper;
    const parameters: (string | null)[] = [];
    const values: unknown[] = [];
    for (const { key, type } of primaryKey) {
      values.push(this.#values[key]);
      parameters.push(encodeFor(type, this.#values[key]));
    }
    return { shape: shapeFor(this.#mapper, version, this.#values), parameters, values };
  }
}

interface KnownShape {
  readonly version: ServerVersion;
  readonly shape: StatementShape;
}

const shapes = new WeakMap<Mapper, KnownShape>();

function shapeFor(mapper: Mapper, version: ServerVersion, values: ColumnValues): StatementShape {
  const known = shapes.get(mapper);
  if (known?.version === version) return known.shape;
  const { shape } = keySelect(mapper, values)[compileStatement]({ version });
  shapes.set(mapper, { version, shape });
  return shape;
}

/** The SELECT by primary key as a statement that can be changed. */
export function keySelect(mapper: Mapper, values: ColumnValues): ReturnType<typeof selectEntity> {
  const { c } = ownSource(mapper);
  const conditions = mapper.primaryKey.map(({ key }) => c[key]!.eq(values[key]));
  return selectEntity(mapper).where(...(conditions as never[]));
}

function selectEntity(mapper: Mapper): ReturnType<typeof select<string, unknown, object>> {
  return select(ownSource(mapper) as never);
}
