import type { TableItem } from "../schema/constraint.ts";
import type { TableOptions } from "../schema/table-options.ts";
import type { UnfinishedColumns } from "../schema/column-builder.ts";
import type { Definitions } from "../sql/definitions.ts";
import type { nullSources, valueType } from "../sql/operand.ts";

/** Checks, and perhaps replaces, a value that an attribute is set to. */
export type Validator<V> = (value: V, object: object) => V;

/** What a column says of the objects of a class: see {@link Polymorphic}. */
export type PolymorphicIdentity = bigint | boolean | number | string;

/** By what the rows of a table are told apart as objects of several classes. */
export interface Polymorphic {
  /** The key of the column that says so. */
  readonly on: string;
  /** What it says of objects of this class; left out for a class that has only those of its subclasses. */
  readonly identity?: PolymorphicIdentity;
  /**
   * The subclasses, so that their rows become objects of them even if the program has not used them before:
   * `(are) => are(Manager, Engineer)`. A call, because TypeScript would need their types for a list.
   */
  readonly subclasses?: (are: (...classes: readonly unknown[]) => void) => void;
}

/** Options of `entity()`: those of its table, and its own. */
export interface EntityOptions<C extends Definitions = Definitions> extends TableOptions {
  /**
   * The key of an integer column that counts the versions of a row: an UPDATE or DELETE of a row that was changed in
   * between raises `StaleDataError`. SQLAlchemy: `version_id_col`.
   */
  readonly version?: string;
  /**
   * Run whenever an attribute is set, and by the constructor, but not for what is loaded. What they return is set.
   * SQLAlchemy: `validates`.
   *
   * @example `{ validators: { email: (value) => value.trim().toLowerCase() } }`
   */
  readonly validators?: {
    readonly [K in keyof C & string]?: Validator<C[K][typeof valueType] | C[K][typeof nullSources]>;
  };
  /**
   * Makes rows objects of subclasses, which `inherit()` makes.
   *
   * @example `{ polymorphic: { on: "kind", identity: "employee", subclasses: (are) => are(Manager) } }`
   *
   * SQLAlchemy: `polymorphic_on`, `polymorphic_identity`.
   */
  readonly polymorphic?: Polymorphic;
  /**
   * Whether the class's own constructor makes the objects of rows, without arguments. Set it to false for a constructor
   * that cannot do without: then fields of the class, private ones, too, are not there in objects that were loaded.
   * Default true.
   */
  readonly constructLoaded?: boolean;
  /** Constraints and indexes of the table. */
  readonly items?: (columns: UnfinishedColumns) => readonly TableItem[];
}
