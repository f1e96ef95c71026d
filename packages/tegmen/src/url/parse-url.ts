import { ArgumentError } from "../errors/index.ts";
import { defaultHost } from "./hosts.ts";
import { fieldOptions } from "./query-options.ts";
import type { UrlFields } from "./url.ts";
import { Url } from "./url.ts";

type Hosts = NonNullable<UrlFields["hosts"]>;

const example = "cockroachdb://root@localhost:26257/defaultdb";

/**
 * Reads a connection URL:
 * `cockroachdb://user:password@host1:26257,host2:26257/database?sslmode=verify-full&application_name=bank`.
 *
 * - Schemes: `cockroachdb`, `cockroachdb+pg`, `cockroachdb+postgres`, `postgresql`, `postgres`.
 * - Several hosts are separated by commas, each with its own port; IPv6 addresses are in brackets. `?host=a,b&port=1,2`
 *   does the same and wins, as in libpq; so do `user`, `password` and `dbname`.
 * - A unix socket is `?host=/directory`, or the directory percent-encoded as the host.
 * - Special characters are percent-encoded; `+` stands for itself. The last `@` before the first `/` or `?` ends the
 *   password, so an unencoded `@` in it does no harm.
 * - Defaults: port 26257, host `localhost`, user `root` and database `defaultdb`.
 *
 * SQLAlchemy: `make_url()`.
 *
 * @param text the URL; white space around it is ignored
 * @returns the parts of the URL
 * @throws {ArgumentError} that says what is wrong, without repeating what may be a password
 *
 * @example
 * ```ts
 * parseUrl("cockroachdb://app@db1,db2:26258/bank").hosts; // [{ host: "db1", port: 26257 }, { host: "db2", port: 26258 }]
 * ```
 */
export function parseUrl(text: string): Url {
  const given: unknown = text;
  if (typeof given !== "string" || text.trim() === "") {
    const problem = typeof given === "string" ? "empty" : `not a string but ${typeof given}`;
    throw new ArgumentError(
      `the connection URL is ${problem}: is the environment variable set? It looks like ${example}`,
    );
  }
  const url = text.trim();
  const schemeEnd = url.indexOf("://");
  if (schemeEnd === -1) throw new ArgumentError(`the connection URL has no "://": it looks like ${example}`);
  const rest = url.slice(schemeEnd + 3);
  const firstDelimiter = rest.search(/[/?]/);
  const authorityEnd = firstDelimiter === -1 ? rest.length : firstDelimiter;
  const queryStart = rest.indexOf("?", authorityEnd);
  const path = rest.slice(authorityEnd, queryStart === -1 ? rest.length : queryStart);
  const query = queryStart === -1 ? "" : rest.slice(queryStart + 1);
  // A password with an unencoded "/" or "?" ends up here; connecting to what is left would be wrong.
  if (path.includes("@")) throw unencodedError();
  try {
    const authority = parseAuthority(rest.slice(0, authorityEnd));
    const database = decode(path.slice(1), "database name");
    return new Url({
      driverName: url.slice(0, schemeEnd),
      ...authority,
      database,
      ...parseQuery(query, authority.hosts),
    });
  } catch (error) {
    if (query.includes("@")) throw unencodedError();
    throw error;
  }
}

function parseAuthority(authority: string): UrlFields & { readonly hosts: Hosts } {
  const userEnd = authority.lastIndexOf("@");
  const credentials = authority.slice(0, Math.max(userEnd, 0));
  const colon = credentials.indexOf(":");
  return {
    username: decode(colon === -1 ? credentials : credentials.slice(0, colon), "user name"),
    password: colon === -1 ? undefined : decode(credentials.slice(colon + 1), "password"),
    hosts: authority
      .slice(userEnd + 1)
      .split(",")
      .map(parseHost),
  };
}

function parseHost(text: string, index: number, all: readonly string[]): { host: string; port?: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || (bracketed !== undefined && !bracketed.includes(":"))) {
    throw new ArgumentError(
      `host ${index + 1} of the connection URL cannot be read: expected host, host:port or [IPv6]:port`,
    );
  }
  if (host === "" && all.length > 1) throw new ArgumentError(`host ${index + 1} of the connection URL is empty`);
  return {
    // In brackets a zone may stand with its % encoded, as RFC 6874 has it, or plain, as people write it.
    host: bracketed === undefined ? decode(host, "host") || defaultHost : bracketed.replace("%25", "%"),
    ...(port ? { port: Number(port) } : {}),
  };
}

function parseQuery(text: string, authorityHosts: Hosts): UrlFields {
  const options = new Map<string, string>();
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals === -1) throw new ArgumentError("an option of the connection URL has no value: expected name=value");
    const name = decode(part.slice(0, equals), "option name");
    if (options.has(name)) {
      throw new ArgumentError(`the connection URL has the option ${JSON.stringify(name.slice(0, 40))} twice`);
    }
    options.set(name, decode(part.slice(equals + 1), "option value"));
  }
  const hosts = hostsOf(authorityHosts, options.get("host"), options.get("port"));
  const fields = definedOnly({
    username: options.get("user"),
    password: options.get("password"),
    database: options.get("dbname"),
    sslPassword: options.get("sslpassword"),
  });
  for (const name of fieldOptions) options.delete(name);
  return { ...fields, hosts, query: Object.fromEntries(options) };
}

/** `?host=a,b&port=1,2` win over the hosts and the ports before; a single port is for every host. */
function hostsOf(authorityHosts: Hosts, hostList: string | undefined, portList: string | undefined): Hosts {
  const hosts = hostList ? hostList.split(",").map((host) => ({ host: host || defaultHost })) : authorityHosts;
  if (!portList) return hosts;
  const ports = portList.split(",");
  if (ports.length > 1 && ports.length !== hosts.length) {
    throw new ArgumentError(`the connection URL has ${hosts.length} hosts but ${ports.length} in port=`);
  }
  return hosts.map(({ host }, index) => {
    const port = ports.length === 1 ? ports[0] : ports[index];
    return port ? { host, port: /^\d+$/.test(port) ? Number(port) : Number.NaN } : { host };
  });
}

/** An empty part does not replace what another part of the URL says. */
function definedOnly(fields: UrlFields): UrlFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ArgumentError(
      `the ${what} of the connection URL is not percent-encoded UTF-8: write a percent sign as %25`,
    );
  }
}

function unencodedError(): ArgumentError {
  return new ArgumentError(
    "the connection URL has an @ after its host: percent-encode the special characters of the password (/ as %2F, ? as %3F, # as %23, @ as %40), or use makeUrl",
  );
}
