import { tokenize } from "../lexer.ts";
import { printName } from "./quote.ts";

/** An expression as CockroachDB prints it, with a column renamed. */
export function renamedExpression(text: string, from: string, to: string): string {
  let result = "";
  let at = 0;
  const tokens = tokenize(text);
  for (const [i, token] of tokens.entries()) {
    if (token.type !== "word" && token.type !== "quoted") continue;
    const next = tokens[i + 1];
    const before = tokens[i - 1];
    // neither a function nor a type
    if (token.value !== from || (next?.type === "operator" && next.value === "(")) continue;
    if (before?.type === "operator" && before.value.startsWith("::")) continue;
    result += text.slice(at, token.start) + printName(to);
    at = token.end;
  }
  return result + text.slice(at);
}
