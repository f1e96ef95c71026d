import type { HostPort } from "./hosts.ts";
import { isLocalHost } from "./hosts.ts";
import { parseUrl } from "./parse-url.ts";
import type { SslMode } from "./query-options.ts";
import { isSslMode, parseConnectTimeout, parseStatementTimeout } from "./query-options.ts";
import { parseStartupOptions } from "./startup-options.ts";
import type { TlsSettings } from "./tls.ts";
import type { Url } from "./url.ts";

/** What a driver has to know to connect. Passwords are not enumerable. */
export interface ConnectionSettings {
  readonly driver: "pg" | "postgres";
  /** In the order of the URL; at least one. */
  readonly hosts: readonly HostPort[];
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: TlsSettings;
  /** The `options` startup parameter as it stands in the URL; CockroachDB Cloud reads `--cluster=` from it. */
  readonly options: string | undefined;
  /** The name after `--cluster=` in `options`. */
  readonly clusterName: string | undefined;
  /** The session variables that `options` sets. */
  readonly sessionVariables: Readonly<Record<string, string>>;
  readonly applicationName: string | undefined;
  /** Milliseconds; 0 for no limit, undefined when the URL does not say. */
  readonly connectTimeoutMs: number | undefined;
  /** Milliseconds; 0 for no limit, undefined when the URL does not say. */
  readonly statementTimeoutMs: number | undefined;
}

/**
 * Turns a URL into what a driver needs. Reads no file: `loadTlsMaterial` does.
 *
 * Without `sslmode`, a host that is not this machine is only spoken to with verify-full, never in plain text; on
 * this machine it is prefer. A root certificate that is named makes it verify-full everywhere.
 *
 * @param url a connection URL
 * @throws {ArgumentError} if a string is given that is not a connection URL
 *
 * @example
 * ```ts
 * connectionSettings("cockroachdb://app@db.example.com/bank").tls.mode; // "verify-full"
 * ```
 */
export function connectionSettings(url: Url | string): ConnectionSettings {
  return new Settings(typeof url === "string" ? parseUrl(url) : url);
}

/**
 * The startup parameters of a connection besides user and database.
 *
 * @param settings from {@link connectionSettings}
 * @returns `options`, `application_name` and `statement_timeout`, as far as they are set
 */
export function startupParameters(settings: ConnectionSettings): Readonly<Record<string, string>> {
  const { options, applicationName, statementTimeoutMs } = settings;
  return {
    ...(options === undefined ? {} : { options }),
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: String(statementTimeoutMs) }),
  };
}

// The passwords are getters of a class, not fields, so that no logger or inspection of any depth shows them.
class Settings implements ConnectionSettings {
  readonly driver: "pg" | "postgres";
  readonly hosts: readonly HostPort[];
  readonly user: string;
  readonly database: string;
  readonly tls: TlsSettings;
  readonly options: string | undefined;
  readonly clusterName: string | undefined;
  readonly sessionVariables: Readonly<Record<string, string>>;
  readonly applicationName: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly statementTimeoutMs: number | undefined;
  readonly #url: Url;

  constructor(url: Url) {
    const { options, application_name, connect_timeout, statement_timeout } = url.query;
    const startup = parseStartupOptions(options ?? "");
    this.#url = url;
    this.driver = url.driverName === "cockroachdb+postgres" ? "postgres" : "pg";
    this.hosts = url.hosts;
    this.user = url.username;
    this.database = url.database;
    this.tls = new Tls(url);
    this.options = options;
    this.clusterName = startup.clusterName;
    this.sessionVariables = startup.variables;
    this.applicationName = application_name;
    this.connectTimeoutMs = connect_timeout === undefined ? undefined : parseConnectTimeout(connect_timeout);
    this.statementTimeoutMs = statement_timeout === undefined ? undefined : parseStatementTimeout(statement_timeout);
    Object.freeze(this);
  }

  get password(): string | undefined {
    return this.#url.password;
  }
}

class Tls implements TlsSettings {
  readonly mode: SslMode;
  readonly rootCert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly #url: Url;

  constructor(url: Url) {
    const { sslmode, sslrootcert, sslcert, sslkey } = url.query;
    this.#url = url;
    this.mode = sslmode !== undefined && isSslMode(sslmode) ? sslmode : defaultMode(url);
    this.rootCert = sslrootcert;
    this.cert = sslcert;
    this.key = sslkey;
    Object.freeze(this);
  }

  get keyPassword(): string | undefined {
    return this.#url.sslPassword;
  }
}

function defaultMode(url: Url): SslMode {
  const local = url.hosts.every(({ host }) => isLocalHost(host));
  return local && url.query["sslrootcert"] === undefined ? "prefer" : "verify-full";
}
