import { isIP, isIPv6 } from "node:net";
import { ArgumentError } from "../errors/index.ts";

/** One server of a connection URL. */
export interface HostPort {
  /** A host name, an address (IPv6 without brackets), or the directory of a unix socket, beginning with `/`. */
  readonly host: string;
  readonly port: number;
}

/** CockroachDB's port. */
export const defaultPort: number = 26257;

/** The host of a URL that names none. */
export const defaultHost: string = "localhost";

// What can be in a host name, an internationalized one included, and could not be taken for other parts of a URL.
const hostName = /^[^\s\p{Cc}/?#@[\]:,%\\<>^|"`{}]+$/u;

/**
 * Tells whether the host is the directory of a unix socket. The socket in it is `.s.PGSQL.PORT`.
 *
 * @param host the host of a {@link HostPort}
 */
export function isUnixSocket(host: string): boolean {
  return host.startsWith("/");
}

/**
 * Tells whether the host is this machine: a unix socket, `localhost` or a loopback address.
 *
 * @param host the host of a {@link HostPort}
 */
export function isLocalHost(host: string): boolean {
  if (isUnixSocket(host)) return true;
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (isIP(name) === 4) return name.startsWith("127.");
  return /^(?:0*:)+0*1$/.test(name) || /^::ffff:127\.\d+\.\d+\.\d+$/.test(name);
}

/**
 * Checks a host and a port.
 *
 * @throws {ArgumentError} for what cannot be a host or a port; the message does not repeat the text, because in a
 * URL with a character left unencoded it may be a piece of the password
 */
export function checkHostPort(host: string, port: number, which: string): HostPort {
  const valid = isUnixSocket(host) ? !/[\0,]|\p{Surrogate}/u.test(host) : isIPv6(host) || hostName.test(host);
  if (!valid)
    throw new ArgumentError(`${which} of the connection URL is not a host name, an address or a socket directory`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new ArgumentError(`the port of ${which} of the connection URL is not a number from 1 to 65535`);
  }
  return Object.freeze({ host, port });
}

/**
 * Writes a host and its port as in the authority of a URL.
 *
 * @returns for example `db1:26257`, `[::1]:26257` or `%2Ftmp:26257`
 */
export function formatHostPort({ host, port }: HostPort): string {
  if (isIPv6(host)) return `[${host.replace("%", "%25")}]:${port}`;
  return `${isUnixSocket(host) ? encodeURIComponent(host) : host}:${port}`;
}
