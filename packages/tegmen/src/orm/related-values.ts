/** The values of an object's relations by their keys: a {@link Collection}, an object, or null. */
export type RelatedValues = Record<string, unknown>;
