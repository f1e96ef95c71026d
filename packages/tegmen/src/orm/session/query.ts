import type { ScalarResult } from "../../engine/result.ts";
import { ArgumentError } from "../../errors/index.ts";
import type { TableRow, UpdateValues } from "../../sql/definitions.ts";
import { deleteFrom } from "../../sql/delete.ts";
import type { SqlExpression } from "../../sql/expression.ts";
import type { FromItem } from "../../sql/from-item.ts";
import { func } from "../../sql/func.ts";
import { toItems } from "../../sql/items.ts";
import type { JoinPath } from "../../sql/join-path.ts";
import type { LoaderOption } from "../../sql/loader-option.ts";
import type { LockOptions } from "../../sql/lock.ts";
import { expressionNode } from "../../sql/nodes/node-of.ts";
import type { SelectNode } from "../../sql/nodes/query-node.ts";
import type { Condition } from "../../sql/operand.ts";
import type { OrderBy } from "../../sql/ordering.ts";
import { queryNode } from "../../sql/query.ts";
import { select, Select } from "../../sql/select.ts";
import { update } from "../../sql/update.ts";
import { didYouMean } from "../../text/index.ts";
import { isArrayType } from "../../types/index.ts";
import { ownSource } from "../entity-source.ts";
import type { AnyEntity, DefinitionsOf, InstanceOf } from "../entity-types.ts";
import type { Mapper } from "../mapper.ts";
import { mapperOf } from "../mapper-of.ts";
import { relationAttribute } from "../relation-attribute.ts";
import type { SessionExecuteOptions } from "./executor.ts";
import type { Session } from "./session.ts";
import type { PrimaryKeyOf } from "./types.ts";

type AnySelect = Select<never, never, string>;

/** Values of columns that the objects of a query have; null for none, a list for any of its values. */
export type FilterValues<E> = {
  readonly [K in keyof TableRow<DefinitionsOf<E>>]?:
    | TableRow<DefinitionsOf<E>>[K]
    | readonly NonNullable<TableRow<DefinitionsOf<E>>[K]>[]
    | null;
} & { readonly [K in keyof InstanceOf<E>]?: unknown };

/**
 * A query of the objects of a class. Every method returns a new one, up to those that run it.
 *
 * SQLAlchemy: `Query`, the legacy interface; everything beyond it is `session.scalars(select(...))`.
 *
 * @example
 * ```ts
 * const source = await session.query(Account).filterBy({ id }).one();
 * await session.query(Account).filterBy({ id: sink }).update({ balance: Account.balance.plus(amount) });
 * ```
 */
export class Query<E extends AnyEntity> {
  readonly #session: Session;
  readonly #entity: E;
  readonly #statement: AnySelect;

  /** For {@link Session.query}. */
  constructor(session: Session, entity: E, statement?: AnySelect) {
    this.#session = session;
    this.#entity = entity;
    this.#statement = statement ?? (select(ownSource(mapperOf(entity, "session.query()"))) as unknown as AnySelect);
  }

  /** The SELECT that it stands for. */
  get statement(): Select<unknown, never, string> {
    return this.#statement;
  }

  /**
   * Only objects whose columns have these values.
   *
   * @throws {ArgumentError} the class has no such column, or a value is undefined
   */
  filterBy(values: FilterValues<E>): Query<E> {
    const mapper = this.#mapper;
    return this.filter(...Object.entries(values as object).map(([key, value]) => equals(mapper, key, value)));
  }

  /** `WHERE` */
  filter(...conditions: readonly Condition[]): Query<E> {
    return this.#with(this.#statement.where(...conditions));
  }

  /** `ORDER BY` */
  orderBy(...terms: readonly OrderBy[]): Query<E> {
    return this.#with(this.#statement.orderBy(...terms));
  }

  /** `LIMIT` */
  limit(count: number | bigint): Query<E> {
    return this.#with(this.#statement.limit(count));
  }

  /** `OFFSET` */
  offset(count: number | bigint): Query<E> {
    return this.#with(this.#statement.offset(count));
  }

  /** `DISTINCT` */
  distinct(): Query<E> {
    return this.#with(this.#statement.distinct());
  }

  /** `JOIN`, along a relation or by a condition. */
  join(relation: JoinPath): Query<E>;
  join(source: FromItem, on: Condition): Query<E>;
  join(first: unknown, on?: unknown): Query<E> {
    return this.#with(this.#statement.innerJoin(first as FromItem, on as Condition<null>));
  }

  /** `LEFT JOIN`, along a relation or by a condition. */
  leftJoin(relation: JoinPath): Query<E>;
  leftJoin(source: FromItem, on: Condition): Query<E>;
  leftJoin(first: unknown, on?: unknown): Query<E> {
    return this.#with(this.#statement.leftJoin(first as FromItem, on as Condition<null>));
  }

  /** How relations and columns are loaded: `selectinload()` and so on. */
  options(...options: readonly LoaderOption[]): Query<E> {
    return this.#with(this.#statement.options(...options));
  }

  /** `FOR UPDATE`. SQLAlchemy: `with_for_update`. */
  forUpdate(options?: LockOptions): Query<E> {
    return this.#with(this.#statement.forUpdate(options));
  }

  /** The objects. */
  async all(): Promise<InstanceOf<E>[]> {
    return (await this.#run()).all();
  }

  /** The first object; null if there is none. */
  async first(): Promise<InstanceOf<E> | null> {
    return (await this.limit(1).#run()).first();
  }

  /**
   * The only object.
   *
   * @throws {NoResultFound} there is none
   * @throws {MultipleResultsFound} there are several
   */
  async one(): Promise<InstanceOf<E>> {
    return (await this.#run()).one();
  }

  /**
   * The only object; null if there is none.
   *
   * @throws {MultipleResultsFound} there are several
   */
  async oneOrNone(): Promise<InstanceOf<E> | null> {
    return (await this.#run()).oneOrNone();
  }

  /** How many objects there are. */
  async count(): Promise<number> {
    const rows = this.#keys().subquery("counted");
    return (await this.#session.scalar(select(func.count()).from(rows))) as number;
  }

  /** Whether there are objects. */
  async exists(): Promise<boolean> {
    return (await this.#session.execute(this.#keys().limit(1))).length > 0;
  }

  /** The object of a primary key; null if there is none. As `session.get()`. */
  get(id: PrimaryKeyOf<E>): Promise<InstanceOf<E> | null> {
    return this.#session.get(this.#entity, id);
  }

  /**
   * Changes all rows by one UPDATE, and the loaded objects with them.
   *
   * @returns how many rows were changed
   * @throws {ArgumentError} the query has more than conditions
   */
  async update(
    // oxlint-disable-next-line typescript/no-generated-empty-object-type -- empty only for the generic default
    values: UpdateValues<DefinitionsOf<E>>,
    options?: Pick<SessionExecuteOptions, "synchronizeSession">,
  ): Promise<number> {
    const { where } = this.#onlyConditions("update()");
    const statement = update(ownSource(this.#mapper) as never).set(values);
    const conditions = where.map((node) => conditionOf(node));
    return (await this.#session.execute(statement.where(...conditions), undefined, options)).rowCount ?? 0;
  }

  /**
   * Deletes all rows by one DELETE, without cascades; loaded objects become deleted ones.
   *
   * @returns how many rows were deleted
   * @throws {ArgumentError} the query has more than conditions
   */
  async delete(options?: Pick<SessionExecuteOptions, "synchronizeSession">): Promise<number> {
    const { where } = this.#onlyConditions("delete()");
    const statement = deleteFrom(ownSource(this.#mapper) as never).where(...where.map((node) => conditionOf(node)));
    return (await this.#session.execute(statement, undefined, options)).rowCount ?? 0;
  }

  /** The SQL. */
  toString(): string {
    return this.#statement.toString();
  }

  get #mapper(): Mapper {
    return mapperOf(this.#entity, "session.query()");
  }

  #run(): Promise<ScalarResult<InstanceOf<E>>> {
    return this.#session.scalars(this.#statement);
  }

  /** The same query, of the primary keys alone. */
  #keys(): AnySelect {
    const node: SelectNode = queryNode(this.#statement) as SelectNode;
    const orderBy = node.limit === undefined && node.offset === undefined ? [] : node.orderBy;
    const { c } = ownSource(this.#mapper);
    const keys = this.#mapper.primaryKey.map(({ key }) => c[key]!);
    return new Select({ ...node, ...toItems(keys, "count()"), orderBy, options: [] });
  }

  #onlyConditions(where: string): SelectNode {
    const node = queryNode(this.#statement) as SelectNode;
    const { joins, limit, offset, distinct, orderBy } = node;
    if (joins.length > 0 || limit !== undefined || offset !== undefined || distinct !== false || orderBy.length > 0) {
      throw new ArgumentError(
        `${where} of a query takes conditions only: use session.execute() with update() or deleteFrom() for the rest`,
      );
    }
    return node;
  }

  #with(statement: AnySelect): Query<E> {
    return new Query(this.#session, this.#entity, statement);
  }
}

/** A condition that a query has already. */
function conditionOf(node: SelectNode["where"][number]): Condition {
  return { [expressionNode]: node } as unknown as Condition;
}

function equals(mapper: Mapper, key: string, value: unknown): Condition {
  if (value === undefined) {
    throw new ArgumentError(
      `filterBy(): ${mapper.name}.${key} was given undefined: pass a value, null, or leave it out`,
    );
  }
  const column = ownSource(mapper).c[key];
  if (column === undefined) {
    if (mapper.relationKeys.includes(key)) {
      return relationAttribute(ownSource(mapper), key).is(value as never);
    }
    const known = [...mapper.columns.keys(), ...mapper.relationKeys];
    throw new ArgumentError(`filterBy(): ${mapper.name} has no attribute "${key}": ${didYouMean(key, known)}`);
  }
  const isList = Array.isArray(value) && !(column.type !== undefined && isArrayType(column.type));
  return asCondition(value === null ? column.isNull() : isList ? column.in(value) : column.eq(value));
}

function asCondition(expression: SqlExpression): Condition {
  return expression as unknown as Condition;
}
