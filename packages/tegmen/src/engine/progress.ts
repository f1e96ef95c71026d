import { ArgumentError } from "../errors/index.ts";
import type { Limits } from "./limits.ts";

/** How far a bulk operation has come. */
export interface Progress {
  /** Rows that are done: for an INSERT answered by the server, for COPY sent. None of them is committed by that. */
  readonly rows: number;
  /** How many there are; undefined where only the end of the source will tell. */
  readonly total: number | undefined;
}

/** Is told how far a bulk operation has come. What it throws becomes a process warning: a signal ends the operation. */
export type OnProgress = (progress: Progress) => void;

/** Options of one execution. */
export interface ExecuteOptions extends Limits {
  /** Called after each part of an INSERT or UPSERT that is sent in parts; once, where one statement holds all rows. */
  readonly onProgress?: OnProgress | undefined;
}

/** @throws {ArgumentError} it is no function. */
export function checkProgress(onProgress: unknown): void {
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new ArgumentError(`onProgress takes a function; got ${typeof onProgress}`);
  }
}

/** Tells it; what it throws does not disturb the work it watches. */
export function reportProgress(onProgress: OnProgress, progress: Progress): void {
  try {
    onProgress(progress);
  } catch (error) {
    process.emitWarning(`onProgress threw: ${String(error)}`, "TegmenWarning");
  }
}
