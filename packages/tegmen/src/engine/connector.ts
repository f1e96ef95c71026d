import { type ConnectTarget, type Driver, type DriverConnection, DriverFailureError } from "../drivers/driver.ts";
import { type ConnectAttempt, ConnectError, fromServerError, NotSupportedError, sqlState } from "../errors/index.ts";
import {
  type ConnectionSettings,
  type HostPort,
  nodeTlsOptions,
  startupParameters,
  tlsAttempts,
} from "../url/index.ts";

/** What a connector is made of. */
export interface ConnectorOptions {
  readonly driver: Driver;
  readonly settings: ConnectionSettings;
  readonly applicationName: string;
  readonly allowPostgres: boolean;
  readonly preparedStatementCacheSize: number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** How long one host may take to answer, unless the URL says otherwise, in milliseconds. */
const defaultConnectTimeout = 10_000;

/**
 * Opens connections: tries the hosts in random order, each in the ways that
 * `sslmode` allows, until one lets us in.
 *
 * @returns a function for the pool
 * @throws (the function) {ConnectError} no host answered
 * @throws (the function) {DatabaseError} a host answered with an error that every other would give, too
 * @throws (the function) {ArgumentError} a certificate file is missing or not valid
 */
export function makeConnector(options: ConnectorOptions): (signal: AbortSignal) => Promise<DriverConnection> {
  return async (signal) => {
    const { settings } = options;
    // Loaded when it is needed: Node's TLS takes a good part of the time that an import of tegmen may take.
    const { loadTlsMaterial } = await import("../url/tls-material.ts");
    const material = await loadTlsMaterial(settings.tls);
    const failed: ConnectAttempt[] = [];
    for (const host of shuffled(settings.hosts, options.random)) {
      for (const way of tlsAttempts(settings.tls.mode, host.host)) {
        const tls = way === "tls" ? nodeTlsOptions(settings.tls, material, host.host) : false;
        try {
          const connection = await options.driver.connect(target(options, host, tls, signal));
          checkServer(connection, options.allowPostgres);
          return connection;
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof DriverFailureError)) throw error;
          failed.push({ host: host.host, port: host.port, error: error.failure.cause });
          if (error.failure.kind === "server" && !mayDifferElsewhere(error)) {
            throw fromServerError(error.failure.fields, { cause: error.failure.cause });
          }
        }
      }
    }
    throw new ConnectError(failed);
  };
}

function target(
  options: ConnectorOptions,
  { host, port }: HostPort,
  tls: ConnectTarget["tls"],
  signal: AbortSignal,
): ConnectTarget {
  const { settings } = options;
  return {
    host,
    port,
    user: settings.user,
    password: settings.password,
    database: settings.database,
    tls,
    startup: {
      application_name: options.applicationName,
      // Every digit of a FLOAT8 (before 22.2 the default rounds), and one time zone for all.
      extra_float_digits: "3",
      TimeZone: "UTC",
      ...startupParameters(settings),
    },
    connectTimeout: settings.connectTimeoutMs ?? defaultConnectTimeout,
    signal,
    preparedStatementCacheSize: options.preparedStatementCacheSize,
  };
}

/** A server that shuts down, is full, or is not ready says nothing about the others. */
function mayDifferElsewhere(error: DriverFailureError): boolean {
  const code = sqlState(error.failure.cause) ?? "";
  return code.startsWith("57P") || code.startsWith("53") || code.startsWith("58");
}

function checkServer(connection: DriverConnection, allowPostgres: boolean): void {
  if (allowPostgres || connection.serverParameters.has("crdb_version")) return;
  connection.destroy();
  const version = connection.serverParameters.get("server_version") ?? "unknown";
  throw new NotSupportedError(
    `The server at ${connection.address} is not CockroachDB: it reports server_version ${version} and no crdb_version. ` +
      "tegmen speaks CockroachDB's SQL; to try it on PostgreSQL all the same, set the engine option allowPostgres: true",
  );
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
