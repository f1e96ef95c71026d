import type { Parameters } from "../../engine/compile.ts";
import type { Connection, ConnectionStreamOptions } from "../../engine/connection.ts";
import { type Result, ScalarResult } from "../../engine/result.ts";
import { TransactionStateError } from "../../errors/index.ts";
import type { Executable } from "../../sql/executable.ts";
import type { LockOptions } from "../../sql/lock.ts";
import type { LoaderOption } from "../../sql/loader-option.ts";
import { type TransactionSource, transactorOf } from "../../transaction/transactor.ts";
import type { AnyEntity, InstanceOf } from "../entity-types.ts";
import { completeObjects } from "./complete.ts";
import { loadRelations } from "../loading/load.ts";
import type { CheckedPath } from "../loading/paths.ts";
import { mapperOf } from "../mapper-of.ts";
import { findState, type InstanceState } from "../state.ts";
import { reachable } from "../unit-of-work/cascades.ts";
import { type SessionEventName, type SessionListener, SessionListeners } from "./events.ts";
import { executeStatement, resultOf, type SessionExecuteOptions } from "./executor.ts";
import { keySelect, KeyLoader } from "./get.ts";
import { identityKey, keyValues } from "./identity.ts";
import { IdentityView } from "./identity-view.ts";
import { isModified } from "./inspect-object.ts";
import { Merge } from "./merge.ts";
import { sourceOfSession } from "./transaction-source.ts";
import { checkSessionOptions, type SessionOptions } from "./options.ts";
import { Query } from "./query.ts";
import { refreshObject } from "./refresh.ts";
import { noRow, notHere, objectsOf, stateFor } from "./session-objects.ts";
import { SessionCore } from "./session-core.ts";
import type { SessionBind } from "./session-connection.ts";
import { nestedTransaction, rootTransaction, type SessionTransaction, within } from "./session-transaction.ts";
import { streamRows } from "./stream.ts";
import type { PrimaryKeyOf, SessionRow, SessionScalar } from "./types.ts";

/** Options of `session.get()`. */
export interface GetOptions {
  /** How relations are loaded: `selectinload()` and so on. */
  readonly options?: readonly LoaderOption[] | undefined;
  /** Locks the row until the transaction ends. */
  readonly forUpdate?: boolean | LockOptions | undefined;
  /** Reads the row even if the object is loaded, and replaces its values, also those that were changed. */
  readonly populateExisting?: boolean | undefined;
}

/** For the layers of tegmen that work with a Session. */
export let coreOf: (session: Session) => SessionCore;

/**
 * The objects of one task, and the transaction in which they are read and written.
 *
 * Each row is one object (the identity map). What is added, changed and deleted is written before the next query, and
 * at commit, by as few statements as possible. The connection is taken for the first statement and given back at
 * commit, rollback or close.
 *
 * A Session is for one task. Queries may be started together, and then travel together; everything else raises
 * `ConcurrentSessionError`.
 *
 * SQLAlchemy: `Session`, `AsyncSession`.
 *
 * @example
 * ```ts
 * await using session = new Session(engine);
 * const account = await session.getOne(Account, id);
 * account.balance -= 100;
 * session.add(new Account({ balance: 100 }));
 * await session.commit();
 * ```
 */
export class Session {
  static {
    coreOf = (session) => session.#core;
  }

  readonly #bind: SessionBind;
  readonly #core: SessionCore;
  readonly #keys: KeyLoader;

  /**
   * @param bind an engine; or a connection, of which the Session is a savepoint if it has a transaction already
   * @throws {ArgumentError} an option does not exist
   */
  constructor(bind: SessionBind, options: SessionOptions = {}, listeners?: SessionListeners) {
    checkSessionOptions(options);
    this.#bind = bind;
    this.#core = new SessionCore(this, bind, options, new SessionListeners(listeners));
    this.#keys = new KeyLoader(this.#core);
  }

  /** For `runTransaction`. */
  get [transactorOf](): TransactionSource<this> {
    return sourceOfSession(this.#bind, { session: this, core: this.#core });
  }

  /** Objects that were added and are not written yet. SQLAlchemy: `Session.new`. */
  get newObjects(): readonly object[] {
    return objectsOf(this.#core.registry.pending);
  }

  /** Loaded objects that were changed and are not written yet. */
  get dirty(): readonly object[] {
    const { registry } = this.#core;
    return objectsOf([...registry.maybeDirty()].filter((state) => !registry.deleted.has(state) && isModified(state)));
  }

  /** Objects whose rows the next flush deletes. */
  get deleted(): readonly object[] {
    return objectsOf(this.#core.registry.deleted);
  }

  /** The loaded objects, by class and primary key. */
  get identityMap(): IdentityView {
    return new IdentityView(this.#core.registry.map);
  }

  /** Whether a transaction is open. */
  get inTransaction(): boolean {
    return this.#core.connection.current?.inTransaction ?? false;
  }

  /**
   * Puts a new object into the Session, or one that has left another: the next flush writes it, and with it what is
   * reached by relations that cascade.
   *
   * @throws {InvalidRequestError} it is in another Session, its row was deleted, or another object has its identity
   */
  add(object: object): void {
    this.#core.guard.check("add()");
    this.#core.registry.add(stateFor(object, "session.add()"));
  }

  /** Adds several objects. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /**
   * Marks an object: the next flush deletes its row, and what its relations cascade to.
   *
   * @throws {InvalidRequestError} it has no row
   */
  async delete(object: object): Promise<void> {
    this.#core.guard.check("delete()");
    this.#core.registry.markDeleted(stateFor(object, "session.delete()"));
  }

  /**
   * The object of a primary key. One that was read in this transaction is found without a statement; several that are
   * asked for in one tick (`Promise.all`) are read by one.
   *
   * @param entity the class
   * @param id the value of the primary key; for several columns an object, or a list in their order
   * @returns null if there is no such row
   * @throws {ArgumentError} it does not fit the primary key
   */
  get<E extends AnyEntity>(entity: E, id: PrimaryKeyOf<E>, options?: GetOptions): Promise<InstanceOf<E> | null> {
    return this.#core.guard.read("get()", () => this.#get(entity, id, options)) as Promise<InstanceOf<E> | null>;
  }

  /**
   * As {@link get}, for a row that is there.
   *
   * @throws {NoResultFound} there is no such row
   */
  async getOne<E extends AnyEntity>(entity: E, id: PrimaryKeyOf<E>, options?: GetOptions): Promise<InstanceOf<E>> {
    const object = await this.get(entity, id, options);
    if (object !== null) return object;
    throw noRow(mapperOf(entity, "session.getOne()").name, id);
  }

  /**
   * Executes a statement. Entities in its select list become objects, under the names of their tables or aliases; all
   * else is as with a connection. What was changed is written before it, in the same turn.
   *
   * @param parameters values for `text()`
   */
  async execute<S extends Executable>(
    statement: S,
    parameters?: Parameters,
    options?: SessionExecuteOptions,
  ): Promise<Result<SessionRow<S>>> {
    return resultOf(await this.#execute("execute()", statement, parameters, options)) as Result<SessionRow<S>>;
  }

  /**
   * Executes a statement, and gives the first part of its rows: objects, where that is an entity.
   *
   * @example `const branches = await session.scalars(select(Branch).orderBy(Branch.city))`
   */
  async scalars<S extends Executable>(
    statement: S,
    parameters?: Parameters,
    options?: SessionExecuteOptions,
  ): Promise<ScalarResult<SessionScalar<S>>> {
    const { parts, result } = await this.#execute("scalars()", statement, parameters, options);
    if (parts === undefined) return result.scalars();
    return new ScalarResult(parts.columns[0] as SessionScalar<S>[]);
  }

  /** As {@link scalars}, of which it gives the first; null if there are no rows. */
  async scalar<S extends Executable>(
    statement: S,
    parameters?: Parameters,
    options?: SessionExecuteOptions,
  ): Promise<SessionScalar<S> | null> {
    return (await this.scalars(statement, parameters, options)).first();
  }

  /**
   * Reads rows one by one, with objects for entities, and with constant memory. While the loop runs, the Session can do
   * nothing else.
   *
   * @throws {InvalidRequestError} the statement has options that load relations by further statements
   */
  stream<S extends Executable>(statement: S, options?: ConnectionStreamOptions): AsyncIterable<SessionRow<S>> {
    return streamRows(this.#core, statement, options) as AsyncIterable<SessionRow<S>>;
  }

  /** A query of the objects of a class, for those who like to write it so: a thin face on `select()`. */
  query<E extends AnyEntity>(entity: E): Query<E> {
    return new Query(this, entity);
  }

  /**
   * Loads relations of objects that are there, unless they are loaded already.
   *
   * @param objects an object, or several
   * @param paths names of relations, with dots for relations of what they lead to
   *
   * @example `await session.load(branch, "accounts.owner")`
   *
   * SQLAlchemy: `AsyncAttrs.awaitable_attrs`, lazy loading.
   */
  load<T extends object, P extends string>(
    objects: T | readonly T[],
    ...paths: readonly (CheckedPath<NoInfer<T>, P> & P)[]
  ): Promise<void> {
    return this.#core.guard.read("load()", async () => {
      const states = (Array.isArray(objects) ? (objects as readonly T[]) : [objects as T]).map((object) =>
        this.#own(object, "session.load()"),
      );
      // Keys that the server makes are needed before relations can be loaded by them.
      await this.#core.autoflush();
      await loadRelations(this.#core, states, paths);
      await completeObjects(this.#core);
    });
  }

  /**
   * Reads the row of an object again.
   *
   * @param keys the columns and relations to read; without them all columns
   * @throws {InvalidRequestError} the row is not there any more, or the object not in this Session
   */
  refresh<T extends object>(object: T, keys?: readonly (keyof T & string)[]): Promise<void> {
    return this.#core.guard.read("refresh()", () =>
      refreshObject(this.#core, this.#own(object, "session.refresh()"), keys),
    );
  }

  /**
   * Drops the values of an object, and changes that are not written: reading them raises `NotLoadedError` until
   * `refresh()`, or a query that reads its row. The primary key stays.
   *
   * @param keys only these columns and relations
   * @throws {InvalidRequestError} the object is not in this Session
   */
  expire<T extends object>(object: T, keys?: readonly (keyof T & string)[]): void {
    this.#core.guard.check("expire()");
    const state = this.#own(object, "session.expire()");
    const { registry } = this.#core;
    if (keys !== undefined) return registry.expire(state, keys);
    for (const each of reachable([state], "refresh-expire")) if (registry.has(each)) registry.expire(each);
  }

  /** Drops the values of all objects. */
  expireAll(): void {
    this.#core.guard.check("expireAll()");
    const { registry } = this.#core;
    for (const state of registry.map) registry.expire(state);
  }

  /**
   * Takes an object out of the Session: it keeps its values, and nothing of it is written any more.
   *
   * @throws {InvalidRequestError} the object is not in this Session
   */
  expunge(object: object): void {
    this.#core.guard.check("expunge()");
    const { registry } = this.#core;
    const state = this.#own(object, "session.expunge()");
    for (const each of reachable([state], "expunge")) if (registry.has(each)) registry.expunge(each);
  }

  /** Takes all objects out of the Session. */
  expungeAll(): void {
    this.#core.guard.check("expungeAll()");
    this.#core.registry.expungeAll();
  }

  /**
   * Copies an object from somewhere else to the one that this Session has for its row, which is read if need be; without
   * a row, a new object is added. Relations follow where they cascade `merge`.
   *
   * @returns the Session's object; the given one stays what it was
   * @throws {StaleDataError} the given object is of another version than the row
   */
  merge<T extends object>(object: T): Promise<T> {
    return this.#core.guard.read("merge()", async () => {
      const find = async (state: InstanceState): Promise<InstanceState | undefined> => {
        const { mapper } = state;
        const values = Object.fromEntries(mapper.primaryKey.map(({ key }) => [key, state.values[key]]));
        return findState(await this.#get(mapper.class as never, values, undefined));
      };
      return (await new Merge(this.#core, find).merge(stateFor(object, "session.merge()"))).object as T;
    });
  }

  /** Writes what was added, changed and deleted. The transaction stays open. */
  flush(): Promise<void> {
    return this.#core.guard.write("flush()", () => this.#core.flush());
  }

  /**
   * Writes what was changed, and commits, in one turn where that is safe. When it fails, everything is rolled back.
   *
   * @throws {SerializationError} a conflict: the transaction has to be run again, by {@link runTransaction} for example
   */
  commit(): Promise<void> {
    return this.#core.guard.write("commit()", async () => {
      this.#refuseIfManaged("commit()");
      await this.#core.commit();
    });
  }

  /** Rolls the transaction back, and makes the objects what they were before it. */
  rollback(): Promise<void> {
    return this.#core.guard.write("rollback()", async () => {
      this.#refuseIfManaged("rollback()");
      await this.#core.rollback();
    });
  }

  /** Rolls back what is not committed, takes all objects out, and gives the connection back. It can be used again. */
  close(): Promise<void> {
    return this.#core.guard.write("close()", async () => {
      this.#refuseIfManaged("close()");
      await this.#core.close();
    });
  }

  /** As {@link close}, after what is still under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#core.guard.idle();
    await this.close();
  }

  /**
   * Begins a transaction; without it, the first statement does. With a callback, it is committed at the end and rolled
   * back when the callback throws.
   *
   * @throws {TransactionStateError} a transaction is open already
   */
  begin(): Promise<SessionTransaction>;
  begin<T>(work: (session: this) => Promise<T>): Promise<T>;
  async begin<T>(work?: (session: this) => Promise<T>): Promise<SessionTransaction | T> {
    this.#core.guard.check("begin()");
    this.#refuseIfManaged("begin()");
    if (this.inTransaction) {
      throw new TransactionStateError(
        "A transaction is open on this Session already (the first statement begins one): commit or roll back first, " +
          "or use beginNested()",
      );
    }
    const transaction = rootTransaction(this.#core);
    return work === undefined ? transaction : within(this.#core, transaction, () => work(this));
  }

  /**
   * Writes what was changed, and begins a savepoint. With a callback, it is released at the end; when the callback
   * throws, the database and the objects go back to what they were.
   */
  beginNested(): Promise<SessionTransaction>;
  beginNested<T>(work: (session: this) => Promise<T>): Promise<T>;
  async beginNested<T>(work?: (session: this) => Promise<T>): Promise<SessionTransaction | T> {
    const nested = await this.#core.guard.write("beginNested()", () => this.#core.beginNested());
    const transaction = nestedTransaction(this.#core, nested);
    return work === undefined ? transaction : within(this.#core, transaction, () => work(this));
  }

  /** The connection of the transaction, for what the Session does not do. Nothing is written before. */
  connection(): Promise<Connection> {
    return this.#core.guard.read("connection()", () =>
      this.#core.run((connection) => Promise.resolve(connection), false),
    );
  }

  /** Whether an object is in this Session: added, or loaded. */
  contains(object: object): boolean {
    return this.#core.registry.has(stateFor(object, "session.contains()"));
  }

  /** Whether an object was changed since the last flush. */
  isModified(object: object): boolean {
    return isModified(stateFor(object, "session.isModified()"));
  }

  /** All objects of the Session: loaded ones and new ones. */
  *[Symbol.iterator](): Generator<object, void, undefined> {
    for (const { object } of this.#core.registry.map) yield object;
    for (const { object } of this.#core.registry.pending) yield object;
  }

  /**
   * Calls the listener whenever the event happens, and waits for it.
   *
   * @returns a function that ends it
   * @throws {ArgumentError} there is no such event
   *
   * @example `session.on("beforeFlush", () => { for (const one of session.newObjects) check(one); })`
   */
  on<N extends SessionEventName>(name: N, listener: SessionListener<Session, N>): () => void {
    return this.#core.listeners.add(name, listener);
  }

  #execute(
    name: string,
    statement: Executable,
    parameters: Parameters | undefined,
    options: SessionExecuteOptions | undefined,
  ): ReturnType<typeof executeStatement> {
    return this.#core.guard.read(name, () => executeStatement(this.#core, statement, parameters, options));
  }

  async #get(entity: AnyEntity, id: unknown, options: GetOptions | undefined): Promise<object | null> {
    const mapper = mapperOf(entity, "session.get()");
    const values = keyValues(mapper, id, "session.get()");
    const key = identityKey(mapper, values)!;
    const { registry } = this.#core;
    const isPlain = options === undefined && mapper.isPlain;
    if (isPlain || (options?.forUpdate === undefined && options?.populateExisting !== true && !options?.options)) {
      const known = registry.map.find(mapper, key);
      if (known !== undefined && registry.isFresh(known) && known.mapper.isA(mapper)) return known.object;
    }
    if (isPlain) return (await this.#keys.load(mapper, key, values))?.object ?? null;
    const { forUpdate = false, populateExisting, options: loading = [] } = options ?? {};
    let statement = keySelect(mapper, values);
    if (loading.length > 0) statement = statement.options(...loading);
    if (forUpdate !== false) statement = statement.forUpdate(forUpdate === true ? undefined : forUpdate);
    const { parts } = await executeStatement(this.#core, statement, undefined, {
      populateExisting: populateExisting ?? forUpdate !== false,
    });
    return parts!.columns[0]![0] ?? null;
  }

  #own(object: unknown, where: string): InstanceState {
    const state = stateFor(object, where);
    if (this.#core.registry.has(state)) return state;
    throw notHere(state, where);
  }

  #refuseIfManaged(what: string): void {
    if (!this.#core.managed) return;
    throw new TransactionStateError(
      `runTransaction begins, commits and rolls back the transaction itself: its callback may not call ` +
        `session.${what}. Return to commit, throw to roll back; session.flush() writes without committing`,
    );
  }
}
