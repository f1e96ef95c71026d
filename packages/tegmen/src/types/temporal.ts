import { ArgumentError } from "../errors/index.ts";

/**
 * `Temporal` of the JavaScript engine or of a polyfill. The exported types are those of the program's own `Temporal`
 * where its compiler knows one, and otherwise the little that all of them have.
 */

/** `Temporal.Instant`: what a TIMESTAMPTZ is under `{ as: "temporal" }`. */
export type TemporalInstant = typeof globalThis extends { Temporal: { Instant: { prototype: infer T } } }
  ? T
  : TemporalValue & { readonly epochMilliseconds: number; readonly epochNanoseconds: bigint };

/** `Temporal.PlainDateTime`: what a TIMESTAMP is under `{ as: "temporal" }`. */
export type TemporalPlainDateTime = typeof globalThis extends { Temporal: { PlainDateTime: { prototype: infer T } } }
  ? T
  : TemporalDateFields & TemporalTimeFields;

/** `Temporal.PlainDate`: what a DATE is under `{ as: "temporal" }`. */
export type TemporalPlainDate = typeof globalThis extends { Temporal: { PlainDate: { prototype: infer T } } }
  ? T
  : TemporalDateFields;

/** `Temporal.PlainTime`: what a TIME is under `{ as: "temporal" }`. */
export type TemporalPlainTime = typeof globalThis extends { Temporal: { PlainTime: { prototype: infer T } } }
  ? T
  : TemporalTimeFields;

/** `Temporal.Duration`: what an INTERVAL is under `{ as: "temporal" }`. */
export type TemporalDuration = typeof globalThis extends { Temporal: { Duration: { prototype: infer T } } }
  ? T
  : TemporalValue & DurationFields;

/** What every object of Temporal has. */
export interface TemporalValue {
  readonly [Symbol.toStringTag]: string;
  toString(options?: object): string;
}

interface TemporalDateFields extends TemporalValue {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface TemporalTimeFields extends TemporalValue {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly microsecond: number;
  readonly nanosecond: number;
}

/** The fields of a `Temporal.Duration`; all that are not zero have the same sign. */
export interface DurationFields {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
  readonly microseconds: number;
  readonly nanoseconds: number;
}

/** The part of the `Temporal` namespace that the codecs call. */
export interface TemporalNamespace {
  readonly Instant: new (epochNanoseconds: bigint) => TemporalInstant;
  readonly PlainDateTime: { from(iso: string): TemporalPlainDateTime };
  readonly PlainDate: { from(iso: string): TemporalPlainDate };
  readonly PlainTime: { from(iso: string): TemporalPlainTime };
  readonly Duration: { from(fields: Partial<DurationFields>): TemporalDuration };
}

/**
 * Finds `Temporal`.
 *
 * @param typeName the type that asks for it, for the message
 * @throws ArgumentError if this Node.js has none and no polyfill was loaded
 */
export function requireTemporal(typeName: string): TemporalNamespace {
  const found = (globalThis as { Temporal?: TemporalNamespace }).Temporal;
  if (found !== undefined) return found;
  throw new ArgumentError(
    `${typeName} with { as: "temporal" } needs Temporal, which Node.js ${process.version} does not have: ` +
      'use Node.js 26 or later, or install temporal-polyfill and import "temporal-polyfill/global" first',
  );
}

/** The class of a Temporal object, such as `Instant`; undefined for everything else. */
export function temporalClass(value: object): string | undefined {
  const tag = (value as Partial<TemporalValue>)[Symbol.toStringTag];
  return typeof tag === "string" && tag.startsWith("Temporal.") ? tag.slice("Temporal.".length) : undefined;
}
