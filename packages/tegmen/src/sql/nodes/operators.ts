import type { ExpressionNode, Operator } from "./expression-node.ts";

/**
 * How tightly things bind. CockroachDB and PostgreSQL agree on this order, except on `other` and `chain`: in one `->`
 * and `||` come before `@>` and `~`, in the other all are equal. So `@>` and its like never stand beside any of those
 * without parentheses.
 */
export const precedence = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  like: 6,
  other: 7,
  chain: 8,
  sum: 9,
  product: 10,
  power: 11,
  collate: 12,
  sign: 13,
  cast: 14,
  primary: 15,
} as const;

function infix(text: string, own: number, left: number, right: number): Operator {
  return { text, spaced: ` ${text} `, precedence: own, left, right };
}

const { is, comparison, like, other, sum, product, power, sign, cast } = precedence;

const compare = (text: string): Operator => infix(text, comparison, like, like);
const matching = (text: string): Operator => infix(text, like, other, other);
/** Some servers count a regular expression match among the other operators. */
const regexp = (text: string): Operator => infix(text, like, sum, sum);
const general = (text: string): Operator => infix(text, other, sum, sum);
const newer = (text: string, needs: NonNullable<Operator["needs"]>): Operator => ({ ...general(text), needs });
/** Left-associative, and its own equal on the left stands without parentheses. */
const chain = (text: string): Operator => infix(text, precedence.chain, precedence.chain, sum);

/** The operators that tegmen's methods use. */
export const operators = {
  eq: compare("="),
  ne: compare("!="),
  lt: compare("<"),
  le: compare("<="),
  gt: compare(">"),
  ge: compare(">="),
  isDistinctFrom: infix("IS DISTINCT FROM", is, other, other),
  isNotDistinctFrom: infix("IS NOT DISTINCT FROM", is, other, other),
  like: matching("LIKE"),
  notLike: matching("NOT LIKE"),
  ilike: matching("ILIKE"),
  notIlike: matching("NOT ILIKE"),
  regexpMatch: regexp("~"),
  regexpMatchAnyCase: regexp("~*"),
  notRegexpMatch: regexp("!~"),
  notRegexpMatchAnyCase: regexp("!~*"),
  concat: chain("||"),
  get: chain("->"),
  getText: chain("->>"),
  path: general("#>"),
  pathText: general("#>>"),
  contains: general("@>"),
  containedBy: general("<@"),
  overlaps: general("&&"),
  hasKey: general("?"),
  hasAnyKey: general("?|"),
  hasAllKeys: general("?&"),
  matches: newer("@@", "TSVECTOR"),
  l2Distance: newer("<->", "VECTOR"),
  cosineDistance: newer("<=>", "VECTOR"),
  innerProduct: newer("<#>", "VECTOR"),
  plus: infix("+", sum, sum, product),
  minus: infix("-", sum, sum, product),
  times: infix("*", product, product, power),
  dividedBy: infix("/", product, product, power),
  floorDiv: infix("//", product, product, power),
  mod: infix("%", product, product, power),
  not: infix("NOT", precedence.not, precedence.not, precedence.not),
  negate: infix("-", sign, cast, cast),
  isNull: infix("IS NULL", is, other, other),
  isNotNull: infix("IS NOT NULL", is, other, other),
} as const satisfies Record<string, Operator>;

/** Characters that an operator is made of, or names in `OPERATOR(schema.+)`; nothing that could begin a comment. */
const operatorPattern = /^(?:[+\-*/<>=~!@#%^&|`?]{1,10}|OPERATOR\([a-z_]+\.[+\-*/<>=~!@#%^&|`?]{1,10}\))$/;

/** Operators that are words: all there are, because other words (`AND TRUE OR`, `UNION SELECT`) are more than one. */
const wordPattern = /^(?:(?:NOT )?(?:LIKE|ILIKE|SIMILAR TO|IN)|IS(?: NOT)?(?: DISTINCT FROM)?|AT TIME ZONE)$/i;

/**
 * An operator of one's own.
 *
 * @returns undefined if the text is not an operator
 */
export function customOperator(text: string): Operator | undefined {
  if (wordPattern.test(text)) return matching(text);
  if (!operatorPattern.test(text) || text.includes("--") || text.includes("/*")) return undefined;
  return text.startsWith("OPERATOR") ? matching(text) : general(text);
}

/** What a node counts as inside of an operator. */
export function precedenceOf(node: ExpressionNode): number {
  switch (node.kind) {
    case "infix":
    case "prefix":
    case "postfix":
      return node.operator.precedence;
    case "logical":
      if (node.operands.length === 1 && node.operands[0] !== undefined) return precedenceOf(node.operands[0]);
      if (node.operands.length === 0) return precedence.primary;
      return node.operator === "AND" ? precedence.and : precedence.or;
    case "between":
    case "in":
      return precedence.like;
    case "quantified":
      return precedence.comparison;
    case "cast":
      return precedence.cast;
    case "parameter":
      return node.cast === undefined ? precedence.primary : precedence.cast;
    case "collate":
      return precedence.collate;
    case "custom":
      return node.precedence;
    case "label":
    case "distinct":
      return precedenceOf(node.operand);
    default:
      return precedence.primary;
  }
}
