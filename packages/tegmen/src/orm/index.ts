/**
 * The ORM: classes for tables, sessions, the unit of work.
 *
 * @module
 */

export { aliased, type Aliased } from "./aliased.ts";
export {
  type AuditColumns,
  type BaseMaker,
  BigIntAuditBase,
  BigIntBase,
  type BigIntKey,
  IdentityAuditBase,
  IdentityBase,
  NanoIDAuditBase,
  NanoIDBase,
  type NanoIDKey,
  type ReadyMadeBases,
  UUIDAuditBase,
  UUIDBase,
  type UUIDKey,
  UUIDv6AuditBase,
  UUIDv6Base,
  UUIDv7AuditBase,
  UUIDv7Base,
} from "./bases.ts";
export { declarativeBase, type DeclarativeBase, type DeclarativeBaseOptions } from "./declarative-base.ts";
export { columnProperty, type ColumnPropertyOptions, hybrid } from "./computed.ts";
export { entity, type ColumnBuilders } from "./entity.ts";
export type { EntityOptions, Polymorphic, PolymorphicIdentity, Validator } from "./entity-options.ts";
export type { AnyEntity, EntityClass, InstanceOf, NewValues } from "./entity-types.ts";
export { ConcurrentSessionError, DetachedInstanceError, FlushError, NotLoadedError, StaleDataError } from "./errors.ts";
export { inherit, type InheritOptions, type SubEntity } from "./inherit.ts";
export { nanoid, uuidv6, uuidv7 } from "./keys.ts";
export {
  containsEager,
  defer,
  joinedload,
  type JoinedOptions,
  Load,
  loadOnly,
  raiseload,
  selectinload,
  type SelectinOptions,
  undefer,
} from "./loading/options.ts";
export type { CheckedPath } from "./loading/paths.ts";
export { belongsTo, hasMany, hasOne, manyToMany, Relation } from "./relation.ts";
export type {
  BelongsToOptions,
  HasManyOptions,
  HasOneOptions,
  ManyToManyOptions,
  RelationOptions,
} from "./relation.ts";
export type { RelationAttribute } from "./relation-attribute.ts";
export { type EntityEventName, type EntityListener, listen } from "./session/entity-events.ts";
export type { SessionEventName, SessionEvents, SessionListener } from "./session/events.ts";
export type { SessionExecuteOptions } from "./session/executor.ts";
export type { IdentityView } from "./session/identity-view.ts";
export { type AttributeHistory, inspectObject, type ObjectInspection } from "./session/inspect-object.ts";
export type { SessionOptions } from "./session/options.ts";
export type { FilterValues, Query } from "./session/query.ts";
export { type GetOptions, Session } from "./session/session.ts";
export { sessionmaker, type SessionMaker } from "./session/sessionmaker.ts";
export type { SessionTransaction } from "./session/session-transaction.ts";
export type { SynchronizeSession } from "./session/synchronize.ts";
export type { PrimaryKeyOf, SessionRow, SessionScalar } from "./session/types.ts";
export type { ObjectStatus } from "./state.ts";
export { assign, type Assignments } from "./unit-of-work/assign.ts";
