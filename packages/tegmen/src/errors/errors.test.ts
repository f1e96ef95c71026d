import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as errors from "./index.ts";
import {
  AmbiguousCommitError,
  ArgumentError,
  CheckViolation,
  ConnectError,
  ConnectionLostError,
  DatabaseError,
  DataError,
  ForeignKeyViolation,
  IntegrityError,
  InvalidRequestError,
  LockNotAvailableError,
  MaxRetriesExceeded,
  NotNullViolation,
  NotSupportedError,
  OperationalError,
  PrecisionError,
  ProgrammingError,
  QueryCanceledError,
  SchemaChangeError,
  SerializationError,
  TegmenError,
  TransactionStateError,
  UniqueViolation,
  fromServerError,
  isRetryable,
  redactSecrets,
  sqlState,
} from "./index.ts";

const conflict = () => fromServerError({ code: "40001", message: "restart transaction: TransactionRetryError" });

describe("the hierarchy", () => {
  it("gives each class its own name, and one base", () => {
    for (const [name, value] of Object.entries(errors)) {
      if (!(value === TegmenError || TegmenError.isPrototypeOf(value))) continue;
      expect((value as typeof TegmenError).prototype.name).toBe(name);
    }
    expect(new TransactionStateError("x")).toBeInstanceOf(InvalidRequestError);
    expect(new PrecisionError("x")).toBeInstanceOf(DataError);
    expect(new ConnectionLostError("x")).toBeInstanceOf(OperationalError);
    expect(new ArgumentError("x").stack).toMatch(/^ArgumentError: x\n/);
  });

  it("keeps the cause", () => {
    const cause = conflict();
    expect(new MaxRetriesExceeded("gave up", { cause }).cause).toBe(cause);
    expect(new AmbiguousCommitError("lost", { cause }).cause).toBe(cause);
    expect("cause" in new DatabaseError("x")).toBe(false);
  });
});

describe("fromServerError", () => {
  it.each([
    ["0A000", NotSupportedError],
    ["08006", ConnectionLostError],
    ["08004", OperationalError],
    ["22P02", DataError],
    ["23001", IntegrityError],
    ["23502", NotNullViolation],
    ["23503", ForeignKeyViolation],
    ["23505", UniqueViolation],
    ["23514", CheckViolation],
    ["25P02", errors.InternalError],
    ["28P01", OperationalError],
    ["3D000", ProgrammingError],
    ["3F000", ProgrammingError],
    ["40001", SerializationError],
    ["CR000", SerializationError],
    ["40003", AmbiguousCommitError],
    ["42P01", ProgrammingError],
    ["53300", OperationalError],
    ["55P03", LockNotAvailableError],
    ["57014", QueryCanceledError],
    ["57P01", ConnectionLostError],
    ["58030", OperationalError],
    ["XX000", errors.InternalError],
    ["XXA00", SchemaChangeError],
    ["XXUUU", DatabaseError],
    ["99999", DatabaseError],
    ["", DatabaseError],
  ])("%s is exactly its class", (code, Class) => {
    const error = fromServerError({ code, message: "m" });
    expect(error.constructor).toBe(Class);
    expect(error).toBeInstanceOf(DatabaseError);
  });

  it("keeps every field and lays out the message", () => {
    const cause = new Error("pg");
    const error = fromServerError(
      {
        code: "23505",
        severity: "ERROR",
        message: 'duplicate key value violates unique constraint "users_email_key"',
        detail: "Key (email)=('a') already exists.",
        hint: "use another",
        schema: "public",
        table: "users",
        column: "email",
        dataType: "string",
        constraint: "users_email_key",
        position: "7",
      },
      { sql: "INSERT INTO users (email) VALUES ($1)", parameters: ["a"], cause },
    );
    expect(error).toMatchObject({
      code: "23505",
      severity: "ERROR",
      detail: "Key (email)=('a') already exists.",
      hint: "use another",
      schema: "public",
      table: "users",
      column: "email",
      dataType: "string",
      constraint: "users_email_key",
      position: 7,
      sql: "INSERT INTO users (email) VALUES ($1)",
      parameters: ["a"],
      connectionInvalidated: false,
      cause,
    });
    expect(error.message.split("\n")).toEqual([
      'duplicate key value violates unique constraint "users_email_key"',
      "  detail: Key (email)=('a') already exists.",
      "  hint: use another",
      "  SQLSTATE: 23505",
      "  SQL: INSERT INTO users (email) VALUES ($1)",
      "  parameters: ['a']",
    ]);
  });

  it("takes column and constraint from the message where an old server leaves the fields empty", () => {
    const notNull = fromServerError({
      code: "23502",
      message: 'null value in column "c" violates not-null constraint',
    });
    expect(notNull.column).toBe("c");
    const unique = fromServerError({ code: "23505", message: 'violates unique constraint "a ""b"""', constraint: "" });
    expect(unique.constraint).toBe('a "b"');
    expect(fromServerError({ code: "42703", message: 'column "x" does not exist' }).column).toBeUndefined();
  });

  it("knows when the connection is gone", () => {
    expect(fromServerError({ code: "57P01", message: "x" }).connectionInvalidated).toBe(true);
    expect(fromServerError({ code: "XX000", severity: "FATAL", message: "x" }).connectionInvalidated).toBe(true);
    expect(fromServerError({ code: "40001", message: "x" }).connectionInvalidated).toBe(false);
    expect(
      fromServerError({ code: "40001", message: "x" }, { connectionInvalidated: true }).connectionInvalidated,
    ).toBe(true);
  });

  it("hides parameters on request, from every form of the error", () => {
    const error = fromServerError(
      { code: "23505", message: "duplicate key", detail: "Key (email)=('s3cret@x') already exists." },
      { sql: "INSERT INTO t VALUES ($1)", parameters: ["s3cret@x"], hideParameters: true },
    );
    expect(error.message).toContain("[parameters hidden]");
    expect(error.detail).toBe("Key (email)=([hidden]) already exists.");
    expect(error.parameters).toBeUndefined();
    const everything = `${inspect(error, { showHidden: true, depth: 9 })} ${JSON.stringify(error)} ${String(error)}`;
    expect(everything).not.toContain("s3cret");
  });

  it("shortens long SQL, long values and many values", () => {
    const sql = `SELECT '${"😀".repeat(9000)}' AS last_column`;
    const parameters = ["x".repeat(100_000), ...Array.from({ length: 5000 }, (_, index) => index)];
    const { message } = fromServerError({ code: "22000", message: "m" }, { sql, parameters });
    expect(message.length).toBeLessThan(2000);
    expect(message).toContain("AS last_column");
    expect(message).toContain("… 4991 more]");
    expect(message).not.toMatch(/\p{Surrogate}/u);
  });

  it("shows values of every kind and never fails on one", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const parameters = [
      null,
      undefined,
      true,
      12n,
      new Date(Number.NaN),
      new Uint8Array(3),
      { a: 1n },
      cycle,
      revoked.proxy,
    ];
    const { message } = fromServerError({ message: "m" }, { sql: "SELECT", parameters });
    expect(message).toContain(
      'parameters: [NULL, NULL, true, 12n, Invalid Date, [3 bytes], {"a":"1"}, [object that cannot be shown], [object that cannot be shown]]',
    );
  });

  it("does not show passwords of statements or URLs", () => {
    const error = fromServerError(
      { code: "42601", message: "cannot reach postgresql://u:s3cret@h/db" },
      {
        sql: "CREATE USER bob WITH PASSWORD 's3cret''s3cret'; IMPORT FROM 'http://k:s3cret@h/?password=s3cret'",
        parameters: ["cockroachdb://root:s3cret@h"],
      },
    );
    expect(error.message).not.toContain("s3cret");
    expect(inspect(error)).not.toContain("s3cret");
    expect(error.message).toContain("CREATE USER bob WITH PASSWORD '***'; IMPORT");
  });

  it("prints once what the message has already", () => {
    const error = fromServerError(
      { code: "23505", message: "duplicate key", detail: "some detail", constraint: "pk" },
      { sql: "INSERT INTO t VALUES ($1)", parameters: [1] },
    );
    const text = inspect(error);
    expect(text.split("some detail")).toHaveLength(2);
    expect(text.split("INSERT INTO")).toHaveLength(2);
    expect(text).toContain("code: '23505'");
    expect(text).not.toContain("undefined");
  });
});

describe("isRetryable and sqlState", () => {
  it("recognise 40001 and CR000 directly and in foreign errors", () => {
    expect(isRetryable(conflict())).toBe(true);
    expect(isRetryable({ code: "CR000" })).toBe(true);
    expect(isRetryable(Object.assign(new Error("pg"), { code: "40001" }))).toBe(true);
    expect(isRetryable(fromServerError({ code: "23505", message: "x" }))).toBe(false);
    for (const nothing of [undefined, null, "40001", 40001, {}, () => "40001"])
      expect(isRetryable(nothing)).toBe(false);
  });

  it("see through wrapping of any depth and kind", () => {
    const wrap = fc.constantFrom<(error: unknown) => unknown>(
      (error) => new Error("outer", { cause: error }),
      (error) => new AggregateError([new Error("other"), error]),
      (error) => ({ driverError: error }),
      (error) => ({ original: error, code: "P2034" }),
      (error) => Object.assign(new Error("dispose failed"), { error: new Error("close"), suppressed: error }),
      (error) => ({ code: "EPIPE", previous: error }),
    );
    fc.assert(
      fc.property(fc.array(wrap, { maxLength: 12 }), (wraps) => {
        const wrapped = wraps.reduce<unknown>((error, each) => each(error), conflict());
        expect(isRetryable(wrapped)).toBe(true);
        expect(sqlState(wrapped)).toBe("40001");
      }),
    );
  });

  it("end on cycles and hostile objects", () => {
    const a = new Error("a");
    const b = new Error("b", { cause: a });
    a.cause = b;
    expect(isRetryable(a)).toBe(false);
    expect(sqlState(a)).toBeUndefined();
    const hostile = {
      get code(): string {
        throw new Error("no");
      },
      cause: conflict(),
    };
    expect(isRetryable(hostile)).toBe(true);
  });

  it("never retry what may have been committed, or was given up", () => {
    expect(isRetryable(new AmbiguousCommitError("lost", { cause: conflict() }))).toBe(false);
    expect(isRetryable(new Error("x", { cause: new AmbiguousCommitError("lost", { code: "40003" }) }))).toBe(false);
    expect(isRetryable(new AggregateError([conflict(), { code: "40003" }]))).toBe(false);
    expect(isRetryable({ code: "XXA00", cause: conflict() })).toBe(false);
    expect(isRetryable(new MaxRetriesExceeded("gave up", { cause: conflict() }))).toBe(false);
  });

  it("do not take other codes for a SQLSTATE", () => {
    for (const code of ["EPIPE", "E2BIG", "P2034", "ECONNRESET", "4000", "ERR_X", 40001]) {
      expect(sqlState({ code })).toBeUndefined();
    }
    for (const code of ["XXUUU", "P0001", "42P01", "F0000"]) expect(sqlState({ code })).toBe(code);
  });
});

describe("ConnectError", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:26257"), { code: "ECONNREFUSED" });

  it("lists every address, why, and what to do", () => {
    const error = new ConnectError([
      { host: "db1", port: 26257, error: refused },
      { host: "::1", port: 26258, error: new Error("timed out after 5000 ms") },
      { host: "/tmp", port: 26257, error: new AggregateError([refused]) },
    ]);
    expect(error.message.split("\n")).toEqual([
      "cannot connect: 3 addresses were tried",
      "  db1:26257: connection refused (ECONNREFUSED)",
      "  [::1]:26258: timed out after 5000 ms",
      "  /tmp: connection refused (ECONNREFUSED)",
      "  hint: is a server running there? `npx tegmen demo` starts a temporary one",
      "  SQLSTATE: 08001",
    ]);
    expect(error.connectionInvalidated).toBe(true);
    expect(error.attempts).toHaveLength(3);
    expect(error.cause).toBeInstanceOf(AggregateError);
  });

  it("is one line for one address, keeps the server's SQLSTATE and advises on it", () => {
    const cause = fromServerError({ code: "28P01", message: "password authentication failed for user bob" });
    const error = new ConnectError([{ host: "h", port: 1, error: cause }]);
    expect(error.message).toMatch(/^cannot connect to h:1: password authentication failed for user bob\n/);
    expect(error.code).toBe("28P01");
    expect(error.cause).toBe(cause);
    expect(error.hint).toContain("password");
    const tls = Object.assign(new Error("self-signed"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    expect(new ConnectError([{ host: "h", error: tls }]).hint).toContain("sslrootcert");
    const noTls = new Error("The server does not support SSL connections");
    expect(new ConnectError([{ host: "h", error: noTls }]).hint).toContain("sslmode=disable");
    const needsTls = fromServerError({
      code: "28000",
      message: "node is running secure mode, SSL connection required",
    });
    expect(new ConnectError([{ host: "h", error: needsTls }]).hint).toContain("sslmode=verify-full");
  });
});

describe("redactSecrets", () => {
  it("never leaves a password that is in a URL", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9!$&*+,;=:~%@-]{6,30}$/), (password) => {
        const shown = redactSecrets(`connecting to cockroachdb+pg://bob:${password}@host:1/db`);
        expect(shown).toBe("connecting to cockroachdb+pg://bob:***@host:1/db");
      }),
    );
  });

  it("is quick on long text", () => {
    const text = "a.".repeat(500_000);
    expect(redactSecrets(text)).toBe(text);
    expect(redactSecrets(`PASSWORD '${"x".repeat(5_000_000)}'`)).toBe("PASSWORD '***'");
  });
});
