import { ArgumentError, describeValue } from "../../errors/index.ts";
import { didYouMean } from "../../text/did-you-mean.ts";
import { isColumn, type AnyColumn, type ColumnInfo } from "../../schema/column.ts";
import { type FromItem, isEntitySource, type sourceName } from "../../sql/from-item.ts";
import { loaderOption, type LoaderOption } from "../../sql/loader-option.ts";
import { type EntitySource, ownSource, sourceMapper } from "../entity-source.ts";
import type { AnyEntity, InstanceOf } from "../entity-types.ts";
import type { Mapper } from "../mapper.ts";
import type { RelationAttribute } from "../relation-attribute.ts";
import { dottedPath } from "./load.ts";
import type { CheckedPath } from "./paths.ts";
import type { ColumnStep, LoadPath, LoadStrategy, RelationStep } from "./tree.ts";

/** The name of a class's table. */
type NameOf<T> = T extends { readonly [sourceName]: infer N extends string } ? N : string;

/** Options of {@link selectinload}. */
export interface SelectinOptions {
  /**
   * For a relation of a class to itself: how many more levels are loaded in the same way, each by one statement.
   * Default 0. SQLAlchemy: `recursion_depth`.
   */
  readonly recursionDepth?: number;
}

/** Options of {@link joinedload}. */
export interface JoinedOptions {
  /** An inner join: leaves out objects that have no related ones. Default false. */
  readonly innerjoin?: boolean;
}

/**
 * How a relation, and what it leads to, is loaded. Immutable.
 *
 * SQLAlchemy: `Load`.
 *
 * @typeParam T the class that the way leads to so far
 */
export class Load<out T = unknown> implements LoaderOption {
  declare readonly $target: T;
  readonly [loaderOption]: LoadPath;

  /** Made by functions such as {@link selectinload}. */
  constructor(path: LoadPath) {
    this[loaderOption] = path;
  }

  /** Goes on along a relation, which is loaded by a statement of its own. */
  selectinload<U>(relation: RelationAttribute<NameOf<T>, PropertyKey, U>, options?: SelectinOptions): Load<U> {
    return this.#relation(selectinStep(relation, options), relation);
  }

  /** Goes on along a relation, which is joined. */
  joinedload<U>(relation: RelationAttribute<NameOf<T>, PropertyKey, U>, options: JoinedOptions = {}): Load<U> {
    return this.#relation(joinedStep(relation, options), relation);
  }

  /** Goes on along a relation that the statement joins by itself. */
  containsEager<U>(relation: RelationAttribute<NameOf<T>, PropertyKey, U>, alias?: FromItem): Load<U> {
    return this.#relation(containsStep(relation, alias), relation);
  }

  /** Loads only these columns, and the primary key, of the objects at the end of the way. */
  loadOnly(...columns: readonly ColumnInfo[]): Load<T> {
    return this.#with({ kind: "columns", choice: "only", keys: columnKeys(columns, "loadOnly()").keys });
  }

  /** Leaves out these columns of the objects at the end of the way. */
  defer(...columns: readonly ColumnInfo[]): Load<T> {
    return this.#with({ kind: "columns", choice: "defer", keys: columnKeys(columns, "defer()").keys });
  }

  /** Loads columns that would be left out. */
  undefer(...columns: readonly ColumnInfo[]): Load<T> {
    return this.#with({ kind: "columns", choice: "undefer", keys: columnKeys(columns, "undefer()").keys });
  }

  /**
   * Says several things of the objects at the end of the way.
   *
   * @example `selectinload(Branch.accounts).options(joinedload(Account.owner), loadOnly(Account.balance))`
   */
  options(...options: readonly Load[]): Load<T> {
    const nested = options.map((option) => {
      if (option instanceof Load) return option[loaderOption];
      throw new ArgumentError(`options() expects options such as selectinload(...), got ${describeValue(option)}`);
    });
    const path = this[loaderOption];
    return new Load({ ...path, nested: [...path.nested, ...nested] });
  }

  #relation<U>(step: RelationStep, relation: RelationAttribute): Load<U> {
    const path = this[loaderOption];
    checkContinues(path, relation);
    return this.#with(step) as unknown as Load<U>;
  }

  #with(step: ColumnStep | RelationStep): Load<T> {
    const path = this[loaderOption];
    if (path.nested.length > 0) {
      throw new ArgumentError("options() ends the way of a loader option: go on inside of it");
    }
    return new Load({ ...path, steps: [...path.steps, step] });
  }
}

/**
 * Loads a relation by one more statement, which asks for the related rows of all objects at once.
 *
 * @param relation an attribute of a class; or a class, with a path of relations: `selectinload(Branch, "accounts.owner")`
 *
 * @example `select(Branch).options(selectinload(Branch.accounts).joinedload(Account.owner))`
 *
 * SQLAlchemy: `selectinload()`.
 */
export function selectinload<T>(
  relation: RelationAttribute<string, PropertyKey, T>,
  options?: SelectinOptions,
): Load<T>;
export function selectinload<E extends AnyEntity, P extends string>(
  entity: E,
  path: P & CheckedPath<InstanceOf<E>, P>,
): Load;
export function selectinload(first: unknown, second?: unknown): Load {
  if (typeof second === "string") return byPath(first, second, "selectin", "selectinload()");
  return start(selectinStep(first, second as SelectinOptions | undefined), first);
}

/**
 * Loads a relation in the same statement, by a LEFT JOIN. Good for references; lists repeat the row that they belong
 * to in the answer, so {@link selectinload} is better for most of them. LIMIT counts objects, not joined rows.
 *
 * SQLAlchemy: `joinedload()`.
 */
export function joinedload<T>(relation: RelationAttribute<string, PropertyKey, T>, options?: JoinedOptions): Load<T>;
export function joinedload<E extends AnyEntity, P extends string>(
  entity: E,
  path: P & CheckedPath<InstanceOf<E>, P>,
): Load;
export function joinedload(first: unknown, second?: unknown): Load {
  if (typeof second === "string") return byPath(first, second, "joined", "joinedload()");
  return start(joinedStep(first, second as JoinedOptions | undefined), first);
}

/**
 * Fills a relation with what the statement joins by itself, and perhaps filters.
 *
 * @param alias what the statement joins, if it is an alias of the related class
 *
 * @example
 * ```ts
 * select(Branch).innerJoin(Branch.accounts).where(Account.balance.gt(100)).options(containsEager(Branch.accounts));
 * ```
 *
 * SQLAlchemy: `contains_eager()`.
 */
export function containsEager<T>(relation: RelationAttribute<string, PropertyKey, T>, alias?: FromItem): Load<T> {
  return start(containsStep(relation, alias), relation) as Load<T>;
}

/**
 * Does not load a relation, whatever other options say: touching it raises `NotLoadedError`, as without any option.
 *
 * @param relation an attribute of a class; or a class, with the path of a relation or `"*"` for all of them
 *
 * SQLAlchemy: `raiseload()`.
 */
export function raiseload<T>(relation: RelationAttribute<string, PropertyKey, T>): Load<T>;
export function raiseload<E extends AnyEntity, P extends string>(
  entity: E,
  path: P & CheckedPath<InstanceOf<E>, P>,
): Load;
export function raiseload(first: unknown, path?: string): Load {
  if (path !== undefined) return byPath(first, path, "raise", "raiseload()");
  return start({ kind: "relation", strategy: "raise", key: attributeOf(first, "raiseload()").key as string }, first);
}

/**
 * Loads only these columns of the objects, and their primary keys. The others raise `NotLoadedError` until
 * `session.refresh()`.
 *
 * @example `select(User).options(loadOnly(User.email))`
 *
 * SQLAlchemy: `load_only()`.
 */
export function loadOnly(...columns: readonly ColumnInfo[]): Load {
  return ofColumns(columns, "only", "loadOnly()");
}

/**
 * Leaves out columns, such as large ones.
 *
 * SQLAlchemy: `defer()`.
 */
export function defer(...columns: readonly ColumnInfo[]): Load {
  return ofColumns(columns, "defer", "defer()");
}

/**
 * Loads columns that would be left out: those of `columnProperty(..., { deferred: true })`, or of another option.
 *
 * SQLAlchemy: `undefer()`.
 */
export function undefer(...columns: readonly ColumnInfo[]): Load {
  return ofColumns(columns, "undefer", "undefer()");
}

function ofColumns(columns: readonly ColumnInfo[], choice: ColumnStep["choice"], where: string): Load {
  const { keys, table } = columnKeys(columns, where);
  return new Load({
    owner: undefined,
    table,
    source: undefined,
    steps: [{ kind: "columns", choice, keys }],
    nested: [],
  });
}

function columnKeys(
  columns: readonly ColumnInfo[],
  where: string,
): { readonly keys: readonly string[]; readonly table: AnyColumn["table"] | undefined } {
  if (columns.length === 0) throw new ArgumentError(`${where} expects at least one column`);
  for (const column of columns) {
    if (typeof column === "object" && column !== null && typeof column.key === "string") continue;
    throw new ArgumentError(`${where} expects columns such as User.email, got ${describeValue(column)}`);
  }
  return { keys: columns.map(({ key }) => key), table: columns.find((column) => isColumn(column))?.table };
}

function start(step: RelationStep, relation: unknown): Load {
  const { source } = relation as RelationAttribute;
  return new Load({ owner: sourceMapper(source), table: undefined, source, steps: [step], nested: [] });
}

function byPath(entity: unknown, path: string, strategy: LoadStrategy, where: string): Load {
  if (!isEntitySource(entity)) {
    throw new ArgumentError(`${where} expects a relation, or a class and a path, got ${describeValue(entity)}`);
  }
  const source = entity as EntitySource;
  const owner = sourceMapper(source);
  const steps = dottedPath(path).map((step) => ({ ...step, strategy }));
  return new Load({ owner, table: undefined, source, steps, nested: [] });
}

function attributeOf(value: unknown, where: string): RelationAttribute {
  if (typeof value === "object" && value !== null && "property" in value && "source" in value) {
    return value as RelationAttribute;
  }
  throw new ArgumentError(`${where} expects a relation such as Branch.accounts, got ${describeValue(value)}`);
}

function selectinStep(relation: unknown, options: SelectinOptions = {}): RelationStep {
  const { key } = attributeOf(relation, "selectinload()");
  checkOptions(options, ["recursionDepth"], "selectinload()");
  const { recursionDepth: depth = 0 } = options;
  if (!Number.isSafeInteger(depth) || depth < 0) {
    throw new ArgumentError(`selectinload() expects a recursionDepth of 0 or more, got ${describeValue(depth)}`);
  }
  return { kind: "relation", strategy: "selectin", key: key as string, depth };
}

function joinedStep(relation: unknown, options: JoinedOptions = {}): RelationStep {
  const { key } = attributeOf(relation, "joinedload()");
  checkOptions(options, ["innerjoin"], "joinedload()");
  return { kind: "relation", strategy: "joined", key: key as string, isInner: options.innerjoin ?? false };
}

function containsStep(relation: unknown, alias: FromItem | undefined): RelationStep {
  const { key, property } = attributeOf(relation, "containsEager()");
  const source = alias === undefined ? ownSource(property.target) : (alias as EntitySource);
  if (!isEntitySource(source) || sourceMapper(source) !== property.target) {
    throw new ArgumentError(`containsEager() expects an alias of ${property.target.name}, got ${describeValue(alias)}`);
  }
  return { kind: "relation", strategy: "contains", key: key as string, source };
}

/** Says at once when a way does not hang together, rather than when it is used. */
function checkContinues({ owner, steps }: LoadPath, relation: RelationAttribute): void {
  let mapper: Mapper | undefined = owner;
  for (const step of steps) {
    if (step.kind === "columns") continue;
    if (step.key === "*") return;
    mapper = mapper?.relation(step.key).target;
  }
  const next = sourceMapper(relation.source);
  if (mapper === undefined || mapper.isA(next) || next.isA(mapper)) return;
  throw new ArgumentError(
    `the way of a loader option leads to ${mapper.name}, and cannot go on with ${next.name}.${String(relation.key)}`,
  );
}

function checkOptions(options: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new ArgumentError(`${where} has no option "${name}": ${didYouMean(name, known)}`);
  }
}
