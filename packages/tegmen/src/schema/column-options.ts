import type { ExpressionNode } from "../sql/nodes/expression-node.ts";
import type { AnySqlType } from "../types/index.ts";

/** What happens to the rows that refer to a row which is deleted or gets another key. */
export type ReferentialAction = "CASCADE" | "RESTRICT" | "SET NULL" | "SET DEFAULT" | "NO ACTION";

/** Where a value comes from that is not given: the server, or a function of the program. */
export type DefaultOption =
  | { readonly kind: "server"; readonly node: ExpressionNode }
  | { readonly kind: "client"; readonly make: () => unknown };

/** A column whose value the server computes. */
export interface ComputedOption {
  readonly expression: (columns: unknown) => unknown;
  readonly stored: boolean;
}

/** A column numbered by a sequence of its own. */
export interface IdentityOption {
  readonly always: boolean;
  readonly start: number | bigint | undefined;
  readonly increment: number | bigint | undefined;
}

/** A foreign key of one column. */
export interface ReferenceOption {
  readonly target: () => unknown;
  readonly name: string | undefined;
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
}

/** Everything that the definition of a column says. */
export interface ColumnOptions {
  readonly type: AnySqlType;
  /** The name in SQL; undefined makes one of the key. */
  readonly name: string | undefined;
  readonly nullable: boolean;
  readonly primaryKey: boolean;
  /** A name, or true for one of the naming convention. */
  readonly unique: boolean | string;
  readonly index: boolean | string;
  readonly default: DefaultOption | undefined;
  readonly onUpdate: DefaultOption | undefined;
  readonly computed: ComputedOption | undefined;
  readonly identity: IdentityOption | undefined;
  readonly references: ReferenceOption | undefined;
  readonly comment: string | undefined;
  readonly hidden: boolean;
  readonly family: string | undefined;
}

/** The options of a column of which only the type is known. */
export function columnOptions(type: AnySqlType): ColumnOptions {
  return {
    type,
    name: undefined,
    nullable: true,
    primaryKey: false,
    unique: false,
    index: false,
    default: undefined,
    onUpdate: undefined,
    computed: undefined,
    identity: undefined,
    references: undefined,
    comment: undefined,
    hidden: false,
    family: undefined,
  };
}
