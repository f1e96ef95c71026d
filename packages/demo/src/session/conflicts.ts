import type { ErrorFields } from "../wire/messages.ts";

/** Did the backend give up because of other transactions? */
export function isConflict(fields: ErrorFields): boolean {
  return fields.code === "40001" || fields.code === "40P01";
}

/** Was the conflict made by `crdb_internal.force_retry`? */
export function isForced(fields: ErrorFields): boolean {
  return fields.message.includes("crdb_internal.force_retry");
}
