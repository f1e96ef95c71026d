/**
 * The ORM: classes for tables, sessions, the unit of work.
 *
 * @module
 */

export { entity, type ColumnBuilders } from "./entity.ts";
export type { EntityOptions } from "./entity-options.ts";
export type { AnyEntity, EntityClass, InstanceOf, NewValues } from "./entity-types.ts";
export { ConcurrentSessionError, DetachedInstanceError, FlushError, NotLoadedError, StaleDataError } from "./errors.ts";
export { belongsTo, hasMany, hasOne, manyToMany, Relation } from "./relation.ts";
export type {
  BelongsToOptions,
  HasManyOptions,
  HasOneOptions,
  ManyToManyOptions,
  RelationOptions,
} from "./relation.ts";
export type { RelationAttribute } from "./relation-attribute.ts";
