import { lex, type Token } from "./sql-lexer.ts";

/** SQL as a case compiles it from its inputs, and the values that travel beside it. */
export interface Rendered {
  readonly sql: string;
  readonly params?: readonly unknown[];
}

/** What a harmless input looks like: it tells where inputs go. */
export function benign(index: number): string {
  return `benign${String.fromCharCode(97 + index)}`;
}

/** Words that cannot stand for a name without quotes: CockroachDB's documentation, "Keywords & Identifiers", reserved. */
const reserved = new Set(
  (
    "all analyse analyze and any array as asc asymmetric both case cast check collate column concurrently constraint " +
    "create current_catalog current_date current_role current_schema current_time current_timestamp current_user " +
    "default deferrable desc distinct do else end except false fetch for foreign from grant group having in index initially " +
    "intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary " +
    "references returning select session_user some symmetric table then to trailing true union unique user using " +
    "variadic when where window with"
  ).split(" "),
);

/**
 * Compares the SQL of hostile inputs with that of harmless ones: every token must be the same, but for the names and
 * strings that the inputs are, which must stand for exactly those.
 *
 * @returns what is wrong, or undefined
 */
export function compareShapes(
  harmless: Rendered,
  harmlessTokens: readonly Token[],
  hostile: Rendered,
  inputs: readonly string[],
): string | undefined {
  const tokens = lex(hostile.sql);
  if (tokens.length !== harmlessTokens.length) {
    return `${harmlessTokens.length} tokens became ${tokens.length}: ${hostile.sql}`;
  }
  for (const [at, token] of tokens.entries()) {
    const problem = compareTokens(harmlessTokens[at]!, token, inputs);
    if (problem !== undefined) return `${problem}: ${hostile.sql}`;
  }
  return compareValues(harmless.params ?? [], hostile.params ?? [], inputs);
}

function compareTokens(harmless: Token, token: Token, inputs: readonly string[]): string | undefined {
  const isInput = harmless.content.includes("benign");
  const expected = isInput ? filledIn(harmless.content, inputs) : harmless.content;
  if (token.content !== expected) {
    return `${JSON.stringify(token.content)} stands where ${JSON.stringify(expected)} should`;
  }
  if (token.kind === harmless.kind) {
    const misread =
      isInput && token.kind === "word" && (reserved.has(expected) || !/^[a-z_][a-z0-9_]*$/.test(expected));
    return misread ? `the word ${expected} means something else without quotes` : undefined;
  }
  // A harmless name needs no quotes.
  if (isInput && harmless.kind === "word" && token.kind === "name") return undefined;
  return `a ${harmless.kind} became a ${token.kind}`;
}

function compareValues(
  harmless: readonly unknown[],
  hostile: readonly unknown[],
  inputs: readonly string[],
): string | undefined {
  const expected = JSON.stringify(filledInDeep(harmless, inputs));
  const given = JSON.stringify(hostile);
  return given === expected ? undefined : `the parameters are ${given}, not ${expected}`;
}

function filledIn(text: string, inputs: readonly string[]): string {
  return text.replaceAll(/benign([a-h])/g, (_, letter: string) => inputs[letter.charCodeAt(0) - 97]!);
}

function filledInDeep(value: unknown, inputs: readonly string[]): unknown {
  if (typeof value === "string") return filledIn(value, inputs);
  if (Array.isArray(value)) return value.map((each) => filledInDeep(each, inputs));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [filledIn(key, inputs), filledInDeep(each, inputs)]),
    );
  }
  return value;
}
