import { InvalidRequestError } from "../../errors/index.ts";
import type { FlushOutcome } from "../unit-of-work/flush-input.ts";
import { forgetRelations, noticeChanges } from "../relations/history.ts";
import type { InstanceState, StateOwner } from "../state.ts";
import { describeState } from "../unit-of-work/describe-state.ts";
import { reachable } from "../unit-of-work/cascades.ts";
import { identityKey } from "./identity.ts";
import { IdentityMap } from "./identity-map.ts";
import { type Snapshot, UndoLog } from "./undo-log.ts";

/** Numbers the transactions of all Sessions, so that an object that changes its Session is never taken for fresh. */
let transactions = 0;

/** The objects of a Session, and what is to be written of them. */
export class Registry implements StateOwner {
  readonly map: IdentityMap = new IdentityMap();
  readonly pending: Set<InstanceState> = new Set();
  readonly dirty: Set<InstanceState> = new Set();
  readonly deleted: Set<InstanceState> = new Set();
  /** Objects of which not all tables were read yet. */
  readonly incomplete: Set<InstanceState> = new Set();
  /** Objects whose lists were read, and may have been changed without a word. */
  readonly #touched = new Set<InstanceState>();
  readonly #log = new UndoLog();
  /** The transaction in which objects were read last; 0: none yet. */
  #readIn = 0;
  /** The Session whose objects these are. */
  readonly session: object;
  /** Counts the transactions, and the rollbacks to savepoints: what was read before is outdated. */
  epoch: number = ++transactions;
  /** The current transaction: the count at its begin. */
  transaction: number = this.epoch;

  constructor(session: object) {
    this.session = session;
  }

  /** Whether a flush may have something to write. */
  get hasWork(): boolean {
    return this.hasChanges || this.#touched.size > 0;
  }

  /** Whether objects are known to be new, changed or deleted. */
  get hasChanges(): boolean {
    return this.pending.size > 0 || this.dirty.size > 0 || this.deleted.size > 0;
  }

  changed(state: InstanceState): void {
    this.dirty.add(state);
  }

  cascade(state: InstanceState): void {
    for (const each of reachable([state], "save-update")) this.#take(each);
  }

  touched(state: InstanceState): void {
    this.#touched.add(state);
  }

  /** Called where objects are going to be read: those of earlier transactions are not held by the Session any more. */
  reading(): void {
    if (this.#readIn === this.transaction) return;
    if (this.#readIn !== 0) this.map.loosen();
    this.#readIn = this.transaction;
  }

  /** Whether the values of an object were read or written in this transaction. */
  isFresh(state: InstanceState): boolean {
    return state.readIn === this.epoch;
  }

  /** Whether an object is one of this Session's. */
  has(state: InstanceState): boolean {
    return state.owner === this && state.status !== "deleted";
  }

  /**
   * Puts an object into the Session.
   *
   * @throws {InvalidRequestError} it is in another one, its row was deleted, or another object has its identity
   */
  add(state: InstanceState): void {
    for (const each of reachable([state], "save-update")) this.#take(each);
  }

  /**
   * Marks an object whose row is to be deleted.
   *
   * @throws {InvalidRequestError} it has no row
   */
  markDeleted(state: InstanceState): void {
    const { status } = state;
    if (status === "transient" || status === "pending") {
      throw new InvalidRequestError(
        `${describeState(state)} has no row that could be deleted: it was never written` +
          (status === "pending" ? ". session.expunge(object) takes it out of the Session" : ""),
      );
    }
    if (status === "deleted") return;
    this.#take(state);
    this.deleted.add(state);
  }

  /** Takes an object out of the Session. */
  expunge(state: InstanceState): void {
    this.#forget(state);
    this.map.remove(state);
    state.owner = undefined;
    state.status = state.status === "pending" ? "transient" : "detached";
  }

  /** Takes all objects out of the Session. */
  expungeAll(): void {
    for (const state of this.pending) this.#leave(state, "transient");
    for (const state of this.map) this.#leave(state, "detached");
    for (const state of this.#log.states()) if (state.status === "deleted") this.#leave(state, "detached");
    this.map.clear();
    this.pending.clear();
    this.dirty.clear();
    this.deleted.clear();
    this.#touched.clear();
    this.incomplete.clear();
    this.#log.clear();
  }

  /** Takes a row's object into the identity map. */
  register(state: InstanceState): void {
    state.status = "persistent";
    state.owner = this;
    state.readIn = this.epoch;
    this.map.add(state);
  }

  /** Objects that may have been changed. */
  maybeDirty(): ReadonlySet<InstanceState> {
    const states = new Set(this.dirty);
    for (const state of this.#touched) if (state.owner === this && state.status === "persistent") states.add(state);
    return states;
  }

  /** Finds what was changed without a word. */
  notice(): void {
    for (const state of this.#touched) if (state.owner === this && noticeChanges(state)) this.dirty.add(state);
  }

  /** Called for every object before a flush changes it. */
  remember(state: InstanceState): void {
    this.#log.remember(state);
  }

  /** Takes note of what a flush has done. */
  flushed({ inserted, updated, deleted, expunged }: FlushOutcome): void {
    for (const state of inserted) {
      this.pending.delete(state);
      this.register(state);
    }
    for (const state of updated) {
      this.map.rename(state);
      this.register(state);
    }
    this.rowsDeleted(deleted);
    for (const state of expunged) {
      this.#forget(state);
      state.owner = undefined;
    }
    this.pending.clear();
    this.dirty.clear();
    this.deleted.clear();
  }

  /** The rows of objects are not there any more. */
  rowsDeleted(states: readonly InstanceState[]): void {
    for (const state of states) {
      state.status = "deleted";
      this.#forget(state);
      this.map.remove(state);
    }
  }

  /** The transaction is committed. */
  committed(expire: boolean): void {
    for (const state of this.#log.states()) if (state.status === "deleted") this.#leave(state, "detached");
    this.#log.clear();
    this.#touched.clear();
    this.transaction = this.epoch = ++transactions;
    if (expire) for (const state of this.map) this.expire(state);
  }

  /** The transaction, or its innermost savepoint, is rolled back: the objects become what they were before it. */
  rolledBack(innermost: boolean): void {
    for (const state of this.dirty) if (state.owner === this) this.#log.undoChanges(state);
    for (const state of this.#touched) if (state.owner === this) this.#log.undoChanges(state);
    for (const state of this.pending) this.#leave(state, "transient");
    this.pending.clear();
    this.dirty.clear();
    this.deleted.clear();
    if (!innermost) this.#touched.clear();
    for (const level of innermost ? [this.#log.pop()] : this.#log.popAll()) {
      for (const [state, before] of level) this.#restore(state, before);
    }
    this.epoch = ++transactions;
    if (!innermost) this.transaction = this.epoch;
  }

  /** A savepoint begins. */
  savepoint(): void {
    this.#log.push();
  }

  /** The innermost savepoint is released: what was done since is part of what is around it. */
  released(): void {
    this.#log.merge();
  }

  /** Drops the values of an object, but for its primary key. */
  expire(state: InstanceState, keys?: readonly string[]): void {
    const { mapper, values, original } = state;
    const kept: Record<string, unknown> = {};
    for (const key of Object.keys(values)) {
      const isKept = keys === undefined ? mapper.primaryKey.some((column) => column.key === key) : !keys.includes(key);
      if (isKept) kept[key] = values[key];
      else if (original !== undefined) delete original[key];
    }
    state.values = kept;
    if (keys === undefined) {
      state.original = undefined;
      this.dirty.delete(state);
    }
    state.expired = true;
    state.readIn = 0;
    forgetRelations(state, keys);
  }

  #restore(state: InstanceState, before: Snapshot): void {
    this.map.remove(state);
    before.restore(state);
    if (state.status === "pending") {
      this.#leave(state, "transient");
      return;
    }
    state.owner = this;
    this.map.add(state);
  }

  #take(state: InstanceState): void {
    if (state.owner !== undefined && state.owner !== this) {
      throw new InvalidRequestError(
        `${describeState(state)} is in another Session: expunge it there, or call session.merge(object) here`,
      );
    }
    switch (state.status) {
      case "transient":
        state.status = "pending";
        state.owner = this;
        this.pending.add(state);
        return;
      case "persistent":
        this.deleted.delete(state);
        return;
      case "detached":
        this.#attach(state);
        return;
      case "deleted":
        throw new InvalidRequestError(
          `The row of ${describeState(state)} was deleted in this transaction: the object cannot be added again`,
        );
      case "pending":
    }
  }

  #attach(state: InstanceState): void {
    state.key ??= identityKey(state.mapper, state.values);
    if (state.key === undefined) {
      throw new InvalidRequestError(`${describeState(state)} has no primary key, so it cannot be added to a Session`);
    }
    if (this.map.find(state.mapper, state.key) !== undefined) {
      throw new InvalidRequestError(
        `Another object for the row of ${describeState(state)} is in this Session already, and there can be only one: ` +
          "session.merge(object) copies what was changed to that one",
      );
    }
    this.register(state);
    state.readIn = 0;
    if (state.original !== undefined) this.dirty.add(state);
    this.#touched.add(state);
  }

  #leave(state: InstanceState, status: "detached" | "transient"): void {
    state.status = status;
    state.owner = undefined;
    if (status === "transient") state.key = undefined;
  }

  #forget(state: InstanceState): void {
    this.pending.delete(state);
    this.dirty.delete(state);
    this.deleted.delete(state);
    this.#touched.delete(state);
  }
}
