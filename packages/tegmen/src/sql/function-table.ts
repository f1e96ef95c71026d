import * as types from "../types/index.ts";
import type { AnySqlType } from "../types/index.ts";

/**
 * What encodes an argument that is a plain value: a type, the type of the first argument that has one (`same`), or
 * the value itself (`any`).
 */
export type ArgumentRule = AnySqlType | "same" | "any";

/** What a function returns: a type, that of its first argument, an array of that, or something by a rule. */
export type ResultRule = AnySqlType | "first" | "array" | "element" | "average" | "unknown";

/** A function that tegmen knows. */
export interface KnownFunction {
  readonly args: readonly ArgumentRule[];
  /** The rule for arguments behind those of `args`; undefined if there can be none. */
  readonly rest: ArgumentRule | undefined;
  readonly result: ResultRule;
  /** How many arguments it needs at least. */
  readonly least: number;
  readonly isPure: boolean;
}

const { bool, float8, int, text, uuid } = types;
const timestamptz: AnySqlType = types.timestamptz();
const date: AnySqlType = types.date();
const interval: AnySqlType = types.interval();
const jsonb: AnySqlType = types.jsonb();

function known(args: readonly ArgumentRule[], result: ResultRule, more: Partial<KnownFunction> = {}): KnownFunction {
  return { args, rest: undefined, result, least: args.length, isPure: true, ...more };
}

const any = "any" as const;
const same = "same" as const;

/** The functions that tegmen knows, by their names in TypeScript. All others take and return anything. */
export const knownFunctions: Readonly<Record<string, KnownFunction>> = {
  // Aggregates
  count: known([any], int, { least: 0 }),
  sum: known([same], "first"),
  avg: known([same], "average"),
  min: known([same], "first"),
  max: known([same], "first"),
  boolAnd: known([bool], bool),
  boolOr: known([bool], bool),
  arrayAgg: known([any], "array"),
  stringAgg: known([text, text], text),
  jsonbAgg: known([any], jsonb),
  jsonbObjectAgg: known([any, any], jsonb),
  stddev: known([same], "average"),
  variance: known([same], "average"),
  percentileCont: known([float8], "unknown"),
  percentileDisc: known([float8], "unknown"),
  mode: known([], "unknown"),
  // Window functions
  rowNumber: known([], int),
  rank: known([], int),
  denseRank: known([], int),
  percentRank: known([], float8),
  cumeDist: known([], float8),
  ntile: known([int], int),
  lag: known([any, int, same], "first", { least: 1 }),
  lead: known([any, int, same], "first", { least: 1 }),
  firstValue: known([any], "first"),
  lastValue: known([any], "first"),
  nthValue: known([any, int], "first"),
  // Conditions
  coalesce: known([same], "first", { rest: same }),
  nullif: known([same, same], "first"),
  greatest: known([same], "first", { rest: same }),
  least: known([same], "first", { rest: same }),
  // Text
  lower: known([text], text),
  upper: known([text], text),
  initcap: known([text], text),
  length: known([text], int),
  octetLength: known([text], int),
  trim: known([text], text),
  btrim: known([text, text], text, { least: 1 }),
  ltrim: known([text, text], text, { least: 1 }),
  rtrim: known([text, text], text, { least: 1 }),
  lpad: known([text, int, text], text, { least: 2 }),
  rpad: known([text, int, text], text, { least: 2 }),
  left: known([text, int], text),
  right: known([text, int], text),
  substr: known([text, int, int], text, { least: 2 }),
  substring: known([text, int, int], text, { least: 2 }),
  replace: known([text, text, text], text),
  repeat: known([text, int], text),
  reverse: known([text], text),
  strpos: known([text, text], int),
  splitPart: known([text, text, int], text),
  concat: known([], text, { rest: text }),
  concatWs: known([text], text, { rest: text }),
  md5: known([text], text),
  sha256: known([text], text),
  regexpReplace: known([text, text, text, text], text, { least: 3 }),
  similarity: known([text, text], float8),
  // Numbers
  abs: known([same], "first"),
  ceil: known([same], "first"),
  floor: known([same], "first"),
  round: known([same, int], "first", { least: 1 }),
  trunc: known([same, int], "first", { least: 1 }),
  sign: known([same], "first"),
  mod: known([same, same], "first"),
  power: known([same, same], "first"),
  sqrt: known([same], "first"),
  random: known([], float8),
  // Times
  now: known([], timestamptz),
  currentTimestamp: known([], timestamptz),
  transactionTimestamp: known([], timestamptz),
  statementTimestamp: known([], timestamptz),
  clockTimestamp: known([], timestamptz),
  currentDate: known([], date),
  followerReadTimestamp: known([], timestamptz),
  withMaxStaleness: known([interval], timestamptz),
  withMinTimestamp: known([timestamptz], timestamptz),
  dateTrunc: known([text, same], "unknown"),
  age: known([timestamptz, timestamptz], interval, { least: 1 }),
  // Keys
  genRandomUuid: known([], uuid),
  uniqueRowid: known([], types.bigint),
  unorderedUniqueRowid: known([], types.bigint),
  nextval: known([text], types.bigint, { isPure: false }),
  // JSONB
  toJsonb: known([any], jsonb),
  jsonbBuildObject: known([], jsonb, { rest: any }),
  jsonbBuildArray: known([], jsonb, { rest: any }),
  jsonbArrayLength: known([jsonb], int),
  jsonbTypeof: known([jsonb], text),
  jsonbStripNulls: known([jsonb], jsonb),
  jsonbPretty: known([jsonb], text),
  // Arrays
  arrayLength: known([any, int], int),
  cardinality: known([any], int),
  arrayAppend: known([any, "any"], "first"),
  arrayRemove: known([any, "any"], "first"),
  arrayPosition: known([any, "any"], int),
  arrayToString: known([any, text], text),
  stringToArray: known([text, text], types.array(text)),
  // Functions that return rows
  generateSeries: known([int, int, int], "first", { least: 2 }),
  unnest: known([any], "element"),
  jsonbArrayElements: known([jsonb], jsonb),
  jsonbArrayElementsText: known([jsonb], text),
  jsonbObjectKeys: known([jsonb], text),
  regexpSplitToTable: known([text, text], text),
  // Text search
  toTsvector: known([text, text], types.tsvector, { least: 1 }),
  toTsquery: known([text, text], types.tsquery, { least: 1 }),
  plaintoTsquery: known([text, text], types.tsquery, { least: 1 }),
  phrasetoTsquery: known([text, text], types.tsquery, { least: 1 }),
  tsRank: known([any, any], types.float4),
  // The server
  version: known([], text),
  currentDatabase: known([], text),
  currentSchema: known([], text),
  currentUser: known([], text),
};
