import { expect, test } from "vitest";
import { ArgumentError } from "../../errors/index.ts";
import type { ConnectTarget } from "../driver.ts";
import { notLoaded, postgresDriver } from "./lazy-driver.ts";

const target: ConnectTarget = {
  host: "127.0.0.1",
  port: 1,
  user: "root",
  password: undefined,
  database: "defaultdb",
  tls: false,
  startup: {},
  connectTimeout: 1_000,
  preparedStatementCacheSize: 1,
};

function moduleNotFound(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from here`), { code: "ERR_MODULE_NOT_FOUND" });
}

test("without postgres.js the first connection says what to install", () => {
  expect(() => notLoaded(moduleNotFound("postgres"))).toThrow(ArgumentError);
  expect(() => notLoaded(moduleNotFound("postgres"))).toThrow(/npm install postgres/);
});

test("any other reason why it cannot be loaded is kept", () => {
  for (const error of [moduleNotFound("another"), new SyntaxError("postgres")]) {
    expect(() => notLoaded(error)).toThrow(error);
  }
});

test("a refused connection is none of postgres.js's absence", async () => {
  await expect(postgresDriver.connect(target)).rejects.toMatchObject({ failure: { kind: "lost", sent: false } });
});
