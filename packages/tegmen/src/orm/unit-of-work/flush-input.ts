import type { Connection } from "../../engine/connection.ts";
import type { Mapper } from "../mapper.ts";
import type { RelationProperty } from "../relation-property.ts";
import type { IdentityKey, InstanceState } from "../state.ts";

/** Loads a relation of some objects, because a cascade needs it. */
export type FetchRelation = (
  mapper: Mapper,
  property: RelationProperty,
  owners: readonly InstanceState[],
) => Promise<void>;

/** Objects whose rows a flush is going to write. */
export interface RowsToWrite {
  readonly inserted: readonly InstanceState[];
  readonly updated: readonly InstanceState[];
  readonly deleted: readonly InstanceState[];
}

/** What a Session gives to a flush. */
export interface FlushInput {
  readonly connection: Connection;
  /** New objects, in the order in which they were added. */
  readonly pending: Iterable<InstanceState>;
  /** Persistent objects whose columns or relations were changed; a superset does no harm. */
  readonly dirty: Iterable<InstanceState>;
  /** Objects whose rows are to be deleted. */
  readonly deleted: Iterable<InstanceState>;
  /** Whether an object was read or written in this transaction, so that nobody else can have changed its row since. */
  readonly loadedNow: (state: InstanceState) => boolean;
  /** The identity map. */
  readonly find: (mapper: Mapper, key: IdentityKey) => InstanceState | undefined;
  readonly fetch: FetchRelation;
  /** Called for every object before the flush changes it, so that a rollback can undo that. */
  readonly remember: (state: InstanceState) => void;
  /** Is told what is about to be written; may change columns of these objects. */
  readonly before?: (rows: RowsToWrite) => Promise<void>;
  /** Values are kept out of messages. */
  readonly hideParameters?: boolean;
  /** Sends COMMIT or RELEASE: in one turn with the last statements, unless their row counts have to be seen first. */
  readonly closing?: () => Promise<void>;
}

/** What a flush has done. */
export interface FlushOutcome {
  /** They have a row and a key now. */
  readonly inserted: readonly InstanceState[];
  /** Their key may be another one. */
  readonly updated: readonly InstanceState[];
  readonly deleted: readonly InstanceState[];
  /** New objects that were taken out of the list that they belonged to: nothing was written, they are transient. */
  readonly expunged: readonly InstanceState[];
}
