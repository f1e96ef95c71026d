import { writeTag } from "../wire/messages.ts";
import type { Statement } from "../rewrite/contract.ts";
import type { ExtendedProtocol } from "./extended-protocol.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionRunner } from "./transaction-runner.ts";

const PREPARE = /^prepare\s+(?:"(?:[^"]|"")*"|[^\s("]+)[^"']*?\bas\s+/i;

/**
 * Notes what SQL's PREPARE has made at the backend: names are shared with the statements that are prepared by
 * the protocol, which may bind it, close it, and not use the name for another.
 */
export async function notePrepared({ node, text }: Statement, extended: ExtendedProtocol): Promise<void> {
  if (node.kind !== "prepare") return;
  const head = PREPARE.exec(text)?.[0];
  if (head !== undefined) await extended.statements.adopt(node.name.text, text.slice(head.length));
}

/**
 * DEALLOCATE for statements of the list that the gateway keeps.
 *
 * @returns false when the statement is not one of those
 */
export async function deallocate(
  statement: Statement,
  core: SessionCore,
  runner: TransactionRunner,
  extended: ExtendedProtocol,
): Promise<boolean> {
  const { node } = statement;
  if (node.kind !== "deallocate") return false;
  const name = node.name?.text;
  if (name !== undefined && !extended.statements.has(name)) return false;
  await core.backend.settle();
  if (name === undefined) await extended.deallocateAll();
  else await extended.statements.deallocate(name);
  runner.log.spoil();
  writeTag(core.client.out, name === undefined ? "DEALLOCATE ALL" : "DEALLOCATE");
  return true;
}
