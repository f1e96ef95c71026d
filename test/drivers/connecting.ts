import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { issue } from "../../packages/tegmen/src/url/testing-support/certificates.ts";
import { cancelled, expectUsable, type Harness, rowsOf, runs, serverError } from "./harness.ts";
import { errorResponse, passwordRequest, Proxy, ScriptedServer } from "./proxy.ts";

/** How connections begin, or do not. */
export function testConnecting(harness: Harness): void {
  test("a port where nobody listens", async () => {
    const failure = await harness.connectFailure({ host: "127.0.0.1", port: await closedPort(), tls: false });
    expect(failure).toMatchObject({ kind: "lost", sent: false });
    expect(failure.cause.message).toContain("ECONNREFUSED");
  });

  test("a host name that does not exist", async () => {
    const failure = await harness.connectFailure({ host: "nobody.invalid", tls: false });
    expect(failure).toMatchObject({ kind: "lost", sent: false });
    expect(failure.cause.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test("a server that does not answer in time", async () => {
    const silent = harness.stopAfter(await ScriptedServer.start(() => {}));
    for (const tls of [false, { rejectUnauthorized: false }] as const) {
      const failure = await harness.connectFailure({ ...silent.address, tls, connectTimeout: 50 });
      expect(failure).toMatchObject({ kind: "lost", sent: false });
      expect(failure.cause.message).toContain("50 ms");
    }
  });

  test("a server that hangs up", async () => {
    const rude = harness.stopAfter(await ScriptedServer.start((socket) => socket.end()));
    for (const tls of [false, { rejectUnauthorized: false }] as const) {
      expect(await harness.connectFailure({ ...rude.address, tls })).toMatchObject({ kind: "lost", sent: false });
    }
  });

  test("an attempt that is given up", async () => {
    const silent = harness.stopAfter(await ScriptedServer.start(() => {}));
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const attempt = harness.connect({ ...silent.address, tls: false, signal: controller.signal });
    attempt.catch(() => {});
    await silent.connected;
    controller.abort(reason);
    await expect(attempt).rejects.toBe(reason);
    await expect(harness.connect({ signal: controller.signal })).rejects.toBe(reason);
  });

  test("a signal that comes later does nothing", async () => {
    const controller = new AbortController();
    const connection = await harness.connect({ signal: controller.signal });
    controller.abort();
    expect(connection.isOpen).toBe(true);
    await expectUsable(connection);
  });

  test("a wrong password", async () => {
    const strict = harness.stopAfter(
      await ScriptedServer.start((socket, received) => {
        if (received[0] === 0x70) socket.end(errorResponse("FATAL", "28P01", "password authentication failed"));
        else socket.write(passwordRequest);
      }),
    );
    const failure = await harness.connectFailure({ ...strict.address, tls: false, password: "wrong" });
    expect(serverError(failure)).toMatchObject({ severity: "FATAL", code: "28P01" });
    expect(failure.cause).toHaveProperty("code", "28P01");
    const missing = await harness.connectFailure({ ...strict.address, tls: false, password: undefined });
    expect(missing).toMatchObject({ kind: "lost", sent: false });
    expect(missing.cause.message).toContain("asks for a password");
  });

  test("the environment's password is not taken", async () => {
    const strict = harness.stopAfter(await ScriptedServer.start((socket) => socket.write(passwordRequest)));
    process.env["PGPASSWORD"] = "somebody else's";
    try {
      const failure = await harness.connectFailure({ ...strict.address, tls: false, password: undefined });
      expect(failure.cause.message).toContain("asks for a password");
    } finally {
      delete process.env["PGPASSWORD"];
    }
  });

  test("a database that does not exist", async ({ skip }) => {
    skip(harness.isCockroach, "CockroachDB lets clients in all the same");
    const failure = await harness.connectFailure({ database: "no_such_database_anywhere" });
    expect(serverError(failure)).toMatchObject({ code: "3D000" });
  });

  test("a server without TLS", async () => {
    const plain = harness.stopAfter(await ScriptedServer.start((socket) => socket.write("N")));
    const failure = await harness.connectFailure({ ...plain.address, tls: { rejectUnauthorized: false } });
    expect(failure).toMatchObject({ kind: "lost", sent: false });
    expect(failure.cause.message).toMatch(/SSL|TLS/);
  });

  test("a server whose certificate nobody knows", async () => {
    const proxy = harness.stopAfter(await Proxy.start(harness.target, { tls: certificate() }));
    const failure = await harness.connectFailure({ ...proxy.address, tls: { rejectUnauthorized: true } });
    expect(failure).toMatchObject({ kind: "lost", sent: false });
    expect(failure.cause.message).toMatch(/certificate/);
  });

  test("TLS, for statements and for cancel requests", async () => {
    const tls = certificate();
    const proxy = harness.stopAfter(await Proxy.start({ ...harness.target, tls: false }, { tls }));
    const connection = await harness.connect({ ...proxy.address, tls: { ca: tls.ca, servername: "db.test" } });
    await expectUsable(connection);
    const running = runs(connection, "SELECT pg_sleep(60)");
    expect(serverError(await cancelled(connection, running))).toMatchObject({ code: "57014" });
  });

  test("startup settings take effect", async () => {
    const connection = await harness.connect({
      startup: { application_name: "from startup", extra_float_digits: "1" },
    });
    expect(await rowsOf(connection, "SHOW application_name")).toEqual([["from startup"]]);
    expect(await rowsOf(connection, "SHOW extra_float_digits")).toEqual([["1"]]);
  });
}

function certificate(): { readonly cert: string; readonly key: string; readonly ca: string } {
  const authority = issue({ subject: "Test authority" });
  const { cert, key } = issue({ subject: "db.test", names: ["db.test"], issuer: authority });
  return { cert, key, ca: authority.cert };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
