import type { definedTable } from "../schema/metadata.ts";
import type { TableColumn } from "../schema/column.ts";
import type { Table, AnyTable } from "../schema/table.ts";
import type { Columns } from "../schema/table-types.ts";
import type {
  Definitions,
  definitionsOf,
  filledBy,
  inputType,
  TableInsert,
  TableRow,
  targetOf,
} from "../sql/definitions.ts";
import type { entitySource, FromItem, sourceName, sourceNode } from "../sql/from-item.ts";
import type { nullSources } from "../sql/operand.ts";
import type { TableNode } from "../sql/nodes/source-node.ts";
import type { Mapper } from "./mapper.ts";
import type { Relation, RelationShape } from "./relation.ts";
import type { RelationAttribute } from "./relation-attribute.ts";
import type { InstanceState, stateOf } from "./state.ts";

/** The objects of a class; read through its prototype, because a class that is still being defined has no other type. */
export type InstanceOf<T> = T extends { readonly prototype: infer I } ? I : never;

/** What stands in an object for a relation. */
export type RelationValue<R> = R extends () => Relation<infer T, infer S> ? ShapeOf<T, S> : never;

type ShapeOf<T, S extends RelationShape> = S extends "many"
  ? InstanceOf<T>[]
  : S extends "required"
    ? InstanceOf<T>
    : InstanceOf<T> | null;

/** The relations of a class: functions, because the other class may be defined later. */
export type RelationValues<R> = { -readonly [K in keyof R]: RelationValue<R[K]> };

/** What every object of a class has besides its columns and relations. */
export interface EntityInstance {
  /** For the ORM: where the object's values and its place in a Session are. */
  readonly [stateOf]: InstanceState;
  /** The values that are loaded, and the related objects that are, without those that lead back. */
  toJSON(): Record<string, unknown>;
}

/** An object of a class with these columns and relations. */
export type Instance<C extends Definitions, R> = TableRow<C> & RelationValues<R> & EntityInstance;

/** Names that a class has already: such columns are reached by `Entity.c` only. */
export type ReservedStatics =
  | "apply"
  | "arguments"
  | "bind"
  | "c"
  | "call"
  | "caller"
  | "constructor"
  | "hasOwnProperty"
  | "isPrototypeOf"
  | "length"
  | "name"
  | "propertyIsEnumerable"
  | "prototype"
  | "toLocaleString"
  | "toString"
  | "valueOf";

/** What a new object can be given. */
export type NewValues<C extends Definitions, R> = {
  -readonly [K in keyof C & string as [Extract<C[K][typeof filledBy], "generated">] extends [never] ? K : never]?:
    | C[K][typeof inputType]
    | C[K][typeof nullSources];
} & { readonly [K in keyof R]?: RelationValue<R[K]> };

/** The expressions that a class has: its columns, and its relations. */
export type EntityAttributes<N extends string, C extends Definitions, R> = {
  readonly [K in Exclude<keyof C & string, ReservedStatics>]: Columns<N, C>[K];
} & {
  readonly [K in Exclude<keyof R & string, ReservedStatics>]: R[K] extends () => Relation<infer T>
    ? RelationAttribute<N, K, T>
    : never;
};

/** What a class made by `entity()` has besides its attributes. */
export interface EntityStatics<N extends string, C extends Definitions, R> {
  new (values?: NewValues<C, R>): Instance<C, R>;
  /** The columns, by their names in TypeScript. */
  readonly c: Columns<N, C>;
  /** The type of its rows. Never there at run time. */
  readonly $row: TableRow<C>;
  /** The type of new rows. Never there at run time. */
  readonly $insert: TableInsert<C>;
  readonly [sourceName]: N;
  readonly [sourceNode]: TableNode;
  readonly [definitionsOf]: C;
  readonly [targetOf]: ReadonlyMap<string, TableColumn>;
  readonly [entitySource]: Mapper;
  readonly [definedTable]: AnyTable;
  readonly [relationsOf]: R;
}

/** Carries the relations of a class for the type checker; never there at run time. */
export declare const relationsOf: unique symbol;

/** A class made by `entity()`, to be extended. */
export type EntityClass<N extends string, C extends Definitions, R> = EntityStatics<N, C, R> &
  EntityAttributes<N, C, R>;

/** Any class made by `entity()`: what functions of the ORM take. */
export interface AnyEntity extends FromItem {
  readonly prototype: EntityInstance;
  readonly [entitySource]: Mapper;
}

/** The relations of a class, for the type checker. */
export type RelationsOf<T> = T extends { readonly [relationsOf]: infer R } ? R : never;

/** The definitions of a class's columns. */
export type DefinitionsOf<T> = T extends { readonly [definitionsOf]: infer C extends Definitions } ? C : never;

/** A table that a class can be made for: one of `table()`. */
export type EntityTable<N extends string = string, C extends Definitions = Definitions> = Table<N, C> & AnyTable;
