import type { ErrorFields } from "../wire/messages.ts";

/** The backend is gone, or never answered: the session cannot go on. */
export class BackendLostError extends Error {
  override readonly name: string = "BackendLostError";
  /** What the server said last, when it said something. */
  readonly fields: ErrorFields | undefined;

  constructor(message: string, fields?: ErrorFields) {
    super(message);
    this.fields = fields;
  }
}

/** SQL of the gateway's own was refused by the backend. */
export class BackendQueryError extends Error {
  override readonly name: string = "BackendQueryError";
  readonly fields: ErrorFields;
  /** True when it was the commit that failed. */
  readonly atCommit: boolean;

  constructor(fields: ErrorFields, atCommit = false) {
    super(fields.message);
    this.fields = fields;
    this.atCommit = atCommit;
  }
}
