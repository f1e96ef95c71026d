/** How strongly a binary operator binds, from CockroachDB's grammar. */
export const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1, and: 2,
  "<": 5, ">": 5, "=": 5, "<=": 5, ">=": 5, "<>": 5, "!=": 5,
  "~": 6, "!~": 6, "~*": 6, "!~*": 6,
  "@>": 8, "<@": 8, "?": 8, "?|": 8, "?&": 8, "&&": 8,
  "||": 10, "->": 10, "->>": 10, "#>": 10, "#>>": 10, "#-": 10,
  "|": 11, "#": 12, "&": 13, "<<": 14, ">>": 14, "<<=": 14, ">>=": 14,
  "+": 15, "-": 15, "*": 16, "/": 16, "//": 16, "%": 16, "^": 17,
}; // prettier-ignore
export const NOT: number = 3;
export const IS: number = 4;
export const COMPARISON: number = 5;
export const LIKE: number = 6;
export const AT_TIME_ZONE: number = 18;
export const COLLATE: number = 19;
export const UNARY: number = 20;
