import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectError, createEngine, text } from "tegmen";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { issue } from "../../packages/tegmen/src/url/testing-support/certificates.ts";
import { errorResponse } from "../support/scripted-server.ts";
import { isCockroach, serverOptions } from "../support/server.ts";
import { type Answer, sslRequest, TlsFront } from "./tls-front.ts";

const authority = issue({ subject: "Test CA" });
const stranger = issue({ subject: "Other CA" });
const names = ["127.0.0.1"];
const good = issue({ subject: "node", names, issuer: authority });
const certificates = {
  good,
  "for another host": issue({ subject: "node", names: ["db.test", "127.0.0.2"], issuer: authority }),
  "that has expired": issue({ subject: "node", names, issuer: authority, valid: ["200101000000Z", "210101000000Z"] }),
  "that is not valid yet": issue({
    subject: "node",
    names,
    issuer: authority,
    valid: ["480101000000Z", "491231235959Z"],
  }),
  "that signs itself": issue({ subject: "127.0.0.1", names }),
  "of another authority": issue({ subject: "node", names, issuer: stranger }),
  "of an authority that only has the same name": issue({
    subject: "node",
    names,
    issuer: issue({ subject: "Test CA" }),
  }),
} as const;
type Kind = keyof typeof certificates;

const password = "swordfish-4711";
const url = inject("serverUrl");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tegmen-tls-"));
  await writeFile(join(folder, "ca.crt"), authority.cert);
});
afterAll(() => rm(folder, { recursive: true }));

const tls = (kind: Kind, more: object = {}): Answer => ({
  kind: "tls",
  options: { cert: certificates[kind].cert, key: certificates[kind].key, ...more },
});

/** Connects through a front; gives what became of it, and what the front has seen in plain text. */
async function attempt(
  driver: string,
  answer: Answer,
  sslmode: string,
  { host = "127.0.0.1", rootCert = join(folder, "ca.crt") } = {},
): Promise<{ readonly error: ConnectError | undefined; readonly plainText: Buffer; readonly confided: number }> {
  await using front = await TlsFront.start(url, answer, host);
  const query = new URLSearchParams({ sslrootcert: rootCert, connect_timeout: "5" });
  if (sslmode !== "") query.set("sslmode", sslmode);
  const { username, pathname } = new URL(url.replace(/^[a-z+]+:/, "http:"));
  const target = `cockroachdb+${driver}://${username}:${password}@${host}:${front.port}${pathname}?${query.toString()}`;
  await using engine = createEngine(target, { ...serverOptions, poolSize: 1, maxOverflow: 0 });
  const error = await engine.scalar(text("SELECT 1 AS one")).then(
    () => undefined,
    (e: unknown) => e as ConnectError,
  );
  return { error, plainText: front.plainText, confided: front.confided };
}

// A given server may have TLS of its own, in front of which none can be put.
describe.runIf(isCockroach && url.includes("sslmode=disable")).each(["pg", "postgres"])("TLS by %s", (driver) => {
  test.each(["require", "verify-ca", "verify-full"])("a good certificate, with %s", async (sslmode) => {
    const { error, plainText } = await attempt(driver, tls("good"), sslmode);
    expect(error).toBeUndefined();
    expect(plainText).toEqual(sslRequest);
  });

  test.each(["require", "verify-ca", "verify-full"])(
    "a server that says it has none is refused with %s, and is told nothing",
    async (sslmode) => {
      const { error, plainText } = await attempt(driver, { kind: "refuse" }, sslmode);
      expect(error?.name).toBe("ConnectError");
      expect(plainText).toEqual(sslRequest);
    },
  );

  test.each<[Kind, RegExp]>([
    ["for another host", /ERR_TLS_CERT_ALTNAME_INVALID|does not match|altnames/i],
    ["that has expired", /expired/i],
    ["that is not valid yet", /not yet valid/i],
    ["that signs itself", /self-signed|unable to/i],
    ["of another authority", /unable to|self-signed/i],
    ["of an authority that only has the same name", /signature|unable to/i],
  ])("a certificate %s is refused with verify-full, and nothing is sent", async (kind, reason) => {
    const { error, plainText, confided } = await attempt(driver, tls(kind), "verify-full");
    expect(error?.name).toBe("ConnectError");
    expect(error?.message).toMatch(reason);
    expect(plainText).toEqual(sslRequest);
    expect(confided).toBe(0);
    expect(String(error?.stack)).not.toContain(password);
  });

  test("verify-ca takes a certificate for another host, and no other one", async () => {
    expect((await attempt(driver, tls("for another host"), "verify-ca")).error).toBeUndefined();
    for (const kind of ["that has expired", "that signs itself", "of another authority"] as const) {
      expect((await attempt(driver, tls(kind), "verify-ca")).error?.name).toBe("ConnectError");
    }
  });

  test("require with a root certificate is verify-ca, as in libpq", async () => {
    expect((await attempt(driver, tls("of another authority"), "require")).error?.name).toBe("ConnectError");
  });

  test("what somebody stuffs in before the handshake is refused", async () => {
    const bytes = errorResponse("FATAL", "28000", "look here");
    const { cert, key } = good;
    for (const stuffing of [bytes, Buffer.from("S"), Buffer.from([0])]) {
      const answer: Answer = { kind: "stuff", options: { cert, key }, bytes: stuffing };
      const { error, plainText } = await attempt(driver, answer, "verify-full");
      expect(error?.name).toBe("ConnectError");
      expect(error?.message).not.toContain("look here");
      expect(plainText.subarray(0, 8)).toEqual(sslRequest);
      expect(plainText.toString("latin1")).not.toContain(password);
    }
  });

  test("versions of TLS that are broken are refused", async () => {
    const old = { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" };
    expect((await attempt(driver, tls("good", old), "verify-full")).error?.name).toBe("ConnectError");
  });

  const [address] = Object.values(networkInterfaces())
    .flat()
    .filter((each) => each?.family === "IPv4" && !each.internal);

  // Needs an address that is not a loopback one.
  test.runIf(address !== undefined)("without sslmode a host elsewhere must prove itself", async () => {
    const elsewhere = { host: address?.address ?? "" };
    const { error, plainText } = await attempt(driver, { kind: "refuse" }, "", elsewhere);
    expect(error?.name).toBe("ConnectError");
    expect(plainText).toEqual(sslRequest);
    // The certificate is for 127.0.0.1.
    expect((await attempt(driver, tls("good"), "", elsewhere)).error?.name).toBe("ConnectError");
  });
});
