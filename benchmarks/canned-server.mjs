// A server that costs next to nothing: whatever it is asked, it answers with the same row of peers_accounts. With it, a
// benchmark shows what the client costs, also on a machine that has other things to do.

import net from "node:net";

const columns = [
  ["id", 20, "42"],
  ["name", 25, "name 42"],
  ["balance", 20, "1000000"],
  ["note", 25, "note 42"],
  ["at", 1184, "2026-01-01 12:00:00+00"],
];

const int16 = (value) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value) => Buffer.from([value >> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
const text = (value) => Buffer.from(`${value}\0`);
const message = (type, ...parts) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};
const parameter = (name, value) => message("S", text(name), text(value));

const rowDescription = message(
  "T",
  int16(columns.length),
  ...columns.flatMap(([name, oid]) => [text(name), int32(0), int16(0), int32(oid), int16(-1), int32(-1), int16(0)]),
);
const dataRow = message(
  "D",
  int16(columns.length),
  ...columns.flatMap(([, , value]) => [int32(value.length), Buffer.from(value)]),
);
const ready = message("Z", Buffer.from("I"));
const welcome = Buffer.concat([
  message("R", int32(0)),
  parameter("server_version", "16.0"),
  parameter("client_encoding", "UTF8"),
  message("K", int32(1), int32(1)),
  ready,
]);
const parameters = message("t", int16(1), int32(20));
const rows = Buffer.concat([dataRow, message("C", text("SELECT 1"))]);

/** By the type of the client's message. */
const answers = {
  P: () => message("1"),
  B: () => message("2"),
  C: () => message("3"),
  D: (body) => (body[0] === 0x53 ? Buffer.concat([parameters, rowDescription]) : rowDescription),
  E: () => rows,
  Q: () => Buffer.concat([rowDescription, rows, ready]),
  S: () => ready,
};

function serve(socket) {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  let rest = Buffer.alloc(0);
  let started = false;
  socket.on("data", (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    const replies = [];
    for (;;) {
      // The first message has no type.
      const start = started ? 1 : 0;
      if (rest.length < start + 4) break;
      const end = start + rest.readInt32BE(start);
      if (rest.length < end) break;
      const body = rest.subarray(start + 4, end);
      const type = String.fromCharCode(rest[0]);
      rest = rest.subarray(end);
      if (started && type === "X") return socket.end();
      replies.push(started ? (answers[type]?.(body) ?? Buffer.alloc(0)) : welcome);
      started = true;
    }
    if (replies.length > 0) socket.write(Buffer.concat(replies));
  });
}

// Tells its URL to the process that has started it, and ends with it.
const server = net.createServer(serve);
server.listen(0, "127.0.0.1", () => {
  process.send(`postgresql://root@127.0.0.1:${server.address().port}/none?sslmode=disable`);
});
process.on("disconnect", () => process.exit());
