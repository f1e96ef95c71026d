import type { ValueType } from "./value-type.ts";

/** A column and its type, undefined where that is not known. */
export interface TypedColumn {
  readonly name: string;
  readonly type: ValueType | undefined;
  /** A constant, which takes the type that is wanted. */
  readonly constant?: boolean | undefined;
  /** Not part of `*`. */
  readonly hidden?: boolean | undefined;
}

/** One source in FROM; `columns` undefined where nothing is known of them. */
export interface TypedSource {
  readonly name: string | undefined;
  readonly columns: readonly TypedColumn[] | undefined;
}

/** What names mean at some place of a statement. */
export class Scope {
  readonly sources: readonly TypedSource[];
  readonly #parent: Scope | undefined;

  constructor(sources: readonly TypedSource[], parent: Scope | undefined) {
    this.sources = sources;
    this.#parent = parent;
  }

  /** The type of `a` or `t.a`, undefined where it cannot be told. */
  typeOf(name: string, qualifier: string | undefined): ValueType | undefined {
    const candidates = this.sources.filter((source) => qualifier === undefined || source.name === qualifier);
    for (const { columns } of candidates) {
      const found = columns?.find((column) => column.name === name);
      if (found) return found.type;
    }
    // it might be a column of a source nothing is known of
    if (candidates.some((source) => source.columns === undefined)) return undefined;
    return this.#parent?.typeOf(name, qualifier);
  }

  /** The columns of a source that a name without qualifier means; undefined where it is, or may be, a column's. */
  rowOf(name: string): readonly TypedColumn[] | undefined {
    for (const { columns } of this.sources) {
      if (!columns || columns.some((column) => column.name === name)) return undefined;
    }
    const source = this.sources.find((candidate) => candidate.name === name);
    return source ? source.columns : this.#parent?.rowOf(name);
  }

  /** The columns of a source, or of all. */
  columnsOf(qualifier: string | undefined): readonly TypedColumn[] | undefined {
    const wanted = this.sources.filter((source) => qualifier === undefined || source.name === qualifier);
    const lists = wanted.map((source) => source.columns);
    if (wanted.length === 0 || lists.includes(undefined)) return undefined;
    return lists.flatMap((list) => list ?? []);
  }
}
