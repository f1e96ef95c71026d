import { BACKEND } from "../wire/messages.ts";
import { isConflict } from "./conflicts.ts";
import type { BackendConnection } from "./backend-connection.ts";
import type { Operation } from "./backend-operation.ts";
import type { Capture } from "./result-operation.ts";
import type { ErrorFields } from "../wire/messages.ts";

/** One thing sent to the backend, in a form that can be sent again. */
export type Request =
  | { readonly query: string }
  | { readonly kind: "parse" | "bind" | "describe" | "execute" | "close"; readonly bytes: Buffer };

/** What a transaction may hold on to; a longer one is not replayed. */
const MAX_BYTES = 512 * 1024;

/**
 * What ran in the open transaction and what it answered, so that after a
 * conflict it can run again in a new one. If every answer is the same, the
 * client need not know: CockroachDB's read refresh comes to the same end.
 */
export class TransactionLog implements Capture {
  #requests: Request[] = [];
  #answers: Buffer[] = [];
  #pending: Buffer[] = [];
  #size = 0;
  #replayable = true;

  /** False when the transaction was too long, or did what cannot be done twice. */
  get replayable(): boolean {
    return this.#replayable;
  }

  clear(): void {
    this.#requests = [];
    this.#answers = [];
    this.#pending = [];
    this.#size = 0;
    this.#replayable = true;
  }

  /** The transaction cannot be replayed from here on. */
  spoil(): void {
    this.clear();
    this.#replayable = false;
  }

  /** Keeps an answer until {@link commit} or {@link drop}. */
  add(buffer: Buffer, start: number, end: number): void {
    if (!this.#replayable) return;
    this.#size += end - start;
    if (this.#size > MAX_BYTES) this.spoil();
    else this.#pending.push(Buffer.from(buffer.subarray(start, end)));
  }

  /** What was sent went well: it is part of the transaction. */
  commit(requests: readonly Request[]): void {
    if (!this.#replayable) return;
    for (const request of requests) {
      if ("kind" in request && outlives(request)) {
        // A statement prepared under a name is still there in the new attempt; one that was closed is not.
        if (request.kind === "parse") continue;
        this.spoil();
        return;
      }
      this.#size += "query" in request ? request.query.length : request.bytes.length;
      this.#requests.push(request);
    }
    this.#answers.push(...this.#pending);
    this.#pending = [];
    if (this.#size > MAX_BYTES) this.spoil();
  }

  /** What was sent failed. */
  drop(): void {
    this.#pending = [];
  }

  /**
   * Runs everything again in a backend transaction that was just begun.
   *
   * @returns `same` when every answer was the same as before, `conflict` when it met another transaction once more
   */
  async replay(backend: BackendConnection): Promise<"same" | "different" | "conflict"> {
    if (!this.#replayable) return "different";
    const answers: Buffer[] = [];
    let failed: ErrorFields | undefined;
    const note = (kind: Operation["kind"]): Operation => ({
      kind,
      message: (type, buffer, start, end) => {
        if (type === BACKEND.dataRow || type === BACKEND.commandComplete) {
          if (kind === "execute" || kind === "query") answers.push(Buffer.from(buffer.subarray(start, end)));
        }
      },
      error: (fields) => {
        failed ??= fields;
      },
    });
    for (const request of this.#requests) {
      if ("query" in request) {
        if (backend.unsynced) backend.queueSync();
        backend.queueQuery(request.query, note("query"));
        await backend.settle();
      } else {
        backend.send(note(request.kind), request.bytes);
      }
      if (failed) break;
    }
    if (backend.unsynced) backend.queueSync();
    await backend.settle();
    if (failed !== undefined) return isConflict(failed) ? "conflict" : "different";
    return Buffer.concat(answers).equals(Buffer.concat(this.#answers)) ? "same" : "different";
  }
}

/** Is it about a prepared statement with a name? Those do not end with the transaction. */
function outlives(request: Exclude<Request, { query: string }>): boolean {
  const { kind, bytes } = request;
  if (kind === "parse") return bytes[5] !== 0;
  return kind === "close" && bytes[5] === 0x53 && bytes[6] !== 0;
}
