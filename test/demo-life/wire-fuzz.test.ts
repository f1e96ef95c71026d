import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { type DemoCluster, startDemoCluster } from "@tegmen/demo";
import fc from "fast-check";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

/*
 * The cluster is in this process: what would end the gateway ends the test. Beside the attacks a session works on,
 * and is to notice nothing of them.
 */
let cluster: DemoCluster;
let log: string[] = [];
let witness: Witness;

/** A session that works all the time, and checks every answer. */
class Witness {
  readonly #client: pg.Client;
  #steps = 0;
  #stopped = false;
  #failure: unknown;
  readonly #done: Promise<void>;

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on("error", (error) => (this.#failure ??= error));
    this.#done = this.#run().catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  static async start(url: string): Promise<Witness> {
    const client = new pg.Client(url);
    await client.connect();
    await client.query("CREATE TABLE IF NOT EXISTS witnesses (id INT8 PRIMARY KEY, steps INT8 NOT NULL)");
    await client.query("UPSERT INTO witnesses VALUES (1, 0)");
    await client.query("SET application_name = 'witness'");
    return new Witness(client);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#client.query("BEGIN");
      await this.#client.query({
        name: "step",
        text: "UPDATE witnesses SET steps = $1 WHERE id = 1",
        values: [this.#steps + 1],
      });
      await this.#client.query("COMMIT");
      this.#steps++;
      const { rows } = await this.#client.query(
        "SELECT steps, current_setting('application_name') AS name FROM witnesses WHERE id = 1",
      );
      assert.deepEqual(rows, [{ steps: String(this.#steps), name: "witness" }]);
    }
  }

  /** Waits until it has done one more step from beginning to end. @throws what went wrong */
  async confirm(): Promise<void> {
    const wanted = this.#steps + 2;
    await vi.waitUntil(() => this.#failure !== undefined || this.#steps >= wanted, { timeout: 30_000 });
    if (this.#failure !== undefined) throw this.#failure;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#client.end();
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** How a client that misbehaves leaves. */
type Leave = "finish" | "reset";

const connections = new Set<Socket>();

function connect({ host, port }: DemoCluster = cluster): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port });
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    socket.once("connect", () => resolve(socket)).once("error", reject);
    socket.on("error", () => {});
    socket.resume();
  });
}

/** Sends bytes in pieces, leaves, and waits until the connection is gone. */
async function attack(pieces: readonly Uint8Array[], leave: Leave = "finish"): Promise<void> {
  await assail(await connect(), pieces, leave);
}

async function assail(socket: Socket, pieces: readonly Uint8Array[], leave: Leave): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  for (const piece of pieces) {
    if (socket.writable) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  }
  // Node.js cannot reset what it is about to close itself, because the gateway has.
  if (socket.readableEnded) socket.destroy();
  else if (leave === "reset") socket.resetAndDestroy();
  else socket.end();
  await closed;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** A message; `lie` is added to its length. */
function message(type: string, body: Uint8Array, lie = 0): Buffer {
  return Buffer.concat([Buffer.from(type, "latin1"), int32(body.length + 4 + lie), body]);
}

function untyped(body: Uint8Array, lie = 0): Buffer {
  return Buffer.concat([int32(body.length + 4 + lie), body]);
}

const text = (...parts: readonly string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(""));

const STARTUP = untyped(Buffer.concat([int32(196_608), text("user", "root", "database", "defaultdb", "")]));
const SSL_REQUEST = untyped(int32(80_877_103));
const GSS_REQUEST = untyped(int32(80_877_104));
const TERMINATE = message("X", Buffer.alloc(0));
const SYNC = message("S", Buffer.alloc(0));

/** Messages as a driver sends them, each well formed by itself. */
const WELL_FORMED: readonly Buffer[] = [
  message("Q", text("SELECT 1")),
  message("Q", text("BEGIN")),
  message("Q", text("SELECT * FROM nowhere; SELECT 2")),
  message("Q", text("COPY witnesses FROM STDIN")),
  message("Q", text("COMMIT")),
  message("Q", text("")),
  message("P", Buffer.concat([text("", "SELECT $1::INT8"), Buffer.from([0, 0])])),
  message("P", Buffer.concat([text("named", "SELECT 1"), Buffer.from([0, 0])])),
  message("B", Buffer.concat([text("", ""), Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 0x37, 0, 0])])),
  message("B", Buffer.concat([text("portal", "named"), Buffer.from([0, 0, 0, 0, 0, 0])])),
  message("D", Buffer.concat([Buffer.from("S"), text("named")])),
  message("D", Buffer.concat([Buffer.from("P"), text("")])),
  message("E", Buffer.concat([text(""), int32(0)])),
  message("E", Buffer.concat([text("portal"), int32(1)])),
  message("C", Buffer.concat([Buffer.from("S"), text("named")])),
  message("H", Buffer.alloc(0)),
  SYNC,
  message("d", text("1\t2\n")),
  message("c", Buffer.alloc(0)),
  message("f", text("no more")),
  message("p", text("password")),
  message("F", Buffer.concat([int32(1), Buffer.from([0, 0, 0, 0, 0, 0])])),
];

const leave = fc.constantFrom<Leave>("finish", "reset");

/** Cuts bytes into pieces at random places, as a network does. */
function pieces(whole: fc.Arbitrary<Uint8Array>): fc.Arbitrary<readonly Uint8Array[]> {
  return fc.tuple(whole, fc.array(fc.nat(400), { maxLength: 4 })).map(([bytes, cuts]) => {
    const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
    return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
  });
}

beforeAll(async () => {
  cluster = await startDemoCluster({ preferRealBinary: false, log: (line) => log.push(line) });
});

afterAll(async () => {
  await cluster?.stop();
});

beforeEach(async () => {
  log = [];
  witness = await Witness.start(cluster.url);
});

afterEach(async () => {
  for (const socket of connections) socket.destroy();
  await witness.stop();
});

/** After an attack: the others work on, new ones are served, no session is left over, and nothing unforeseen happened. */
async function unharmed(): Promise<unknown> {
  await witness.confirm();
  const client = new pg.Client(cluster.url);
  await client.connect();
  const sessions = async (): Promise<number> => (await client.query("SELECT 1 FROM [SHOW SESSIONS]")).rows.length;
  await vi.waitUntil(async () => (await sessions()) === 2, { timeout: 30_000, interval: 20 });
  await client.end();
  return log;
}

describe("the gateway and other sessions survive", () => {
  test("random bytes in place of a startup packet", async () => {
    await fc.assert(
      fc.asyncProperty(pieces(fc.uint8Array({ maxLength: 400 })), leave, (bytes, how) => attack(bytes, how)),
      { numRuns: 200 },
    );
    expect(await unharmed()).toEqual([]);
  });

  test("random bytes after a startup", async () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((rest) => Buffer.concat([STARTUP, rest]));
    await fc.assert(fc.asyncProperty(pieces(bytes), leave, attack), { numRuns: 100 });
    expect(await unharmed()).toEqual([]);
  });

  test("messages in any order", async () => {
    const bytes = fc
      .array(fc.constantFrom(...WELL_FORMED), { maxLength: 15 })
      .map((messages) => Buffer.concat([STARTUP, ...messages, TERMINATE]));
    await fc.assert(fc.asyncProperty(pieces(bytes), leave, attack), { numRuns: 150 });
    expect(await unharmed()).toEqual([]);
  });

  test("messages with lengths and contents that are wrong", async () => {
    const broken = fc
      .tuple(
        fc.constantFrom(...WELL_FORMED),
        fc.constantFrom(0, -4, -1, 1, 3, 100, 65_536, 20_000_000, 0x7fff_ffff, 0x8000_0000),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 3 }),
      )
      .map(([original, lie, changes]) => {
        const bytes = Buffer.from(original);
        bytes.writeUInt32BE((bytes.readUInt32BE(1) + lie) >>> 0, 1);
        for (const [place, value] of changes) if (place + 5 < bytes.length) bytes[place + 5] = value;
        return bytes;
      });
    const bytes = fc
      .array(fc.oneof(broken, fc.constantFrom(...WELL_FORMED)), { minLength: 1, maxLength: 8 })
      .map((messages) => Buffer.concat([STARTUP, ...messages, SYNC, TERMINATE]));
    await fc.assert(fc.asyncProperty(pieces(bytes), leave, attack), { numRuns: 150 });
    expect(await unharmed()).toEqual([]);
  });

  test("conversations that break off at any byte", async () => {
    const whole = Buffer.concat([SSL_REQUEST, GSS_REQUEST, STARTUP, ...WELL_FORMED.slice(0, 16), TERMINATE]);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), leave, (cut, how) => attack([whole.subarray(0, cut)], how)),
      { numRuns: 150 },
    );
    expect(await unharmed()).toEqual([]);
  });

  test("startup packets with nonsense in them", async () => {
    const word = fc.string({ maxLength: 12, unit: "binary" });
    const packet = fc
      .tuple(
        fc.constantFrom(196_608, 196_610, 131_072, 0, 0xffff_ffff, 80_877_102, 80_877_103, 80_877_104),
        fc.array(fc.oneof(word, fc.constantFrom("user", "database", "options", "-c a=b", "root", "search_path"))),
        fc.constantFrom(0, 0, 0, -4, 1, 9000, -1000),
      )
      .map(([code, words, lie]) => untyped(Buffer.concat([int32(code), text(...words, "")]), lie));
    await fc.assert(fc.asyncProperty(pieces(packet), leave, attack), { numRuns: 200 });
    expect(await unharmed()).toEqual([]);
  });

  test("hundreds of connections that ask for TLS over and over, or stop in the middle of a startup", async () => {
    const flood = Buffer.concat(Array.from({ length: 200 }, () => SSL_REQUEST));
    const sockets = await Promise.all(Array.from({ length: 300 }, () => connect()));
    for (const [index, socket] of sockets.entries()) {
      socket.write(index % 2 === 0 ? flood : STARTUP.subarray(0, 1 + (index % (STARTUP.length - 1))));
    }
    await witness.confirm();
    const client = new pg.Client(cluster.url);
    await client.connect();
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: "1" }]);
    await client.end();
    for (const socket of sockets) socket.destroy();
    expect(await unharmed()).toEqual([]);
  });

  test("requests to cancel that guess", async () => {
    const cancel = fc
      .tuple(fc.nat(100), fc.integer())
      .map(([process, secret]) => untyped(Buffer.concat([int32(80_877_102), int32(process), int32(secret)])));
    await fc.assert(
      fc.asyncProperty(cancel, (bytes) => attack([bytes])),
      { numRuns: 150 },
    );
    expect(await unharmed()).toEqual([]);
  });
});

test("a secure gateway survives what is no TLS handshake", async () => {
  const lines: string[] = [];
  await using secure = await startDemoCluster({
    preferRealBinary: false,
    secure: true,
    log: (line) => lines.push(line),
  });
  const client = new pg.Client(secure.url);
  await client.connect();
  const hello = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
  const bytes = fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 200 })).map(([begins, rest]) => {
    return begins ? Buffer.concat([hello, rest]) : Buffer.from(rest);
  });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), pieces(bytes), leave, async (waits, garbage, how) => {
      const socket = await connect(secure);
      socket.write(SSL_REQUEST);
      // Either a handshake that is none, or bytes that come before they may.
      if (waits) await once(socket, "data");
      await assail(socket, garbage, how);
      await assail(await connect(secure), [STARTUP, ...garbage], how);
    }),
    { numRuns: 100 },
  );
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: "1" }]);
  await client.end();
  expect(lines).toEqual([]);
});

describe("memory returns", () => {
  /** What is in use after a collection, in bytes. */
  function used(): number {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  test("after messages that announce much and send much", async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x20);
    const huge = async (announced: number, sent: number): Promise<void> =>
      attack([STARTUP, Buffer.from("Q"), int32(announced), ...Array.from({ length: sent }, () => megabyte)], "reset");
    await huge(0x3fff_ffff, 4);
    const before = used();
    // Below the limit of 16 MB, above it, and so far above it that it cannot be meant.
    for (const announced of [15 * 1024 * 1024, 200 * 1024 * 1024, 0x7fff_ffff]) {
      await Promise.all(Array.from({ length: 4 }, () => huge(announced, 12)));
    }
    expect(await unharmed()).toEqual([]);
    await vi.waitUntil(() => used() - before < 16 * 1024 * 1024, { timeout: 20_000, interval: 100 });
    expect(used() - before).toBeLessThan(16 * 1024 * 1024);
  });

  test("after many connections", async () => {
    const round = (): Promise<void[]> =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          attack([STARTUP, ...WELL_FORMED.slice(0, index)], index % 2 ? "reset" : "finish"),
        ),
      );
    for (let i = 0; i < 5; i++) await round();
    await unharmed();
    const before = used();
    for (let i = 0; i < 20; i++) await round();
    expect(await unharmed()).toEqual([]);
    expect(used() - before).toBeLessThan(16 * 1024 * 1024);
  });
});
