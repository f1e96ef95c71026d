import { ArgumentError, describeValue, InvalidRequestError } from "../errors/index.ts";
import type { TableColumn } from "../schema/column.ts";
import type { Condition } from "../sql/operand.ts";
import type { ColumnsByKey } from "./entity-source.ts";
import type { EntityTable } from "./entity-types.ts";
import type { EntityOptions } from "./entity-options.ts";
import { Relation } from "./relation.ts";
import { resolveRelation, type RelationProperty } from "./relation-property.ts";

/** A class as the mapper sees it: something to make objects with. */
export interface EntityConstructor {
  new (values?: unknown): object;
  readonly prototype: object;
  readonly name: string;
}

/** How the relations of a class are given: functions, because the classes they lead to may be defined later. */
export type RelationThunks = Readonly<Record<string, () => unknown>>;

const noKeys: ReadonlySet<string> = new Set();

/**
 * What is known of the objects of a class: its table, the columns by their keys, the relations.
 *
 * SQLAlchemy: `Mapper`.
 */
export class Mapper {
  readonly table: EntityTable;
  readonly options: EntityOptions;
  /** The columns by their keys. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** The class that `entity()` made. */
  readonly base: EntityConstructor;
  readonly #thunks: RelationThunks;
  #primaryKey: readonly TableColumn[] | undefined;
  #relations: ReadonlyMap<string, RelationProperty> | undefined;
  #class: EntityConstructor | undefined;

  constructor(base: EntityConstructor, table: EntityTable, thunks: RelationThunks, options: EntityOptions) {
    this.base = base;
    this.table = table;
    this.options = options;
    this.columns = new Map(table.columns.map((column) => [column.key, column]));
    this.#thunks = thunks;
  }

  /** The class that extends what `entity()` made: that of the objects. */
  get class(): EntityConstructor {
    return this.#class ?? this.base;
  }

  /** The name of the class. */
  get name(): string {
    return this.#class?.name || this.table.name;
  }

  /** The columns of the primary key. */
  get primaryKey(): readonly TableColumn[] {
    if (this.#primaryKey !== undefined) return this.#primaryKey;
    const { primaryKey } = this.table;
    if (primaryKey.length === 0) {
      throw new ArgumentError(`entity ${this.name} needs a primary key: give a column .primaryKey()`);
    }
    return (this.#primaryKey = primaryKey);
  }

  /** The keys of the relations, without looking at the classes they lead to. */
  get relationKeys(): readonly string[] {
    return Object.keys(this.#thunks);
  }

  /** The relations by their keys. */
  get relations(): ReadonlyMap<string, RelationProperty> {
    if (this.#relations !== undefined) return this.#relations;
    const relations = new Map<string, RelationProperty>();
    this.#relations = relations;
    for (const [key, thunk] of Object.entries(this.#thunks)) {
      const relation = thunk();
      if (!(relation instanceof Relation)) {
        throw new ArgumentError(
          `relation ${this.name}.${key} expects a function that returns hasMany(...), for example, got ${describeValue(relation)}`,
        );
      }
      relations.set(key, resolveRelation(this, key, relation));
    }
    return relations;
  }

  /** One relation. */
  relation(key: string): RelationProperty {
    const found = this.relations.get(key);
    if (found === undefined) throw new ArgumentError(`entity ${this.name} has no relation "${key}"`);
    return found;
  }

  /** The class at the top of the inheritance, which is this one where there is none. */
  get root(): Mapper {
    return this;
  }

  /** Whether a row of its table is all that there is to know of an object. */
  get isPlain(): boolean {
    return true;
  }

  /** The column that says of which class the object of a row is. */
  get polymorphicKey(): string | undefined {
    return undefined;
  }

  /** Columns that are not loaded unless they are asked for. */
  get deferredKeys(): ReadonlySet<string> {
    return noKeys;
  }

  /** The tables of the objects, the root's first. */
  get tables(): readonly EntityTable[] {
    return [this.table];
  }

  /** The condition on rows of its table to be objects of this class; undefined if all are. */
  criterion(_columns: ColumnsByKey): Condition | undefined {
    return undefined;
  }

  /** The columns of a source, with those that are computed of them. */
  withProperties(columns: ColumnsByKey): ColumnsByKey {
    return columns;
  }

  /** The class of which the object of a row is. */
  forRow(_values: Readonly<Record<string, unknown>>): Mapper {
    return this;
  }

  /** Whether objects of this class are objects of the other one, too. */
  isA(other: Mapper): boolean {
    return this === other;
  }

  /** Learns the class that extends what `entity()` made. */
  bind(found: EntityConstructor): void {
    if (found === this.#class || found === this.base) return;
    if (this.#class !== undefined && !(found.prototype instanceof this.#class)) {
      throw new InvalidRequestError(
        `the classes ${this.#class.name} and ${found.name} both extend the entity of table "${this.table.name}": ` +
          "call entity() for each",
      );
    }
    this.#class ??= found;
  }
}
