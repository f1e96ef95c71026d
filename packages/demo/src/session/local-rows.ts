import { BACKEND } from "../wire/messages.ts";
import type { MessageWriter } from "../wire/message-writer.ts";
import type { LocalColumn } from "../rewrite/contract.ts";

const BOOL = 16;
const INT8 = 20;

/** Writes a DataRow the gateway made up itself, in the formats the client asked for. */
export function writeLocalRow(
  out: MessageWriter,
  columns: readonly LocalColumn[],
  values: readonly (string | null)[],
  formats: readonly number[] = [],
): void {
  out.begin(BACKEND.dataRow).int16(values.length);
  values.forEach((value, index) => {
    const format = formats.length === 1 ? (formats[0] ?? 0) : (formats[index] ?? 0);
    const type = columns[index]?.oid;
    if (value === null) out.int32(-1);
    else if (format === 1 && type === INT8) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt(value));
      out.int32(8).bytes(bytes);
    } else if (format === 1 && type === BOOL) out.int32(1).byte(value === "t" ? 1 : 0);
    else out.counted(value);
  });
  out.end();
}
