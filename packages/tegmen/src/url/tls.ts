import { isIP } from "node:net";
import type { ConnectionOptions, PeerCertificate } from "node:tls";
import { isUnixSocket } from "./hosts.ts";
import type { SslMode } from "./query-options.ts";
import type { TlsMaterial } from "./tls-material.ts";

/** What a connection URL says about TLS. No file has been looked at yet. */
export interface TlsSettings {
  /** As given, or chosen by `connectionSettings`: verify-full off this machine, prefer on it. */
  readonly mode: SslMode;
  /** `sslrootcert`: a path, `system` for the authorities this machine trusts, or undefined for the default file. */
  readonly rootCert: string | undefined;
  /** `sslcert`: the path of the client's certificate, or undefined for the default file. */
  readonly cert: string | undefined;
  /** `sslkey`: the path of the client's private key, or undefined for the default file. */
  readonly key: string | undefined;
  /** `sslpassword`: the passphrase of the private key. Not enumerable. */
  readonly keyPassword: string | undefined;
}

/** A way to speak to a server: in plain text or over TLS. */
export type TlsAttempt = "plain" | "tls";

/**
 * The ways to try, in order, as libpq does: the second one only after the first was refused. Over a unix socket there
 * is no TLS, whatever the mode.
 *
 * @param mode the `sslmode`
 * @param host the host that is tried, if it may be a unix socket
 *
 * @example
 * ```ts
 * tlsAttempts("prefer"); // ["tls", "plain"]
 * ```
 */
export function tlsAttempts(mode: SslMode, host?: string): readonly TlsAttempt[] {
  if (host !== undefined && isUnixSocket(host)) return ["plain"];
  switch (mode) {
    case "disable":
      return ["plain"];
    case "allow":
      return ["plain", "tls"];
    case "prefer":
      return ["tls", "plain"];
    default:
      return ["tls"];
  }
}

/**
 * Node's options for a TLS connection to one host.
 *
 * The name of the host is sent (SNI) so that CockroachDB Cloud can route the connection, unless it is an address. TLS
 * 1.2 is the oldest version accepted, as in libpq.
 *
 * @param settings what the URL says
 * @param material the certificates, from `loadTlsMaterial`
 * @param host the host to connect to; verify-full demands that the certificate names it
 */
export function nodeTlsOptions(settings: TlsSettings, material: TlsMaterial, host: string): ConnectionOptions {
  const verify = verification(settings, material);
  return {
    minVersion: "TLSv1.2",
    rejectUnauthorized: verify !== "none",
    // Node would compare with `servername`, which an address does not have.
    checkServerIdentity: (_: string, certificate: PeerCertificate): Error | undefined =>
      verify === "full" ? process.getBuiltinModule("node:tls").checkServerIdentity(host, certificate) : undefined,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(material.ca === undefined ? {} : { ca: [...material.ca] }),
    ...(material.cert === undefined ? {} : { cert: material.cert }),
    ...(material.key === undefined ? {} : { key: material.key }),
    ...(material.passphrase === undefined ? {} : { passphrase: material.passphrase }),
  };
}

/** What is asked of the server's certificate: nothing, a known authority, or also the right name. */
function verification(settings: TlsSettings, material: TlsMaterial): "none" | "ca" | "full" {
  switch (settings.mode) {
    case "verify-full":
      return "full";
    case "verify-ca":
      return "ca";
    case "require":
      // libpq: "if a root CA file exists, the behavior of sslmode=require will be the same as that of verify-ca".
      return material.ca === undefined ? "none" : "ca";
    default:
      return settings.rootCert !== undefined && material.ca !== undefined ? "ca" : "none";
  }
}
