export { Pool } from "./pool.ts";
export { PooledConnection } from "./pooled-connection.ts";
export { PoolStatus } from "./status.ts";
export type { PoolEventName, PoolEventSink, PoolMember, PoolOptions, PoolSettings } from "./options.ts";
