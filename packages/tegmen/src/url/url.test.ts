import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../errors/index.ts";
import type { Url, UrlFields } from "./index.ts";
import { makeUrl, parseUrl } from "./index.ts";

const secret = "pa ss/w?rd#@:%é&=,;+'\"s3cret";

function fieldsOf(url: Url): Required<UrlFields> {
  const { driverName, username, password, hosts, database, query, sslPassword } = url;
  return { driverName, username, password, hosts, database, query, sslPassword };
}

/** What the parser throws, or undefined. */
function errorFrom(text: string): unknown {
  try {
    parseUrl(parseUrl(text).renderAsString({ hidePassword: false }));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Every way in which a program is likely to show an object. */
function stringForms(value: Url): string {
  return [
    String(value),
    JSON.stringify(value),
    JSON.stringify(Object.assign({}, value)),
    inspect(value),
    inspect(value, { showHidden: true, depth: 10, getters: true }),
    inspect({ value }, { customInspect: false, showHidden: true, depth: 10 }),
    JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(value))),
  ].join("\n");
}

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((value) => !value.includes("\0"));
const port = fc.integer({ min: 1, max: 65_535 });
const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  text.map((path) => `/${path.replaceAll(",", "")}`),
);
const urlFields: fc.Arbitrary<Required<UrlFields>> = fc.record({
  driverName: fc.constantFrom("cockroachdb", "cockroachdb+pg", "cockroachdb+postgres", "postgresql", "postgres"),
  username: text,
  password: fc.option(text, { nil: undefined }),
  hosts: fc.array(fc.record({ host, port }), { minLength: 1, maxLength: 4 }),
  database: text,
  query: fc.record({ application_name: text, sslrootcert: text, sslmode: fc.constant("verify-full") }),
  sslPassword: fc.option(text, { nil: undefined }),
});

describe("parseUrl", () => {
  it("reads all parts", () => {
    const url = parseUrl(
      "cockroachdb+pg://bob:p%40ss@db1:1234,db2,[2001:db8::1]:99/bank?sslmode=verify-ca&application_name=a+b",
    );
    expect(fieldsOf(url)).toEqual({
      driverName: "cockroachdb+pg",
      username: "bob",
      password: "p@ss",
      hosts: [
        { host: "db1", port: 1234 },
        { host: "db2", port: 26257 },
        { host: "2001:db8::1", port: 99 },
      ],
      database: "bank",
      query: { sslmode: "verify-ca", application_name: "a+b" },
      sslPassword: undefined,
    });
  });

  it.each([
    ["cockroachdb://", "cockroachdb://root@localhost:26257/defaultdb"],
    ["postgres://h", "postgres://root@h:26257/defaultdb"],
    ["POSTGRESQL://h/", "postgresql://root@h:26257/defaultdb"],
    ["  cockroachdb://h/db\n", "cockroachdb://root@h:26257/db"],
    ["cockroachdb://:26258", "cockroachdb://root@localhost:26258/defaultdb"],
    ["cockroachdb://@h:/db?", "cockroachdb://root@h:26257/db"],
    ["cockroachdb://u:@h", "cockroachdb://u@h:26257/defaultdb"],
    ["cockroachdb://h?sslmode=require", "cockroachdb://root@h:26257/defaultdb?sslmode=require"],
    ["cockroachdb://h/db?ssl=true&", "cockroachdb://root@h:26257/db?sslmode=require"],
    ["cockroachdb://h/db?sslmode=", "cockroachdb://root@h:26257/db"],
    ["cockroachdb://u@h/a%2Fb", "cockroachdb://u@h:26257/a%2Fb"],
    ["postgresql://demo:x@?host=%2Ftmp%2Fdemo&port=26258", "postgresql://demo:***@%2Ftmp%2Fdemo:26258/defaultdb"],
    ["cockroachdb://%2Fvar%2Frun/db", "cockroachdb://root@%2Fvar%2Frun:26257/db"],
    ["cockroachdb://?host=a,b&port=1,2", "cockroachdb://root@a:1,b:2/defaultdb"],
    ["cockroachdb://?host=::1,b&port=5", "cockroachdb://root@[::1]:5,b:5/defaultdb"],
    ["cockroachdb://a:1,b:2?port=3", "cockroachdb://root@a:3,b:3/defaultdb"],
    ["cockroachdb://a/x?host=b&user=u&dbname=d&password=p", "cockroachdb://u:***@b:26257/d"],
    ["cockroachdb://a/x?user=&dbname=", "cockroachdb://root@a:26257/x"],
    ["cockroachdb://[fe80::1%eth0]/x", "cockroachdb://root@[fe80::1%25eth0]:26257/x"],
  ])("%s is %s", (given, canonical) => {
    const url = parseUrl(given);
    expect(String(url)).toBe(canonical);
    expect(fieldsOf(parseUrl(url.renderAsString({ hidePassword: false })))).toEqual(fieldsOf(url));
  });

  it("takes an unencoded @ or : in a password for what it is", () => {
    expect(parseUrl("cockroachdb://u:p@ss:w@h/db").password).toBe("p@ss:w");
  });

  it.each([
    ["", "is empty"],
    ["localhost:26257", 'has no "://"'],
    ["mysql://h", '"mysql://"'],
    ["cockroach://h", 'did you mean "cockroachdb"?'],
    ["jdbc:postgresql://h", '"jdbc:postgresql://"'],
    ["cockroachdb://a,,b", "host 2 of the connection URL is empty"],
    ["cockroachdb://h:0", "port of host 1"],
    ["cockroachdb://a,h:65536", "port of host 2"],
    ["cockroachdb://h:port", "host 1 of the connection URL cannot be read"],
    ["cockroachdb://::1/db", "[IPv6]:port"],
    ["cockroachdb://[localhost]/db", "[IPv6]:port"],
    ["cockroachdb://ho st/db", "not a host name"],
    ["cockroachdb://?host=a,b&port=1,2,3", "2 hosts but 3 in port="],
    ["cockroachdb://h?port=x", "not a number from 1 to 65535"],
    ["cockroachdb://u:100%@h", "write a percent sign as %25"],
    ["cockroachdb://u:%ff@h", "the password of the connection URL is not percent-encoded UTF-8"],
    ["cockroachdb://u:a%00b@h", "NUL"],
    ["cockroachdb://u:pa/ss@h/db", "percent-encode the special characters"],
    ["cockroachdb://u:pa?ss@h/db", "percent-encode the special characters"],
    ["cockroachdb://h?sslmode", "expected name=value"],
    ["cockroachdb://h?sslmode=disable&sslmode=require", '"sslmode" twice'],
    ["cockroachdb://h?sslmod=disable", 'unknown option "sslmod" in the connection URL: did you mean "sslmode"?'],
    ["cockroachdb://h?applicationName=x", 'did you mean "application_name"?'],
    ["cockroachdb://h?cluster=x", "options=--cluster=NAME"],
    ["cockroachdb://h?search_path=x", "options=-c name=value"],
    ["cockroachdb://h?__proto__=x", 'unknown option "__proto__"'],
    [
      "cockroachdb://h?sslmode=verify_full",
      'sslmode=verify_full of the connection URL is not valid: did you mean "verify-full"?',
    ],
    ["cockroachdb://h?sslmode=on", "expected one of disable, allow"],
    ["cockroachdb://h?ssl=false", "use sslmode instead"],
    ["cockroachdb://h?sslrootcert=system&sslmode=require", "use sslmode=verify-full"],
    ["cockroachdb://h?connect_timeout=1.5", "whole number of seconds"],
    ["cockroachdb://h?statement_timeout=1d", "30s, 5min, 1h"],
    ["cockroachdb://h?options=search_path%3Dx", "expected -c name=value"],
  ])("%s is refused", (given, message) => {
    expect(errorFrom(given)).toBeInstanceOf(ArgumentError);
    expect(() => parseUrl(given)).toThrow(message);
  });

  it("says that a missing environment variable is missing", () => {
    // @ts-expect-error -- what a JavaScript program may do
    expect(() => parseUrl(undefined)).toThrow("not a string but undefined: is the environment variable set?");
  });

  it("throws nothing but ArgumentError on junk", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "cockroachdb://",
        "://",
        "@",
        ":",
        "/",
        "?",
        "&",
        "=",
        ",",
        "[",
        "]",
        "%",
        "%2F",
        "host=",
        "port=",
        "1",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(piece, { maxLength: 20 }), (scheme, pieces) => {
        const error = errorFrom(`${scheme ? "cockroachdb://" : ""}${pieces.join("")}`);
        expect(error === undefined || error instanceof ArgumentError).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("never repeats a password in an error, however the URL is broken", () => {
    const piece = fc.constantFrom("/", "?", "#", "@", ":", "%", "&", "=", "[", ",", " ", "é");
    const password = fc
      .array(piece, { maxLength: 4 })
      .map((pieces) => pieces.map((each) => `s3cret${each}s3cret`).join(""));
    const tail = fc.constantFrom(
      "h",
      "h:x",
      "h:1/d?x=1",
      "h/d?sslmode=x",
      "[h",
      "",
      "a,,b",
      "h?host=%",
      "h/d?options=x",
    );
    fc.assert(
      fc.property(password, tail, fc.constantFrom("cockroachdb", "mysql", "a b"), (word, rest, scheme) => {
        const url = `${scheme}://user:s3cret${word}@${rest}`;
        const error = errorFrom(url);
        const shown =
          error instanceof ArgumentError ? `${error.message} ${JSON.stringify(error)}` : String(parseUrl(url));
        expect(shown).not.toContain("s3cret");
        expect(error === undefined || error instanceof ArgumentError).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("makeUrl", () => {
  it("has a default for everything", () => {
    expect(fieldsOf(makeUrl({}))).toEqual({
      driverName: "cockroachdb",
      username: "root",
      password: undefined,
      hosts: [{ host: "localhost", port: 26257 }],
      database: "defaultdb",
      query: {},
      sslPassword: undefined,
    });
  });

  it("is read back by parseUrl as it was made", () => {
    fc.assert(
      fc.property(urlFields, (fields) => {
        const url = makeUrl(fields);
        expect(fieldsOf(url)).toEqual(fields);
        expect(fieldsOf(parseUrl(url.renderAsString({ hidePassword: false })))).toEqual(fields);
        expect(parseUrl(url.toString()).hosts).toEqual(url.hosts);
      }),
    );
  });

  it("refuses what cannot be written, or is no field", () => {
    expect(() => makeUrl({ username: "\ud800" })).toThrow(ArgumentError);
    expect(() => makeUrl({ password: "a\0" })).toThrow(ArgumentError);
    expect(() => makeUrl({ hosts: [{ host: "a,b" }] })).toThrow(ArgumentError);
    expect(() => makeUrl({ hosts: [{ host: "a", port: 1.5 }] })).toThrow(ArgumentError);
    expect(() => makeUrl({ query: { application_name: "\udc00" } })).toThrow(ArgumentError);
    expect(() => makeUrl({ query: { sslmode: "none" } })).toThrow("expected one of");
    // @ts-expect-error -- what a JavaScript program may do
    expect(() => makeUrl({ host: "db1" })).toThrow('did you mean "hosts"?');
  });
});

describe("Url", () => {
  it("shows its passwords in no string form", () => {
    const word = fc.string({ unit: "grapheme-ascii", maxLength: 10 });
    fc.assert(
      fc.property(word, word, (before, after) => {
        const url = makeUrl({ password: `${before}s3cret${after}`, query: { sslpassword: "s3cret2" } });
        expect(url.password).toBe(`${before}s3cret${after}`);
        expect(url.sslPassword).toBe("s3cret2");
        expect(stringForms(url)).not.toContain("s3cret");
        expect(stringForms(url.set({ database: "x" }))).not.toContain("s3cret");
      }),
    );
    expect(String(makeUrl({ password: secret }))).toBe("cockroachdb://root:***@localhost:26257/defaultdb");
    expect(inspect(makeUrl({}))).toBe("Url(cockroachdb://root@localhost:26257/defaultdb)");
  });

  it("is immutable, and set() makes another", () => {
    const url = makeUrl({ password: secret, sslPassword: "k", query: { sslmode: "require" } });
    expect(Object.isFrozen(url) && Object.isFrozen(url.hosts) && Object.isFrozen(url.query)).toBe(true);
    const other = url.set({ database: "bank", hosts: [{ host: "db2" }] });
    expect(fieldsOf(other)).toEqual({ ...fieldsOf(url), database: "bank", hosts: [{ host: "db2", port: 26257 }] });
    expect(url.database).toBe("defaultdb");
    expect(url.set({ password: undefined }).password).toBeUndefined();
  });
});
