import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { ArgumentError } from "../errors/index.ts";
import type { TlsSettings } from "./tls.ts";

/** Certificates and key in PEM, read and checked. */
export interface TlsMaterial {
  /** The authorities to trust; undefined for those Node trusts. */
  readonly ca: readonly string[] | undefined;
  readonly cert: string | undefined;
  /** The private key. Not enumerable. */
  readonly key: string | undefined;
  /** The passphrase of the private key. Not enumerable. */
  readonly passphrase: string | undefined;
}

/** Where {@link loadTlsMaterial} looks. */
export interface LoadTlsOptions {
  /** The home directory: its `.postgresql` holds the default files, and `~/` in a path stands for it. */
  readonly home?: string;
}

/**
 * Reads the certificates that TLS settings ask for. Files that are named have to exist; the default ones
 * (`~/.postgresql/root.crt`, `postgresql.crt` and `postgresql.key`) are used when they do. Nothing is cached, so
 * that a renewed certificate is used by the next connection.
 *
 * With verify-full and no root certificate at all, the authorities Node trusts are used, which is what CockroachDB
 * Cloud's certificates need; verify-ca then fails, because any certificate of a public authority would pass.
 *
 * @param settings the `tls` of `connectionSettings`
 * @param options where the default files are
 * @throws {ArgumentError} that names the file and says what is wrong with it: missing, unreadable, not a certificate,
 *   a key that others may read, a wrong passphrase, a key of another certificate
 */
export async function loadTlsMaterial(settings: TlsSettings, options: LoadTlsOptions = {}): Promise<TlsMaterial> {
  if (settings.mode === "disable") return new Material(undefined, undefined, undefined, undefined);
  const home = options.home ?? homedir();
  const ca = await loadRoots(settings, home);
  const client = await loadClient(settings, home);
  return new Material(ca, client?.cert, client?.key, client?.passphrase);
}

class Material implements TlsMaterial {
  readonly ca: readonly string[] | undefined;
  readonly cert: string | undefined;
  readonly #key: string | undefined;
  readonly #passphrase: string | undefined;

  constructor(
    ca: readonly string[] | undefined,
    cert: string | undefined,
    key: string | undefined,
    passphrase: string | undefined,
  ) {
    this.ca = ca;
    this.cert = cert;
    this.#key = key;
    this.#passphrase = passphrase;
  }

  get key(): string | undefined {
    return this.#key;
  }

  get passphrase(): string | undefined {
    return this.#passphrase;
  }
}

async function loadRoots(settings: TlsSettings, home: string): Promise<readonly string[] | undefined> {
  if (settings.rootCert === "system") return systemRoots();
  const isDefault = settings.rootCert === undefined;
  // Without a request for it, these modes verify nothing, and a root certificate meant for another server would only
  // be in the way.
  if (isDefault && (settings.mode === "allow" || settings.mode === "prefer")) return undefined;
  const path = resolve(settings.rootCert ?? "~/.postgresql/root.crt", home);
  if (isDefault && !(await exists(path))) {
    if (settings.mode !== "verify-ca") return undefined;
    throw new ArgumentError(
      `sslmode=verify-ca needs a root certificate, and ${path} does not exist: give one with sslrootcert=PATH, or use sslmode=verify-full`,
    );
  }
  const pem = await read(path, "root certificate", "sslrootcert");
  parseCertificate(pem, path, "root certificate");
  return [pem];
}

/** Node's own list and, where this version of Node can read it, the operating system's. */
function systemRoots(): readonly string[] | undefined {
  const get: unknown = Reflect.get(tls, "getCACertificates");
  if (typeof get !== "function") return undefined;
  const roots = ["default", "system"].flatMap((kind) => Reflect.apply(get, tls, [kind]) as readonly string[]);
  return [...new Set(roots)];
}

interface Client {
  readonly cert: string;
  readonly key: string;
  readonly passphrase: string | undefined;
}

async function loadClient(settings: TlsSettings, home: string): Promise<Client | undefined> {
  const certPath = resolve(settings.cert ?? "~/.postgresql/postgresql.crt", home);
  const keyPath = resolve(settings.key ?? "~/.postgresql/postgresql.key", home);
  const isDefault = settings.cert === undefined && settings.key === undefined;
  if (isDefault && !(await exists(certPath))) return undefined;
  try {
    return await readClient(certPath, keyPath, settings.keyPassword);
  } catch (error) {
    // Nobody asked for the default files, and these modes would go on without TLS anyway.
    if (isDefault && (settings.mode === "allow" || settings.mode === "prefer")) return undefined;
    throw error;
  }
}

async function readClient(certPath: string, keyPath: string, passphrase: string | undefined): Promise<Client> {
  const cert = await read(certPath, "client certificate", "sslcert");
  const certificate = parseCertificate(cert, certPath, "client certificate");
  const key = await read(keyPath, "private key", "sslkey");
  await checkPermissions(keyPath);
  const privateKey = parseKey(key, keyPath, passphrase);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ArgumentError(`the private key ${keyPath} does not belong to the client certificate ${certPath}`);
  }
  return { cert, key, passphrase };
}

function resolve(path: string, home: string): string {
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT" || fileErrorCode(error) === "ENOTDIR") return false;
    throw unreadable(path, "file", error);
  }
}

async function read(path: string, what: string, option: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT" || fileErrorCode(error) === "ENOTDIR") {
      throw new ArgumentError(`the ${what} ${path} does not exist: check ${option} in the connection URL`, {
        cause: error,
      });
    }
    throw unreadable(path, what, error);
  }
}

function unreadable(path: string, what: string, cause: unknown): ArgumentError {
  const reason = fileErrorCode(cause) ?? String(cause);
  return new ArgumentError(`the ${what} ${path} cannot be read (${reason})`, { cause });
}

function fileErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function parseCertificate(pem: string, path: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new ArgumentError(`the ${what} ${path} is not a certificate in PEM format`, { cause: error });
  }
}

/** libpq's rule: nobody else may read the key, but a key of root's may be read by its group. */
async function checkPermissions(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode, uid } = await stat(path);
  const forbidden = uid === 0 ? 0o037 : 0o077;
  if ((mode & forbidden) === 0) return;
  throw new ArgumentError(
    `the private key ${path} may be read by others: run chmod 600 on it (or 640 if it belongs to root)`,
  );
}

function parseKey(pem: string, path: string, passphrase: string | undefined): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
  } catch (error) {
    const encrypted = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem);
    if (!encrypted) throw new ArgumentError(`${path} is not a private key in PEM format`, { cause: error });
    throw new ArgumentError(
      passphrase === undefined
        ? `the private key ${path} is encrypted: give its passphrase with sslpassword`
        : `the private key ${path} cannot be decrypted: sslpassword is wrong`,
      { cause: error },
    );
  }
}
