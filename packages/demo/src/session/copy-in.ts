import { BACKEND, FRONTEND, ProtocolError } from "../wire/messages.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";
import type { Statement } from "../rewrite/contract.ts";
import type { ErrorFields } from "../wire/messages.ts";
import type { SessionCore } from "./session-core.ts";

/** COPY ... FROM STDIN by the simple protocol: passes the client's data on as it comes. */
export async function copyIn(core: SessionCore, statement: Statement, sql: string): Promise<void> {
  const { client, backend, transaction } = core;
  transaction.checkStatement();
  const answer: { failed: ErrorFields | undefined } = { failed: undefined };
  let begin: (() => void) | undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const mark = client.out.mark();
  backend.queueQuery(sql, {
    kind: "query",
    message: (type, buffer, start, end) => {
      if (type === BACKEND.readyForQuery) begin?.();
      else client.out.raw(buffer, start, end);
      if (type === BACKEND.copyIn) begin?.();
    },
    error: (fields) => {
      answer.failed ??= fields;
      begin?.();
    },
  });
  const finished = backend.settle();
  await Promise.race([begun, finished]);
  client.out.flush();
  while (answer.failed === undefined && !backend.settled) {
    const message = client.next();
    if (message === undefined) {
      if (!(await client.wait())) throw new BackendLostError("the client is gone");
      continue;
    }
    if ("oversized" in message) throw new ProtocolError("COPY data message is too long");
    if (message.type === FRONTEND.flush || message.type === FRONTEND.sync) continue;
    const known =
      message.type === FRONTEND.copyData || message.type === FRONTEND.copyDone || message.type === FRONTEND.copyFail;
    if (!known) throw new ProtocolError("unexpected message during COPY");
    await backend.pass(message.buffer.subarray(message.start, message.end));
    if (message.type !== FRONTEND.copyData) break;
  }
  backend.push();
  await finished;
  if (answer.failed) {
    client.out.rewind(mark);
    throw new BackendQueryError(answer.failed);
  }
  if (transaction.phase === "open") {
    transaction.statements++;
    transaction.wrote = true;
  }
  core.noteQuery(statement.text);
}
