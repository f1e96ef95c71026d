import type { Pool, PooledConnection } from "../pool/index.ts";
import type { CompileContext } from "../sql/executable.ts";
import type { BeginOptions } from "./begin.ts";
import type { EngineEvents } from "./events.ts";
import type { Logger } from "./logger.ts";
import type { RowPlans } from "./row-reader.ts";

/** What an engine shares with its connections. */
export interface EngineContext {
  readonly pool: Pool;
  /** The name of the driver. */
  readonly driver: string;
  readonly events: EngineEvents;
  readonly logger: Logger | undefined;
  readonly hideParameters: boolean;
  /** How transactions begin unless a connection says otherwise. */
  readonly begin: BeginOptions;
}

/** What is known of one server connection for as long as it lives. */
export interface ConnectionMemory {
  readonly plans: RowPlans;
  readonly compile: CompileContext;
}

const memoryKey = Symbol("tegmen.engine");

export function remember(info: Map<unknown, unknown>, memory: ConnectionMemory): void {
  info.set(memoryKey, memory);
}

export function memoryOf(pooled: PooledConnection): ConnectionMemory {
  return pooled.info.get(memoryKey) as ConnectionMemory;
}
