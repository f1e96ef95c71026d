import { ArgumentError, describeValue, InvalidRequestError } from "../errors/index.ts";
import type { TableColumn } from "../schema/column.ts";
import type { Condition } from "../sql/operand.ts";
import { type Computed, withComputed } from "./computed.ts";
import type { ColumnsByKey } from "./entity-source.ts";
import type { EntityTable } from "./entity-types.ts";
import type { EntityOptions, PolymorphicIdentity } from "./entity-options.ts";
import { mapperOf } from "./mapper-of.ts";
import { Relation } from "./relation.ts";
import { resolveRelation, type RelationProperty } from "./relation-property.ts";

/** A class as the mapper sees it: something to make objects with. */
export interface EntityConstructor {
  new (values?: unknown): object;
  readonly prototype: object;
  readonly name: string;
}

/** What a class is made of. */
export interface MapperParts {
  readonly table: EntityTable;
  readonly columns: readonly TableColumn[];
  readonly computed: ReadonlyMap<string, Computed>;
  readonly relations: RelationThunks;
  readonly options: EntityOptions;
  readonly parent: Mapper | undefined;
  readonly identity: PolymorphicIdentity | undefined;
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
  /** The table of the class's own columns. */
  readonly table: EntityTable;
  readonly options: EntityOptions;
  /** The columns by their keys, with those of the class that this one inherits from. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** Attributes that are computed of the columns. */
  readonly computed: ReadonlyMap<string, Computed>;
  /** The class that `entity()` made. */
  readonly base: EntityConstructor;
  /** The class that this one inherits from. */
  readonly parent: Mapper | undefined;
  readonly #thunks: RelationThunks;
  #primaryKey: readonly TableColumn[] | undefined;
  #relations: ReadonlyMap<string, RelationProperty> | undefined;
  #class: EntityConstructor | undefined;
  readonly #children: Mapper[] = [];
  /** Whether the program has done something with the class, so that it is known which one extends {@link base}. */
  #isUsed = false;
  #deferred: ReadonlySet<string> | undefined;
  readonly #identity: PolymorphicIdentity | undefined;
  /** Of the class at the top: all classes, by what the column says. */
  readonly #classes = new Map<PolymorphicIdentity, Mapper>();

  constructor(
    base: EntityConstructor,
    { table, columns, computed, relations, options, parent, identity }: MapperParts,
  ) {
    this.base = base;
    this.table = table;
    this.options = options;
    this.parent = parent;
    const inherited = parent?.columns ?? new Map<string, TableColumn>();
    // The key of a further table is that of the first one.
    const own =
      parent === undefined || parent.table === table ? columns : columns.filter(({ key }) => !inherited.has(key));
    this.columns = new Map([...inherited, ...own.map((column) => [column.key, column] as const)]);
    this.computed = new Map([...(parent?.computed ?? []), ...computed]);
    this.#thunks = relations;
    this.#identity = identity;
    if (parent !== undefined) parent.#children.push(this);
    if (identity === undefined) return;
    const { name } = this.root.table;
    if (this.root.#classes.has(identity)) {
      throw new ArgumentError(`two classes for rows of table "${name}" have the identity ${describeValue(identity)}`);
    }
    this.root.#classes.set(identity, this);
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
    const { primaryKey } = this.root.table;
    if (primaryKey.length === 0) {
      throw new ArgumentError(`entity ${this.name} needs a primary key: give a column .primaryKey()`);
    }
    return (this.#primaryKey = primaryKey);
  }

  /** The keys of the relations, without looking at the classes they lead to. */
  get relationKeys(): readonly string[] {
    return [...(this.parent?.relationKeys ?? []), ...Object.keys(this.#thunks)];
  }

  /** The relations by their keys. */
  get relations(): ReadonlyMap<string, RelationProperty> {
    if (this.#relations !== undefined) return this.#relations;
    const relations = new Map<string, RelationProperty>(this.parent?.relations);
    this.#relations = relations;
    try {
      for (const [key, thunk] of Object.entries(this.#thunks)) {
        const relation = thunk();
        if (!(relation instanceof Relation)) {
          throw new ArgumentError(
            `relation ${this.name}.${key} expects a function that returns hasMany(...), for example, got ${describeValue(relation)}`,
          );
        }
        relations.set(key, resolveRelation(this, key, relation));
      }
    } catch (error) {
      // The next one who asks is told the same.
      this.#relations = undefined;
      throw error;
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
    return this.parent?.root ?? this;
  }

  /** Whether rows make objects by the class's own constructor. */
  get constructsLoaded(): boolean {
    return this.options.constructLoaded ?? this.parent?.constructsLoaded ?? true;
  }

  /** Whether a row of its table is all that there is to know of an object. */
  get isPlain(): boolean {
    return this.parent === undefined && this.deferredKeys.size === 0;
  }

  /** The column that says of which class the object of a row is. */
  get polymorphicKey(): string | undefined {
    return this.root.options.polymorphic?.on;
  }

  /** What that column says of the objects of this class. */
  get polymorphicIdentity(): PolymorphicIdentity | undefined {
    return this.#identity;
  }

  /** Attributes that are not loaded unless they are asked for. */
  get deferredKeys(): ReadonlySet<string> {
    if (this.#deferred !== undefined) return this.#deferred;
    const deferred = [...this.computed].filter(([, one]) => one.isDeferred);
    return (this.#deferred = deferred.length === 0 ? noKeys : new Set(deferred.map(([key]) => key)));
  }

  /** The columns that rows of objects of this class have: its own, and those of its subclasses. */
  get rowColumns(): ReadonlyMap<string, TableColumn> {
    if (this.#children.length === 0) return this.columns;
    const sharing = this.#children.filter(({ table }) => table === this.table);
    return new Map([...this.columns, ...sharing.flatMap((child) => [...child.rowColumns])]);
  }

  /** Whether the class has a table of its own beside that of the class that it inherits from. */
  get isJoined(): boolean {
    return this.parent !== undefined && this.parent.table !== this.table;
  }

  /** The tables of the objects, the root's first. */
  get tables(): readonly EntityTable[] {
    if (this.parent === undefined) return [this.table];
    const { tables } = this.parent;
    return this.isJoined ? [...tables, this.table] : tables;
  }

  /** The condition on rows of a table of several classes to be objects of this one. */
  criterion(columns: ColumnsByKey): Condition {
    const identities: PolymorphicIdentity[] = [];
    for (const [identity, mapper] of this.root.#classes) if (mapper.isA(this)) identities.push(identity);
    return columns[this.polymorphicKey!]!.in(identities) as unknown as Condition;
  }

  /** The columns of a source, with what is loaded beside them. */
  withProperties(columns: ColumnsByKey): ColumnsByKey {
    return withComputed(columns, this.computed);
  }

  /**
   * The class of which the object of a row is.
   *
   * @throws {InvalidRequestError} there is no class for what the row says
   */
  forRow(values: Readonly<Record<string, unknown>>): Mapper {
    const { polymorphicKey } = this;
    if (polymorphicKey === undefined) return this;
    const identity = values[polymorphicKey];
    const found = this.root.#classes.get(identity as PolymorphicIdentity);
    if (found?.isA(this) === true) {
      if (found.#isUsed || found.#findUsed()) return found;
      throw new InvalidRequestError(
        `a row of ${this.name} has ${describeValue(identity)} in ${polymorphicKey}, and the class for it was not used ` +
          `before: name it in the options of ${this.root.name}, polymorphic: { subclasses: (are) => are(...) }`,
      );
    }
    throw new InvalidRequestError(
      `a row of ${this.name} has ${describeValue(identity)} in ${polymorphicKey}, for which there is no class: ` +
        "import the module that has it, or give a class that identity",
    );
  }

  /** Has the option `subclasses` say which classes the program made. */
  #findUsed(): boolean {
    const { options, name } = this.root;
    options.polymorphic?.subclasses?.((...classes) => {
      for (const one of classes) mapperOf(one, `the option subclasses of ${name}`);
    });
    return this.#isUsed;
  }

  /** Whether objects of this class are objects of the other one, too. */
  isA(other: Mapper): boolean {
    return this === other || this.parent?.isA(other) === true;
  }

  /** Learns the class that extends what `entity()` made. */
  bind(found: EntityConstructor): void {
    this.#isUsed = true;
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
