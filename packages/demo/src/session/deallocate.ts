import { writeTag } from "../wire/messages.ts";
import type { Statement } from "../rewrite/contract.ts";
import type { ExtendedProtocol } from "./extended-protocol.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionRunner } from "./transaction-runner.ts";

/**
 * DEALLOCATE for statements that were prepared by the protocol, of which the gateway keeps a list. What
 * SQL's PREPARE made is known to the backend alone.
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
