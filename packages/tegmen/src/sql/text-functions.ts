import type { Int, Text } from "./function-arguments.ts";
import type { FunctionResult } from "./function-call.ts";
import type { Operand } from "./operand.ts";

/** Functions of text. */
export interface TextFunctions {
  lower<S = never>(text: Text<S>): FunctionResult<string, S, "lower", "text">;
  upper<S = never>(text: Text<S>): FunctionResult<string, S, "upper", "text">;
  initcap<S = never>(text: Text<S>): FunctionResult<string, S, "initcap", "text">;
  /** The number of characters. */
  length<S = never>(text: Text<S>): FunctionResult<number, S, "length", "numeric">;
  octetLength<S = never>(text: Text<S>): FunctionResult<number, S, "octetLength", "numeric">;
  trim<S = never>(text: Text<S>): FunctionResult<string, S, "trim", "text">;
  btrim<S = never>(text: Text<S>, characters?: Text): FunctionResult<string, S, "btrim", "text">;
  ltrim<S = never>(text: Text<S>, characters?: Text): FunctionResult<string, S, "ltrim", "text">;
  rtrim<S = never>(text: Text<S>, characters?: Text): FunctionResult<string, S, "rtrim", "text">;
  lpad<S = never>(text: Text<S>, length: Int, fill?: Text): FunctionResult<string, S, "lpad", "text">;
  rpad<S = never>(text: Text<S>, length: Int, fill?: Text): FunctionResult<string, S, "rpad", "text">;
  left<S = never>(text: Text<S>, length: Int): FunctionResult<string, S, "left", "text">;
  right<S = never>(text: Text<S>, length: Int): FunctionResult<string, S, "right", "text">;
  substr<S = never>(text: Text<S>, start: Int, length?: Int): FunctionResult<string, S, "substr", "text">;
  substring<S = never>(text: Text<S>, start: Int, length?: Int): FunctionResult<string, S, "substring", "text">;
  replace<S = never>(text: Text<S>, find: Text, replacement: Text): FunctionResult<string, S, "replace", "text">;
  repeat<S = never>(text: Text<S>, count: Int): FunctionResult<string, S, "repeat", "text">;
  reverse<S = never>(text: Text<S>): FunctionResult<string, S, "reverse", "text">;
  strpos<S = never>(text: Text<S>, find: Text): FunctionResult<number, S, "strpos", "numeric">;
  splitPart<S = never>(text: Text<S>, separator: Text, index: Int): FunctionResult<string, S, "splitPart", "text">;
  concat(...parts: readonly Text[]): FunctionResult<string, never, "concat", "text">;
  concatWs<S = never>(separator: Text<S>, ...parts: readonly Text[]): FunctionResult<string, S, "concatWs", "text">;
  md5<S = never>(text: Text<S>): FunctionResult<string, S, "md5", "text">;
  sha256<S = never>(text: Text<S>): FunctionResult<string, S, "sha256", "text">;
  regexpReplace<S = never>(
    text: Text<S>,
    pattern: Text,
    replacement: Text,
    flags?: Text,
  ): FunctionResult<string, S, "regexpReplace", "text">;
  /** How alike two texts are, by their trigrams: 0 to 1. */
  similarity<S = never>(first: Text<S>, second: Text): FunctionResult<number, S, "similarity", "float">;
  toTsvector(config: Text, text?: Text): FunctionResult<string, null, "toTsvector", "tsvector">;
  toTsquery(config: Text, query?: Text): FunctionResult<string, null, "toTsquery", "other">;
  plaintoTsquery(config: Text, query?: Text): FunctionResult<string, null, "plaintoTsquery", "other">;
  phrasetoTsquery(config: Text, query?: Text): FunctionResult<string, null, "phrasetoTsquery", "other">;
  tsRank<S>(
    vector: Operand<unknown, S, "tsvector">,
    query: Operand,
  ): FunctionResult<number, S | null, "tsRank", "float">;
}
