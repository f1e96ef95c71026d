// A TCP proxy that counts what a client of PostgreSQL's protocol sends, and may delay it.

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Messages that run a statement: Query and Execute. */
const runs = new Set(["Q".charCodeAt(0), "E".charCodeAt(0)]);

/**
 * Starts a proxy in front of the server of a URL.
 *
 * A turn is what a client sends without having heard from the server in between.
 *
 * @param url the server's
 * @param latency milliseconds that everything takes longer, in each direction
 */
export async function startProxy(url, latency = 0) {
  const target = new URL(url);
  const counts = { turns: 0, statements: 0, bytes: 0 };
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 26257), target.hostname);
    const count = makeCounter(counts);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
    const forward = (to, data) => {
      if (latency === 0) to.write(data);
      else setTimeout(() => to.destroyed || to.write(data), latency);
    };
    client.on("data", (data) => {
      count.sent(data);
      forward(upstream, data);
    });
    upstream.on("data", (data) => {
      count.heard();
      forward(client, data);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxied = new URL(url);
  proxied.hostname = "127.0.0.1";
  proxied.port = String(server.address().port);
  return {
    url: proxied.href,
    counts,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Follows one connection. */
function makeCounter(counts) {
  let isServersTurn = false;
  let isStarted = false;
  let rest = Buffer.alloc(0);
  return {
    heard() {
      isServersTurn = false;
    },
    sent(data) {
      counts.bytes += data.length;
      if (!isServersTurn) counts.turns++;
      isServersTurn = true;
      rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
      for (;;) {
        // The first message has no type.
        const head = isStarted ? 1 : 0;
        if (rest.length < head + 4) return;
        const length = head + rest.readInt32BE(head);
        if (rest.length < length) return;
        if (isStarted && runs.has(rest[0])) counts.statements++;
        // SSLRequest and GSSENCRequest come before the startup message.
        else if (!isStarted) isStarted = rest.readInt32BE(4) >>> 16 === 3;
        rest = rest.subarray(length);
      }
    },
  };
}
