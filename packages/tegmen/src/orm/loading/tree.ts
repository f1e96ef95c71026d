import { ArgumentError } from "../../errors/index.ts";
import type { TableRef } from "../../schema/column.ts";
import type { EntitySource } from "../entity-source.ts";
import type { Mapper } from "../mapper.ts";
import type { RelationProperty } from "../relation-property.ts";

/** How the objects of a relation are loaded. */
export type LoadStrategy = "contains" | "joined" | "raise" | "selectin";

/** One relation on the way of an option. */
export interface RelationStep {
  readonly kind: "relation";
  readonly strategy: LoadStrategy;
  /** The key of the relation; `*` for all of them. */
  readonly key: string;
  /** For `contains`: what the statement joins. */
  readonly source?: EntitySource | undefined;
  /** For `joined`: leaves out objects without related ones. */
  readonly isInner?: boolean;
  /** How many more times the relation is loaded from the objects that it leads to. */
  readonly depth?: number;
}

/** Which columns are loaded. */
export interface ColumnStep {
  readonly kind: "columns";
  readonly choice: "defer" | "only" | "undefer";
  readonly keys: readonly string[];
}

/** What an option says, by itself: a way, and what is said of its end. */
export interface LoadPath {
  /** The class that the way starts from; undefined for what is said of the class that the option is given for. */
  readonly owner: Mapper | undefined;
  /** For options of columns: the table that has them. */
  readonly table: TableRef | undefined;
  readonly source: EntitySource | undefined;
  readonly steps: readonly (ColumnStep | RelationStep)[];
  /** Options of the objects at its end. */
  readonly nested: readonly LoadPath[];
}

/** How a relation is loaded, and what of the objects that it leads to. */
export interface RelationLoad {
  readonly property: RelationProperty;
  strategy: LoadStrategy;
  source: EntitySource | undefined;
  isInner: boolean;
  readonly tree: LoadTree;
}

/** What is loaded of the objects of a class. */
export class LoadTree {
  readonly mapper: Mapper;
  readonly relations: Map<string, RelationLoad> = new Map();
  #only: Set<string> | undefined;
  readonly #deferred = new Set<string>();
  readonly #undeferred = new Set<string>();
  readonly #needed = new Set<string>();

  constructor(mapper: Mapper) {
    this.mapper = mapper;
  }

  /** Adds what an option says. */
  add({ steps, nested }: LoadPath): void {
    const ends = this.#walk(steps, 0);
    for (const end of ends) {
      for (const option of nested) {
        end.check(option);
        end.add(option);
      }
    }
  }

  /** @throws {ArgumentError} an option is for another class */
  check(path: LoadPath): void {
    if (this.takes(path)) return;
    const { owner, table, steps } = path;
    const [step] = steps;
    const name = owner?.name ?? table?.name ?? "";
    const what = step?.kind === "relation" ? `${name}.${step.key}` : `columns of ${name}`;
    throw new ArgumentError(
      `an option for ${what} was given where ${this.mapper.name} is loaded: its way has to start there`,
    );
  }

  /** Whether an option is for objects of this class. */
  takes({ owner, table }: LoadPath): boolean {
    const { mapper } = this;
    if (owner !== undefined) return mapper.isA(owner) || owner.isA(mapper);
    return table === undefined || mapper.tables.some((one) => one === table);
  }

  /** Whether a column is read. Primary keys always are, and so are the columns that relations need. */
  reads(key: string): boolean {
    if (this.#undeferred.has(key)) return true;
    if (this.#only !== undefined && !this.#only.has(key)) return this.#isNeeded(key);
    if (this.#deferred.has(key) || this.mapper.deferredKeys.has(key)) return this.#isNeeded(key);
    return true;
  }

  /** Whether all columns are read. */
  get isComplete(): boolean {
    if (this.#only === undefined && this.#deferred.size === 0 && this.mapper.deferredKeys.size === 0) return true;
    for (const key of this.mapper.columns.keys()) if (!this.reads(key)) return false;
    return true;
  }

  /** Whether it says nothing. */
  get isEmpty(): boolean {
    return this.relations.size === 0 && this.#only === undefined && this.#deferred.size + this.#undeferred.size === 0;
  }

  /** Has columns read whatever options say. */
  need(keys: readonly string[]): void {
    for (const key of keys) this.#needed.add(key);
  }

  /** Has what would be joined loaded by statements of its own. */
  withoutJoins(): void {
    for (const load of this.relations.values()) if (load.strategy === "joined") load.strategy = "selectin";
  }

  /** Whether something is read with the objects themselves. */
  get hasJoins(): boolean {
    for (const { strategy } of this.relations.values())
      if (strategy === "joined" || strategy === "contains") return true;
    return false;
  }

  /** One relation, loaded by a strategy. */
  load(property: RelationProperty, step: Omit<RelationStep, "key" | "kind">): RelationLoad {
    const { key, target } = property;
    let load = this.relations.get(key);
    if (load === undefined) {
      const { strategy, source, isInner = false } = step;
      load = { property, strategy, source, isInner, tree: new LoadTree(target) };
      this.relations.set(key, load);
    } else {
      load.strategy = step.strategy;
      load.source = step.source;
      load.isInner = step.isInner ?? false;
    }
    return load;
  }

  #walk(steps: LoadPath["steps"], from: number): readonly LoadTree[] {
    const step = steps[from];
    if (step === undefined) return [this];
    if (step.kind === "columns") {
      this.#choose(step);
      return this.#walk(steps, from + 1);
    }
    const properties = step.key === "*" ? [...this.mapper.relations.values()] : [this.mapper.relation(step.key)];
    const ends: LoadTree[] = [];
    for (const property of properties) {
      const load = this.load(property, step);
      ends.push(...load.tree.#walk(steps, from + 1));
      let { tree } = load;
      for (let depth = step.depth ?? 0; depth > 0 && tree.mapper.isA(property.owner); depth--) {
        tree = tree.load(property, step).tree;
        ends.push(...tree.#walk(steps, from + 1));
      }
    }
    return ends;
  }

  #choose({ choice, keys }: ColumnStep): void {
    const all = keys.includes("*") ? [...this.mapper.columns.keys()] : keys;
    for (const key of all) {
      if (choice === "only") (this.#only ??= new Set()).add(key);
      else if (choice === "defer") {
        this.#undeferred.delete(key);
        this.#deferred.add(key);
      } else {
        this.#deferred.delete(key);
        this.#undeferred.add(key);
      }
    }
  }

  #isNeeded(key: string): boolean {
    const { primaryKey, polymorphicKey } = this.mapper;
    if (key === polymorphicKey || this.#needed.has(key) || primaryKey.some((column) => column.key === key)) return true;
    for (const { property } of this.relations.values()) {
      const pairs = property.through?.ownPairs ?? property.pairs;
      if (pairs.some(({ own }) => own.key === key)) return true;
    }
    return false;
  }
}
