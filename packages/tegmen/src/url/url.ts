import { inspect } from "node:util";
import { ArgumentError } from "../errors/index.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { HostPort } from "./hosts.ts";
import { checkHostPort, defaultHost, defaultPort, formatHostPort } from "./hosts.ts";
import { checkQuery } from "./query-options.ts";

/** What stands before `://`. Those without a driver's name use the default one, `pg`. */
export type DriverName = "cockroachdb" | "cockroachdb+pg" | "cockroachdb+postgres" | "postgresql" | "postgres";

const driverNames: readonly DriverName[] = [
  "cockroachdb",
  "cockroachdb+pg",
  "cockroachdb+postgres",
  "postgresql",
  "postgres",
];

/** The user of a URL that names none: CockroachDB's tools do the same; libpq would take the operating system's user. */
export const defaultUser: string = "root";

/** The database of a URL that names none. */
export const defaultDatabase: string = "defaultdb";

/** What {@link makeUrl} makes a URL of. Everything has a default. */
export interface UrlFields {
  /** `cockroachdb` unless given. */
  readonly driverName?: string | undefined;
  /** `root` unless given. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** `localhost` unless given; a port is 26257 unless given. */
  readonly hosts?: readonly { readonly host: string; readonly port?: number | undefined }[] | undefined;
  /** `defaultdb` unless given. */
  readonly database?: string | undefined;
  /** `sslmode`, `application_name` and so on. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** The passphrase of the client's private key. */
  readonly sslPassword?: string | undefined;
}

const fieldNames = ["driverName", "username", "password", "hosts", "database", "query", "sslPassword"];

/**
 * A connection URL in its parts. Immutable. Its passwords are in no string form of it: not in `toString()`, not in
 * `JSON.stringify`, not in `util.inspect`, and they are not copied by a spread. Made by `parseUrl` and
 * {@link makeUrl}.
 *
 * SQLAlchemy: `sqlalchemy.engine.URL`.
 */
export class Url {
  static {
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: Url): string {
        return `Url(${this.renderAsString()})`;
      },
    });
  }

  readonly driverName: DriverName;
  readonly username: string;
  readonly hosts: readonly HostPort[];
  readonly database: string;
  /** The options after `?`, those without a value left out. */
  readonly query: Readonly<Record<string, string>>;
  readonly #password: string | undefined;
  readonly #sslPassword: string | undefined;

  /** Use `parseUrl` or {@link makeUrl}. */
  constructor(fields: UrlFields) {
    const unknown = Object.keys(fields).find((name) => !fieldNames.includes(name));
    if (unknown !== undefined) {
      throw new ArgumentError(`unknown field "${unknown}" of a connection URL: ${didYouMean(unknown, fieldNames)}`);
    }
    this.driverName = checkDriverName(fields.driverName ?? "cockroachdb");
    this.username = checkText(fields.username, "user name") ?? defaultUser;
    this.#password = checkText(fields.password, "password");
    this.#sslPassword = checkText(fields.sslPassword, "sslpassword");
    const hosts = fields.hosts === undefined || fields.hosts.length === 0 ? [{ host: defaultHost }] : fields.hosts;
    this.hosts = Object.freeze(
      hosts.map(({ host, port }, index) => checkHostPort(host, port ?? defaultPort, `host ${index + 1}`)),
    );
    this.database = checkText(fields.database, "database name") ?? defaultDatabase;
    const { sslpassword, ...query } = fields.query ?? {};
    this.query = checkQuery(query);
    this.#sslPassword ??= checkText(sslpassword, "sslpassword");
    Object.freeze(this);
  }

  /** The password, or undefined. */
  get password(): string | undefined {
    return this.#password;
  }

  /** The passphrase of the client's private key (`sslpassword`), or undefined. */
  get sslPassword(): string | undefined {
    return this.#sslPassword;
  }

  /**
   * Copies the URL with some fields changed.
   *
   * SQLAlchemy: `URL.set()`.
   *
   * @param fields the fields to replace; `query` is replaced as a whole
   * @returns another URL, passwords included
   * @throws {ArgumentError} for a field that is not valid
   *
   * @example
   * ```ts
   * parseUrl("cockroachdb://root@localhost/bank").set({ database: "system" });
   * ```
   */
  set(fields: UrlFields): Url {
    const { driverName, username, hosts, database, query } = this;
    const secrets = { password: this.#password, sslPassword: this.#sslPassword };
    return new Url({ driverName, username, hosts, database, query, ...secrets, ...fields });
  }

  /**
   * Writes the URL in its canonical form, which `parseUrl` reads back.
   *
   * SQLAlchemy: `URL.render_as_string()`.
   *
   * @param options `hidePassword: false` for those who must have the passwords; the default writes `***`
   */
  renderAsString(options: { readonly hidePassword?: boolean } = {}): string {
    const hide = options.hidePassword ?? true;
    const secret = (text: string) => (hide ? "***" : encode(text));
    const password = this.#password === undefined ? "" : `:${secret(this.#password)}`;
    const hosts = this.hosts.map(formatHostPort).join(",");
    const query = Object.entries(this.query).map(([name, value]) => `${name}=${encode(value)}`);
    if (this.#sslPassword !== undefined) query.push(`sslpassword=${secret(this.#sslPassword)}`);
    const start = `${this.driverName}://${encode(this.username)}${password}@${hosts}/${encode(this.database)}`;
    return query.length === 0 ? start : `${start}?${query.join("&")}`;
  }

  /** The URL with `***` for each password. */
  toString(): string {
    return this.renderAsString();
  }
}

/**
 * Makes a connection URL of its parts. Nothing has to be encoded.
 *
 * SQLAlchemy: `URL.create()`.
 *
 * @param fields the parts; everything has a default
 * @throws {ArgumentError} for a part that is not valid
 *
 * @example
 * ```ts
 * const url = makeUrl({ username: "app", password: secret, hosts: [{ host: "db1" }, { host: "db2" }], database: "bank" });
 * ```
 */
export function makeUrl(fields: UrlFields): Url {
  return new Url(fields);
}

function checkDriverName(name: string): DriverName {
  const driverName = driverNames.find((known) => known === name.toLowerCase());
  if (driverName === undefined) {
    const shown = /^[\w+.:-]{1,40}$/.test(name) ? ` "${name}://"` : "";
    throw new ArgumentError(
      `a connection URL cannot begin with${shown || " this"}: ${didYouMean(name, driverNames)}, as in cockroachdb://root@localhost:26257/defaultdb`,
    );
  }
  return driverName;
}

/** An empty part counts as not given, as in libpq. */
function checkText(text: string | undefined, what: string): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (typeof text !== "string") throw new ArgumentError(`the ${what} of a connection URL has to be a string`);
  if (/\0|\p{Surrogate}/u.test(text)) {
    throw new ArgumentError(`the ${what} of a connection URL contains a NUL character or half of a surrogate pair`);
  }
  return text;
}

/** Also the characters that quotes and brackets around a URL in a text would be taken for. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/['()*!]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
