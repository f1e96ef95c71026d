/** The objects whose rows a flush has written. */
export interface FlushedObjects {
  readonly inserted: readonly object[];
  readonly updated: readonly object[];
  readonly deleted: readonly object[];
}
