import type { Driver } from "../drivers/driver.ts";
import { ArgumentError } from "../errors/index.ts";
import type { PoolSettings } from "../pool/index.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { DecodeOptions } from "../types/index.ts";
import { type BeginOptions, checkBeginOptions } from "./begin.ts";
import type { Logger } from "./logger.ts";

/** Options of {@link createEngine}. Times are milliseconds. */
export interface EngineOptions extends PoolSettings, DecodeOptions, BeginOptions {
  /** Log every statement: true for standard output, or a logger with `info` and `debug` (pino, console). Default false. */
  readonly echo?: boolean | Logger | undefined;
  /** Keep values out of logs, errors and events. Default false. */
  readonly hideParameters?: boolean | undefined;
  /** Shown in SHOW SESSIONS and the DB Console. Default `tegmen`, or what the URL says. */
  readonly applicationName?: string | undefined;
  /** Accept a server that is not CockroachDB. Default false. */
  readonly allowPostgres?: boolean | undefined;
  /** How many prepared statements each connection keeps; 0 prepares none. Default 256. */
  readonly preparedStatementCacheSize?: number | undefined;
  /** A driver of your own, instead of the one that the URL names. */
  readonly driver?: Driver | undefined;
}

// Every option by name, so that a new one cannot be forgotten here.
const known: Readonly<Record<keyof EngineOptions, true>> = {
  echo: true,
  hideParameters: true,
  applicationName: true,
  allowPostgres: true,
  preparedStatementCacheSize: true,
  driver: true,
  poolSize: true,
  maxOverflow: true,
  poolTimeout: true,
  poolRecycle: true,
  poolPrePing: true,
  poolUseLifo: true,
  poolResetOnReturn: true,
  int8: true,
  timestampPrecision: true,
  decimal: true,
  isolationLevel: true,
  readOnly: true,
  asOfSystemTime: true,
  priority: true,
};

/** 30 minutes: CockroachDB's advice is 5 to 30, so that load moves to new nodes and certificates are renewed. */
export const defaultPoolRecycle = 1_800_000;

/** @throws {ArgumentError} naming the option that does not exist, or whose value cannot be used. */
export function checkEngineOptions(options: EngineOptions): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new ArgumentError(`createEngine has no option "${name}": ${didYouMean(name, Object.keys(known))}`);
    }
  }
  checkBeginOptions(options);
  const { preparedStatementCacheSize: size, applicationName } = options;
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new ArgumentError(`preparedStatementCacheSize takes a whole number, 0 for none; got ${JSON.stringify(size)}`);
  }
  if (applicationName !== undefined && typeof applicationName !== "string") {
    throw new ArgumentError(`applicationName takes a string; got ${JSON.stringify(applicationName)}`);
  }
}
