import { readdir, readFile, rm } from "node:fs/promises";
import { endianness } from "node:os";
import { join } from "node:path";

/** The size of a segment of the write-ahead log, as the demo cluster's data folders have it. */
export const LOG_SEGMENT_MEGABYTES = 1;

/** Where pg_control, in every version so far, holds the position of the last checkpoint. */
const CHECKPOINT_AT = 32;

/** The name of a segment's file, but for the eight digits of the timeline in front. */
function segmentName(segment: bigint): string {
  const perName = 0x1_0000_0000n / BigInt(LOG_SEGMENT_MEGABYTES * 1024 * 1024);
  const hexadecimal = (value: bigint): string => value.toString(16).toUpperCase().padStart(8, "0");
  return hexadecimal(segment / perName) + hexadecimal(segment % perName);
}

/**
 * Removes the segments of the write-ahead log that a server which has ended in order does not read when it is
 * started again, and those it keeps ready to be written. Does nothing where it does not know the data's form.
 *
 * @param data - a data folder that no server has open
 */
export async function removeOldLog(data: string): Promise<void> {
  const control = await readFile(join(data, "global", "pg_control"));
  const position =
    endianness() === "LE" ? control.readBigUInt64LE(CHECKPOINT_AT) : control.readBigUInt64BE(CHECKPOINT_AT);
  const segment = position / BigInt(LOG_SEGMENT_MEGABYTES * 1024 * 1024);
  const [last, next] = [segmentName(segment), segmentName(segment + 1n)];
  const folder = join(data, "pg_wal");
  const names = (await readdir(folder)).filter((name) => /^[0-9A-F]{24}$/.test(name));
  if (!names.some((name) => name.endsWith(last))) return;
  // The record of the last checkpoint may reach into the next segment.
  const old = names.filter((name) => !name.endsWith(last) && !name.endsWith(next));
  await Promise.all(old.map((name) => rm(join(folder, name))));
}
