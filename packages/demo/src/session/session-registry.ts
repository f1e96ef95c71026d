import { randomBytes } from "node:crypto";

/** What other sessions may see of a session, and do to it. */
export interface SessionHandle {
  /** 32 hexadecimal digits, as CockroachDB's session ids. */
  readonly id: string;
  /** The gateway's own cancel key. */
  readonly processId: number;
  readonly secret: number;
  readonly user: string;
  readonly applicationName: string;
  readonly clientAddress: string;
  readonly startedAt: Date;
  readonly database: string;
  /** The statement that runs now. */
  readonly activeQuery: { readonly id: string; readonly sql: string; readonly startedAt: Date } | undefined;
  /** What ran last. */
  readonly lastQuery: string;
  /** Cancels the running statement, if one runs. */
  cancelQuery(): void;
  /** Ends the session. */
  terminate(): void;
  /** The database it is on was dropped: its backend is about to vanish. */
  databaseDropped(database: string): void;
  /** A database was made that it may be waiting for. */
  databaseCreated(database: string): void;
  /** A user of this name was made. */
  roleCreated(name: string): void;
}

/** The sessions of one cluster. */
export class SessionRegistry {
  readonly #sessions = new Map<number, SessionHandle>();
  #nextProcess = 1;
  #nextId = BigInt(Date.now()) * 1_000_000n;

  /** A process id and a secret for a new session's cancel key. */
  newKey(): { processId: number; secret: number } {
    const processId = this.#nextProcess++ & 0x7fff_ffff;
    return { processId, secret: randomBytes(4).readUInt32BE(0) };
  }

  /** A new id for a session or a query: 32 hexadecimal digits, growing. */
  newId(): string {
    return (this.#nextId++).toString(16).padStart(24, "0") + "00000001";
  }

  add(session: SessionHandle): void {
    this.#sessions.set(session.processId, session);
  }

  remove(session: SessionHandle): void {
    this.#sessions.delete(session.processId);
  }

  get size(): number {
    return this.#sessions.size;
  }

  [Symbol.iterator](): IterableIterator<SessionHandle> {
    return this.#sessions.values();
  }

  /** A CancelRequest: does nothing when the key is wrong, as the protocol asks. */
  cancel(processId: number, secret: number): void {
    const session = this.#sessions.get(processId);
    if (session && session.secret === secret) session.cancelQuery();
  }

  /** Cancels a query by its id. Returns false when none has it. */
  cancelQuery(id: string): boolean {
    for (const session of this.#sessions.values()) {
      if (session.activeQuery?.id === id) {
        session.cancelQuery();
        return true;
      }
    }
    return false;
  }

  /** Ends a session by its id. Returns false when none has it. */
  cancelSession(id: string): boolean {
    for (const session of this.#sessions.values()) {
      if (session.id === id) {
        session.terminate();
        return true;
      }
    }
    return false;
  }
}
