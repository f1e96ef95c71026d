/** The values of an object's relations by their keys: a `Collection`, an object, or null. */
export type RelatedValues = Record<string, unknown>;

/** Changes of a list that is not loaded: they are made when it is. */
export interface QueuedChanges {
  readonly added: Set<object>;
  readonly removed: Set<object>;
}

/** What is known of an object's relations besides their values. */
export interface RelationChanges {
  /** References before their first change since the last flush; undefined is one that was not loaded. */
  before: Record<string, object | null | undefined> | undefined;
  /** By the keys of lists. */
  queued: Record<string, QueuedChanges> | undefined;
  /** Relations that may be outdated: loaders load them again. */
  stale: Set<string> | undefined;
  /** The transaction in which they were found to be outdated, by number. */
  staleIn: number;
}
