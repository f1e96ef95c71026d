import { SqlError } from "../rewrite/sql-error.ts";
import { BACKEND, BodyReader, FRONTEND, ProtocolError } from "../wire/messages.ts";
import { ScramServer } from "./scram-server.ts";
import type { WireMessage } from "../wire/message-reader.ts";
import type { ClientConnection } from "./client-connection.ts";

/** What a secure gateway needs to know whom it talks to. */
export interface GatewaySecurity {
  /** The node's certificate and key, and the authority of the clients' certificates, all in PEM. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  /** What is kept of a user's password (SCRAM-SHA-256); undefined when there is none, or no such user. */
  readonly verifier: (user: string) => Promise<string | undefined>;
}

/** CockroachDB's answer to a client without TLS. */
export const TLS_REQUIRED: SqlError = new SqlError({
  code: "08P01",
  message: "node is running secure mode, SSL connection required",
});

const MECHANISM = "SCRAM-SHA-256";
const [SASL, SASL_CONTINUE, SASL_FINAL] = [10, 11, 12];

/**
 * Makes sure that a client is the user it says: by its certificate if it shows one, else by the user's password.
 * (CockroachDB's default, `host all all all cert-password`.)
 *
 * @throws {SqlError} when it is not.
 */
export async function authenticate(client: ClientConnection, user: string, security: GatewaySecurity): Promise<void> {
  const certified = client.certifiedUser;
  if (certified !== undefined) {
    if (certified === user) return;
    throw new SqlError({
      code: "28000",
      message: `requested user is ${user}, but certificate is for ${certified}`,
    });
  }
  const wrong = wrongPassword(user);
  const scram = new ScramServer(await security.verifier(user));
  client.out.begin(BACKEND.authentication).int32(SASL).string(MECHANISM).byte(0).end();
  const start = new BodyReader(await answer(client));
  if (start.string() !== MECHANISM) throw new ProtocolError("unknown SASL mechanism");
  const first = scram.first(start.bytes(Math.max(start.int32(), 0)).toString("utf8"));
  if (first === undefined) throw new ProtocolError("malformed SCRAM message");
  client.out.begin(BACKEND.authentication).int32(SASL_CONTINUE).bytes(Buffer.from(first)).end();
  const proof = new BodyReader(await answer(client));
  const final = scram.final(proof.bytes(proof.rest).toString("utf8"));
  if (final === undefined) throw wrong;
  client.out.begin(BACKEND.authentication).int32(SASL_FINAL).bytes(Buffer.from(final)).end();
}

/** CockroachDB's answer to a password that is not the user's. */
export function wrongPassword(user: string): SqlError {
  return new SqlError({ code: "XXUUU", message: `password authentication failed for user ${user}` });
}

async function answer(client: ClientConnection): Promise<WireMessage> {
  client.out.flush();
  for (;;) {
    const message = client.next();
    if (message === undefined) {
      if (!(await client.wait())) throw new ProtocolError("the client is gone");
    } else if ("oversized" in message || message.type !== FRONTEND.password) {
      throw new ProtocolError("expected a password message");
    } else return message;
  }
}
