import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import { connect, createServer } from "node:tls";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError } from "../errors/index.ts";
import type { TlsMaterial, TlsSettings } from "./index.ts";
import { nodeTlsOptions, tlsAttempts } from "./index.ts";
import { loadTlsMaterial } from "./tls-material.ts";
import { issue } from "./testing-support/certificates.ts";

const authority = issue({ subject: "Test CA" });
const otherAuthority = issue({ subject: "Other CA" });
const server = issue({ subject: "node", names: ["db.test", "127.0.0.1"], issuer: authority });
const client = issue({ subject: "root", issuer: authority });
const passphrase = "s3cret passphrase";
const encryptedKey = client.keyObject
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
  .toString();

let folder = "";
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-tls-"));
  const files: Record<string, string> = {
    "ca.crt": authority.cert,
    "other-ca.crt": otherAuthority.cert,
    "client.crt": client.cert,
    "client.key": client.key,
    "encrypted.key": encryptedKey,
    "open.key": client.key,
    "server.key": server.key,
    "junk.pem": "junk",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path(name), text, { mode: 0o600 });
  await chmod(path("open.key"), 0o644);
  await mkdir(path("empty-home"));
  await mkdir(path("home/.postgresql"), { recursive: true });
  await writeFile(path("home/.postgresql/root.crt"), authority.cert);
  await writeFile(path("home/.postgresql/postgresql.crt"), client.cert);
  await writeFile(path("home/.postgresql/postgresql.key"), client.key, { mode: 0o600 });
  await mkdir(path("careless-home/.postgresql"), { recursive: true });
  await writeFile(path("careless-home/.postgresql/postgresql.crt"), client.cert);
  await writeFile(path("careless-home/.postgresql/postgresql.key"), client.key, { mode: 0o644 });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function settings(given: Partial<TlsSettings>): TlsSettings {
  return {
    mode: "verify-full",
    rootCert: undefined,
    cert: undefined,
    key: undefined,
    keyPassword: undefined,
    ...given,
  };
}

function load(given: Partial<TlsSettings>, home = "empty-home"): Promise<TlsMaterial> {
  return loadTlsMaterial(settings(given), { home: path(home) });
}

describe("tlsAttempts", () => {
  it("are libpq's", () => {
    expect(tlsAttempts("disable")).toEqual(["plain"]);
    expect(tlsAttempts("allow")).toEqual(["plain", "tls"]);
    expect(tlsAttempts("prefer", "localhost")).toEqual(["tls", "plain"]);
    for (const mode of ["require", "verify-ca", "verify-full"] as const) expect(tlsAttempts(mode)).toEqual(["tls"]);
    expect(tlsAttempts("verify-full", "/tmp")).toEqual(["plain"]);
  });
});

describe("loadTlsMaterial", () => {
  it("reads what is named", async () => {
    const material = await load({ rootCert: path("ca.crt"), cert: path("client.crt"), key: path("client.key") });
    expect(material.ca).toEqual([authority.cert]);
    expect([material.cert, material.key, material.passphrase]).toEqual([client.cert, client.key, undefined]);
  });

  it("reads the default files when they exist, and expands ~/", async () => {
    const material = await load({ mode: "require" }, "home");
    expect([material.ca, material.cert, material.key]).toEqual([[authority.cert], client.cert, client.key]);
    const none = await load({});
    expect([none.ca, none.cert, none.key]).toEqual([undefined, undefined, undefined]);
    expect((await load({ rootCert: "~/.postgresql/root.crt" }, "home")).ca).toEqual([authority.cert]);
  });

  it("reads nothing at all with disable", async () => {
    const material = await load({ mode: "disable", rootCert: path("missing"), cert: path("missing") }, "home");
    expect(material).toMatchObject({ ca: undefined, cert: undefined });
  });

  it("takes no default root certificate and no unusable default key where nothing has to be verified", async () => {
    for (const mode of ["prefer", "allow"] as const) {
      expect((await load({ mode }, "home")).ca).toBeUndefined();
      expect((await load({ mode }, "careless-home")).cert).toBeUndefined();
      expect((await load({ mode, rootCert: path("ca.crt") })).ca).toEqual([authority.cert]);
    }
    await expect(load({ mode: "require" }, "careless-home")).rejects.toThrow("may be read by others");
  });

  it("trusts the system's authorities on request", async () => {
    const material = await load({ rootCert: "system" });
    expect(material.ca === undefined || material.ca.length > 50).toBe(true);
  });

  it("decrypts a key, and shows neither it nor its passphrase", async () => {
    const material = await load({ cert: path("client.crt"), key: path("encrypted.key"), keyPassword: passphrase });
    expect([material.key, material.passphrase]).toEqual([encryptedKey, passphrase]);
    const shown = `${inspect(material, { showHidden: true })} ${JSON.stringify(material)}`;
    expect(shown).not.toContain("s3cret");
    expect(shown).not.toContain("PRIVATE KEY");
  });

  it.each<[given: () => Partial<TlsSettings>, message: RegExp]>([
    [() => ({ rootCert: path("none.crt") }), /root certificate .*none\.crt does not exist: check sslrootcert/],
    [() => ({ rootCert: path("junk.pem") }), /junk\.pem is not a certificate in PEM format/],
    [() => ({ rootCert: folder }), /cannot be read \(EISDIR\)/],
    [() => ({ mode: "verify-ca" }), /root\.crt does not exist: give one with sslrootcert=PATH/],
    [() => ({ cert: path("none.crt") }), /client certificate .*none\.crt does not exist: check sslcert/],
    [() => ({ cert: path("client.crt") }), /private key .*postgresql\.key does not exist: check sslkey/],
    [() => ({ key: path("client.key") }), /client certificate .*postgresql\.crt does not exist/],
    [() => ({ cert: path("client.crt"), key: path("junk.pem") }), /junk\.pem is not a private key/],
    [() => ({ cert: path("client.crt"), key: path("open.key") }), /open\.key may be read by others: run chmod 600/],
    [() => ({ cert: path("client.crt"), key: path("server.key") }), /server\.key does not belong to the client cert/],
    [() => ({ cert: path("client.crt"), key: path("encrypted.key") }), /is encrypted: give its passphrase/],
    [
      () => ({ cert: path("client.crt"), key: path("encrypted.key"), keyPassword: "wrong" }),
      /cannot be decrypted: sslpassword is wrong/,
    ],
  ])("%s is refused: %s", async (given, message) => {
    const error: unknown = await load(given()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ArgumentError);
    expect(String(error)).toMatch(message);
  });
});

describe("nodeTlsOptions", () => {
  async function handshake(
    given: Partial<TlsSettings>,
    host: string,
    serverOptions: TlsOptions = {},
    home?: string,
  ): Promise<string> {
    const resolved = settings(given);
    const material = await load(given, home);
    const listener = createServer({ cert: server.cert, key: server.key, ...serverOptions });
    // TLS 1.3 lets a client finish before the server has judged its certificate, so the server's word counts.
    const answer = new Promise<string>((resolve) => {
      listener.on("secureConnection", (socket) => {
        socket.end();
        const servername: unknown = Reflect.get(socket, "servername");
        resolve(`connected, SNI ${String(servername)}`);
      });
      listener.on("tlsClientError", (error) => resolve(`server: ${error.message}`));
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    const socket = connect({ port, ...nodeTlsOptions(resolved, material, host) });
    const failure = new Promise<string>((resolve) => {
      socket.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    });
    const secured = new Promise<string>((resolve) => {
      socket.on("secureConnect", () => void answer.then(resolve));
    });
    const outcome = await Promise.race([secured, failure]);
    socket.destroy();
    listener.close();
    return outcome;
  }

  it("verify-full wants a known authority and the right name", async () => {
    const rootCert = path("ca.crt");
    expect(await handshake({ rootCert }, "db.test")).toBe("connected, SNI db.test");
    expect(await handshake({ rootCert }, "127.0.0.1")).toBe("connected, SNI false");
    expect(await handshake({ rootCert }, "evil.test")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await handshake({ rootCert }, "127.0.0.2")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await handshake({ rootCert: path("other-ca.crt") }, "db.test")).toMatch(/^UNABLE_TO/);
    expect(await handshake({}, "db.test")).toMatch(/^UNABLE_TO/);
  });

  it("verify-ca wants a known authority", async () => {
    expect(await handshake({ mode: "verify-ca", rootCert: path("ca.crt") }, "evil.test")).toMatch(/^connected/);
    expect(await handshake({ mode: "verify-ca", rootCert: path("other-ca.crt") }, "db.test")).toMatch(/^UNABLE_TO/);
  });

  it("require verifies nothing, unless there is a root certificate", async () => {
    expect(await handshake({ mode: "require" }, "evil.test")).toBe("connected, SNI evil.test");
    expect(await handshake({ mode: "require" }, "evil.test", {}, "home")).toMatch(/^connected/);
    expect(await handshake({ mode: "require", rootCert: path("other-ca.crt") }, "db.test")).toMatch(/^UNABLE_TO/);
    expect(await handshake({ mode: "prefer" }, "evil.test")).toMatch(/^connected/);
  });

  it("sends the client's certificate", async () => {
    const demanding: TlsOptions = { requestCert: true, rejectUnauthorized: true, ca: [authority.cert] };
    const rootCert = path("ca.crt");
    const given = { rootCert, cert: path("client.crt"), key: path("encrypted.key"), keyPassword: passphrase };
    expect(await handshake(given, "db.test", demanding)).toMatch(/^connected/);
    expect(await handshake({ rootCert }, "db.test", demanding)).not.toMatch(/^connected/);
  });

  it("refuses TLS 1.1", async () => {
    const old: TlsOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    expect(await handshake({ mode: "require" }, "db.test", old)).not.toMatch(/^connected/);
  });
});
