import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../errors/index.ts";
import { connectionSettings, isLocalHost, makeUrl, startupParameters } from "./index.ts";
import { parseStartupOptions } from "./startup-options.ts";

describe("connectionSettings", () => {
  it("has all a driver needs", () => {
    const settings = connectionSettings(
      "cockroachdb+postgres://bob:s3cret@db1,db2/bank?sslmode=require&sslrootcert=ca&sslcert=c&sslkey=k&sslpassword=s3cret2" +
        "&options=--cluster%3Dmy-cluster-1%20-c%20search_path%3Da&application_name=app&connect_timeout=5&statement_timeout=30s",
    );
    expect(settings).toMatchObject({
      driver: "postgres",
      hosts: [
        { host: "db1", port: 26257 },
        { host: "db2", port: 26257 },
      ],
      user: "bob",
      password: "s3cret",
      database: "bank",
      tls: { mode: "require", rootCert: "ca", cert: "c", key: "k", keyPassword: "s3cret2" },
      options: "--cluster=my-cluster-1 -c search_path=a",
      clusterName: "my-cluster-1",
      sessionVariables: { search_path: "a" },
      applicationName: "app",
      connectTimeoutMs: 5000,
      statementTimeoutMs: 30_000,
    });
    expect(startupParameters(settings)).toEqual({
      options: "--cluster=my-cluster-1 -c search_path=a",
      application_name: "app",
      statement_timeout: "30000",
    });
    expect(`${inspect(settings, { showHidden: true, depth: 9 })} ${JSON.stringify(settings)}`).not.toContain("s3cret");
  });

  it("leaves open what the URL does not say", () => {
    const settings = connectionSettings(makeUrl({}));
    expect(settings).toMatchObject({
      driver: "pg",
      user: "root",
      password: undefined,
      database: "defaultdb",
      options: undefined,
      clusterName: undefined,
      sessionVariables: {},
      applicationName: undefined,
      connectTimeoutMs: undefined,
      statementTimeoutMs: undefined,
    });
    expect(startupParameters(settings)).toEqual({});
  });

  it.each([
    ["cockroachdb://", "prefer"],
    ["cockroachdb://localhost,127.0.0.1,[::1]", "prefer"],
    ["cockroachdb://?host=/tmp", "prefer"],
    ["cockroachdb://localhost?sslrootcert=ca.crt", "verify-full"],
    ["cockroachdb://localhost?sslrootcert=system", "verify-full"],
    ["cockroachdb://localhost,db.example.com", "verify-full"],
    ["cockroachdb://10.0.0.1", "verify-full"],
    ["cockroachdb://db.example.com?sslmode=", "verify-full"],
    ["cockroachdb://db.example.com?sslmode=disable", "disable"],
    ["cockroachdb://db.example.com?ssl=true", "require"],
  ])("%s is sslmode %s", (url, mode) => {
    expect(connectionSettings(url).tls.mode).toBe(mode);
  });

  it("never speaks in plain text to another machine unless told", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.domain(), fc.ipV4(), fc.constant("localhost")), { minLength: 1 }), (names) => {
        const { mode } = connectionSettings(makeUrl({ hosts: names.map((host) => ({ host })) })).tls;
        expect(mode).toBe(names.every(isLocalHost) ? "prefer" : "verify-full");
      }),
    );
  });

  it.each([
    ["connect_timeout=0", { connectTimeoutMs: 0 }],
    ["connect_timeout=-1", { connectTimeoutMs: 0 }],
    ["statement_timeout=250", { statementTimeoutMs: 250 }],
    ["statement_timeout=2min", { statementTimeoutMs: 120_000 }],
    ["statement_timeout=1h", { statementTimeoutMs: 3_600_000 }],
    ["statement_timeout=0", { statementTimeoutMs: 0 }],
  ])("reads %s", (query, expected) => {
    expect(connectionSettings(`cockroachdb://h?${query}`)).toMatchObject(expected);
  });
});

describe("isLocalHost", () => {
  it.each(["localhost", "LOCALHOST.", "x.localhost", "127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "/tmp"])(
    "%s",
    (host) => {
      expect(isLocalHost(host)).toBe(true);
    },
  );
  it.each([
    "localhost.example.com",
    "128.0.0.1",
    "127.example.com",
    "::2",
    "::11",
    "fe80::1",
    "1:0:0:0:0:0:0:1",
    "0.0.0.0",
  ])("not %s", (host) => {
    expect(isLocalHost(host)).toBe(false);
  });
});

describe("parseStartupOptions", () => {
  it.each([
    ["", undefined, {}],
    ["--cluster=a-1", "a-1", {}],
    ["-c a=1 -cb=2   --c-d=3", undefined, { a: "1", b: "2", c_d: "3" }],
    [String.raw`-c search_path=a,\ b -c x=\\`, undefined, { search_path: "a, b", x: "\\" }],
    ["-c a= -c A=b=c", undefined, { a: "b=c" }],
  ])("%s", (options, clusterName, variables) => {
    expect(parseStartupOptions(options)).toEqual({ clusterName, variables });
  });

  it.each(["a=1", "-c", "-c a", "--", "--a", "-x a=1", "-c =1", "x --cluster=a"])("refuses %s", (options) => {
    expect(() => parseStartupOptions(options)).toThrow(ArgumentError);
  });

  it("reads back values of any characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const escaped = value.replaceAll(/[\s\\]/g, (character) => `\\${character}`);
        expect(parseStartupOptions(`-c a=${escaped} -cb=x`).variables).toEqual({ a: value, b: "x" });
      }),
    );
  });
});
