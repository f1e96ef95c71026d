import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate with its private key, both in PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly keyObject: KeyObject;
  readonly subject: string;
}

/** What is to be certified. */
export interface IssueOptions {
  /** The common name. */
  readonly subject: string;
  /** Host names and IPv4 addresses. */
  readonly names?: readonly string[];
  /** The authority; without it, the certificate is one itself. */
  readonly issuer?: Issued;
  /** The first and the last moment at which it is valid, as `YYMMDDhhmmssZ`; by default 2020 to 2049. */
  readonly valid?: readonly [from: string, to: string];
}

const always = ["200101000000Z", "491231235959Z"] as const;
const commonName = oid([0x55, 0x04, 0x03]);
const basicConstraints = oid([0x55, 0x1d, 0x13]);
const subjectAltName = oid([0x55, 0x1d, 0x11]);
const ecdsaWithSha256 = sequence(oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));

/**
 * Makes an X.509 certificate, so that tests need neither openssl nor files that expire.
 */
export function issue({ subject, names = [], issuer, valid = always }: IssueOptions): Issued {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const alternatives = names.map((name) =>
    isIP(name) === 4 ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name)),
  );
  const extensions = [
    sequence(basicConstraints, octets(sequence(...(issuer === undefined ? [der(0x01, Buffer.from([0xff]))] : [])))),
    ...(alternatives.length > 0 ? [sequence(subjectAltName, octets(sequence(...alternatives)))] : []),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name(issuer?.subject ?? subject),
    sequence(...valid.map((moment) => der(0x17, Buffer.from(moment)))),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", body, issuer?.keyObject ?? privateKey);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const base64 = certificate.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    keyObject: privateKey,
    subject,
  };
}

function name(text: string): Buffer {
  return sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(text)))));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function octets(content: Buffer): Buffer {
  return der(0x04, content);
}

function oid(bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

/** One value in DER: its tag, its length, its content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
