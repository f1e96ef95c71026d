import { OperationalError } from "./families.ts";
import { redactSecrets } from "./redact.ts";
import { sqlState } from "./retryable.ts";

/** One try to connect that failed. */
export interface ConnectAttempt {
  /** A host name, an address, or the directory or path of a unix socket. */
  readonly host: string;
  /** Undefined for what has no port. */
  readonly port?: number | undefined;
  /** Why it failed. */
  readonly error: unknown;
}

const unableToConnect = "08001";

/**
 * No connection could be made. The message lists every address that was tried with the reason, and what to do.
 * `code` is the server's SQLSTATE if one answered (28P01 for a wrong password), else 08001.
 *
 * SQLAlchemy raises `OperationalError` here.
 */
export class ConnectError extends OperationalError {
  static {
    this.prototype.name = "ConnectError";
  }

  /** What was tried, in order. */
  declare readonly attempts: readonly ConnectAttempt[];

  /**
   * @param attempts what was tried, in order; at least one
   */
  constructor(attempts: readonly ConnectAttempt[]) {
    const errors = attempts.map((attempt) => attempt.error);
    super(describe(attempts), {
      code: sqlState(new AggregateError(errors)) ?? unableToConnect,
      hint: advise(errors),
      connectionInvalidated: true,
      cause: errors.length === 1 ? errors[0] : new AggregateError(errors, "every address failed"),
    });
    Object.defineProperty(this, "attempts", { value: attempts, enumerable: false });
  }
}

function describe(attempts: readonly ConnectAttempt[]): string {
  const lines = attempts.map((attempt) => `${address(attempt)}: ${reason(attempt.error)}`);
  if (lines.length === 1) return `cannot connect to ${lines[0]}`;
  return [`cannot connect: ${lines.length} addresses were tried`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function address({ host, port }: ConnectAttempt): string {
  if (port === undefined || host.startsWith("/")) return host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function reason(error: unknown): string {
  const code = nodeCode(error);
  const known = code === undefined ? undefined : reasons.get(code);
  if (known !== undefined) return `${known} (${code})`;
  // Node's error for a name with several addresses has an empty message and the reasons inside.
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  const message = error instanceof Error ? error.message : String(error);
  return redactSecrets(message.split("\n", 1)[0] ?? "") || code || "no reason was given";
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "the connection was closed by the other side"],
  ["EPIPE", "the connection was closed by the other side"],
  ["ENOTFOUND", "the host name is not known"],
  ["EAI_AGAIN", "the host name could not be looked up"],
  ["ETIMEDOUT", "no answer in time"],
  ["EHOSTUNREACH", "the host cannot be reached"],
  ["ENETUNREACH", "the network cannot be reached"],
  ["ENOENT", "there is no such socket"],
  ["EACCES", "permission denied"],
]);

const certificateCodes: ReadonlySet<string> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** What to do, judged by the first error that tells. */
function advise(errors: readonly unknown[]): string {
  for (const error of errors) {
    const advice = adviseOnTls(error) ?? adviseFor(nodeCode(error) ?? "", sqlState(error) ?? "");
    if (advice !== undefined) return advice;
  }
  return "check the host and the port of the URL and that the server is running";
}

/** The words of node-postgres for a server without TLS, and of CockroachDB for a client without it. */
function adviseOnTls(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : "";
  if (/does not support (?:SSL|TLS)/i.test(message)) {
    return "the server has no TLS: if it is meant to be an insecure cluster, use sslmode=disable";
  }
  if (/(?:SSL|TLS)(?: connection)? (?:is )?required/i.test(message)) {
    return "the server demands TLS: use sslmode=verify-full, with sslrootcert=PATH if its authority is your own";
  }
  return undefined;
}

function adviseFor(node: string, state: string): string | undefined {
  if (state.startsWith("28")) return "check the user name and the password of the URL, and the client certificate";
  if (state === "3D000") return "check the name of the database: the server does not have it";
  if (state === "08004") return "check the cluster's name and host in the URL: the cloud refuses to route to it";
  if (state === "53300") return "the server has too many connections: use a smaller pool or fewer processes";
  if (state.startsWith("57P")) return "the server is starting or shutting down: try again, or name several hosts";
  if (certificateCodes.has(node)) {
    return "the server's certificate is of an authority that is not trusted here: give its certificate with sslrootcert=PATH";
  }
  if (node === "CERT_HAS_EXPIRED") return "the server's certificate has expired: renew it on the server";
  if (node === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "the certificate is for another host name: connect by a name it lists, or use sslmode=verify-ca";
  }
  if (node === "ENOTFOUND" || node === "EAI_AGAIN") return "check the host name of the URL";
  if (node === "ECONNREFUSED" || node === "ENOENT") {
    return "is a server running there? `npx tegmen demo` starts a temporary one";
  }
  if (node === "ETIMEDOUT") return "check the host, the port and the firewall between here and there";
  return undefined;
}

function nodeCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return nodeCode(error.errors[0]);
  return error instanceof Error ? nodeCode(error.cause) : undefined;
}
