import { SqlError } from "../rewrite/sql-error.ts";
import { writeTag } from "../server/messages.ts";
import type { Statement } from "../rewrite/contract.ts";
import type { ExtendedProtocol } from "./extended-protocol.ts";
import type { SessionCore } from "./session-core.ts";
import type { TransactionRunner } from "./transaction-runner.ts";

/** PREPARE, EXECUTE and DEALLOCATE as SQL statements; they share their names with the protocol's. */
export class SqlPrepared {
  readonly #core: SessionCore;
  readonly #runner: TransactionRunner;
  readonly #extended: ExtendedProtocol;

  constructor(core: SessionCore, runner: TransactionRunner, extended: ExtendedProtocol) {
    this.#core = core;
    this.#runner = runner;
    this.#extended = extended;
  }

  static handles(statement: Statement): boolean {
    return statement.kind === "deallocate";
  }

  async run(statement: Statement): Promise<void> {
    const { node } = statement;
    if (node.kind !== "deallocate") throw new SqlError({ code: "0A000", message: "not a prepared statement" });
    await this.#core.backend.settle();
    if (node.name === undefined) await this.#extended.deallocateAll();
    else await this.#extended.deallocate(node.name.text);
    this.#runner.log.spoil();
    writeTag(this.#core.client.out, node.name === undefined ? "DEALLOCATE ALL" : "DEALLOCATE");
  }
}
