import fc from "fast-check";
import { ArgumentError, c, compile, DataError, deleteFrom, func, select, sql, table, text } from "tegmen";
import { nameCases, type ShapeCase, textCases } from "./cases.ts";
import { hostileName, hostileText, unwritableText } from "./hostile.ts";
import { benign, compareShapes } from "./shape.ts";
import { lex } from "./sql-lexer.ts";
import type { Suite } from "./suite.ts";
import { badUrlSuite, urlSuite } from "./url-suites.ts";

/** SQL keeps its shape, whatever its inputs are. */
function shapeSuite({ name, inputs, count, render, accepts = () => true }: ShapeCase): Suite {
  const arbitrary =
    inputs === "names"
      ? fc.uniqueArray(hostileName.filter(accepts), { minLength: count, maxLength: count })
      : fc.array(hostileText.filter(accepts), { minLength: count, maxLength: count });
  return {
    name: `${inputs} in ${name}`,
    run: (runs, seed) => {
      const harmless = Array.from({ length: count }, (_, index) => benign(index));
      const expected = render(harmless);
      const tokens = lex(expected.sql);
      const unused = harmless.find((each) => !JSON.stringify(expected).includes(each));
      if (unused !== undefined) throw new Error(`the input ${unused} is not in ${expected.sql}`);
      fc.assert(
        fc.property(arbitrary, (given) => {
          const problem = compareShapes(expected, tokens, render(given), given);
          if (problem !== undefined) throw new Error(problem);
        }),
        { numRuns: runs, seed },
      );
    },
  };
}

/** What no SQL can hold is refused, before anything is sent. */
function refusalSuite(cases: readonly ShapeCase[]): Suite {
  return {
    name: "names that cannot be written",
    run: (runs, seed) =>
      fc.assert(
        fc.property(fc.constantFrom(...cases), unwritableText, fc.nat(), ({ name, count, render }, bad, at) => {
          const inputs = Array.from({ length: count }, (_, index) => (index === at % count ? bad : benign(index)));
          let sql: string;
          try {
            ({ sql } = render(inputs));
          } catch (error) {
            // The value of an enum is a value.
            if (error instanceof ArgumentError || error instanceof DataError) return;
            throw error;
          }
          throw new Error(`${name} took ${JSON.stringify(bad)}: ${sql}`);
        }),
        { numRuns: runs, seed },
      ),
  };
}

const docs = table("docs", { id: c.int().primaryKey(), name: c.string() });
const t = docs.c;

/** What is to be a number, or one of a few words, is nothing else. */
const narrow: readonly (readonly [string, (given: never) => unknown])[] = [
  ["limit", (given) => compile(select(t.id).limit(given))],
  ["offset", (given) => compile(select(t.id).offset(given))],
  ["limit of DELETE", (given) => compile(deleteFrom(docs).limit(given))],
  ["length", (given) => c.string(given)],
  ["precision", (given) => c.decimal(given, 2)],
  ["scale", (given) => c.decimal(10, given)],
  ["precision of a time", (given) => c.timestamptz({ precision: given })],
  ["bits", (given) => c.bit(given)],
  ["dimensions", (given) => c.vector(given)],
  ["operator", (given) => t.id.op(given, 1)],
  ["unit", (given) => func.timestampdiff(given, t.id as never, t.id as never)],
  ["time of AS OF SYSTEM TIME", (given) => compile(select(t.id).asOfSystemTime(given))],
  ["direction of a hint", (given) => compile(select(t.id).withHint(docs, { forceIndex: "i", direction: given }))],
];

const narrowSuite: Suite = {
  name: "numbers and keywords",
  run: (runs, seed) =>
    fc.assert(
      fc.property(
        fc.constantFrom(...narrow),
        // An interval may be said in words; all else is refused.
        hostileText.filter((each) => /[^\w\s.:+-]/.test(each)),
        ([name, make], given) => {
          try {
            make(given as never);
          } catch (error) {
            if (error instanceof ArgumentError) return;
            throw error;
          }
          // PostgreSQL's characters of operators, which begin no comment.
          const isOperator = /^[-+*/<>=~!@#%^&|`?]+$/.test(given) && !/--|\/\*/.test(given);
          if (name === "operator" && isOperator) return;
          throw new Error(`${name} took ${JSON.stringify(given)}`);
        },
      ),
      { numRuns: runs, seed },
    ),
};

const words =
  "and or not true false null is in like ilike similar to distinct from between union all select at time zone div".split(
    " ",
  );
const wordOperators = /^(?:not )?(?:like|ilike|similar to|in)$|^is(?: not)?(?: distinct from)?$|^at time zone$/;

const wordOperatorSuite: Suite = {
  name: "operators of words",
  run: (runs, seed) =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 }), (given) => {
        const operator = given.join(" ");
        try {
          t.id.op(operator, 1);
        } catch (error) {
          if (error instanceof ArgumentError) return;
          throw error;
        }
        if (!wordOperators.test(operator)) throw new Error(`op() took ${operator}`);
      }),
      { numRuns: runs, seed },
    ),
};

/** What the server does with a LIKE pattern: `%` any text, `_` any character, `\` takes the next one as it is. */
function likeMatches(pattern: string, value: string): boolean {
  const characters = Array.from(pattern);
  let source = "";
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === "%") source += "[\\s\\S]*";
    else if (character === "_") source += "[\\s\\S]";
    else source += literally(character === "\\" ? (characters[++at] ?? "") : character);
  }
  return new RegExp(`^${source}$`, "u").test(value);
}

function literally(character: string): string {
  return Array.from(character, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`).join("");
}

const likeSuite: Suite = {
  name: "LIKE patterns",
  run: (runs, seed) =>
    fc.assert(
      fc.property(hostileText, hostileText, (part, other) => {
        const patternOf = (condition: Parameters<typeof select>[0]): string => {
          const { sql: statement, params } = compile(select((condition as ReturnType<typeof t.name.like>).as("x")));
          if (statement !== "SELECT docs.name LIKE $1 AS x FROM docs") throw new Error(statement);
          return params[0] as string;
        };
        const around = `${other}${part}${other}`;
        for (const [what, pattern, expected] of [
          ["contains", patternOf(t.name.contains(part)), (value: string) => value.includes(part)],
          ["startsWith", patternOf(t.name.startsWith(part)), (value: string) => value.startsWith(part)],
          ["endsWith", patternOf(t.name.endsWith(part)), (value: string) => value.endsWith(part)],
        ] as const) {
          for (const value of [part, other, around, `${part}${other}`, `${other}${part}`, ""]) {
            if (likeMatches(pattern, value) === expected(value)) continue;
            throw new Error(
              `${what}(${JSON.stringify(part)}) made ${JSON.stringify(pattern)}, wrong for ${JSON.stringify(value)}`,
            );
          }
        }
      }),
      { numRuns: runs, seed },
    ),
};

const parameterPieces = [" :a ", " :b ", "(:a)", ",:b,", "=:a1 ", " :a::INT8 ", " :é "];
const otherPieces =
  "::INT8 |:::STRING |'|''|'x'|\"|\"\"|\"x\"|$$|$t$| e'| b'| E'\\''|--|\n|/*|*/| |x |SELECT |1 |1.5 |;|(|)|,|->>|#>|é |😀 |'it''s'|: ";

/** Pieces of SQL in any order; no brackets, in which a colon may be that of a slice. */
const soup = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...parameterPieces) },
    { weight: 3, arbitrary: fc.constantFrom(...otherPieces.split("|")) },
  ),
  { maxLength: 16 },
);

const namedParametersSuite: Suite = {
  name: "named parameters of text()",
  run: (runs, seed) =>
    fc.assert(
      fc.property(soup, (pieces) => {
        const given = pieces.join("");
        const names: string[] = [];
        const expected: string[] = [];
        const tokens = lex(given);
        // Between quoted texts that end in unexpected places: text() refuses numbers.
        if (tokens.some(({ kind }) => kind === "placeholder")) return;
        for (let at = 0; at < tokens.length; at++) {
          const { kind, content, start } = tokens[at]!;
          const next = tokens[at + 1];
          const isAlone = content === ":" && given[start - 1] !== ":";
          if (kind === "operator" && isAlone && next?.kind === "word" && next.start === start + 1) {
            if (!names.includes(next.content)) names.push(next.content);
            expected.push(`placeholder $${names.indexOf(next.content) + 1}`);
            at++;
          } else {
            expected.push(`${kind} ${content}`);
          }
        }
        const parameters = Object.fromEntries(names.map((name, index) => [name, index]));
        const { sql: made, params } = compile(text(given), { parameters });
        const actual = lex(made).map(({ kind, content }) => `${kind} ${content}`);
        if (JSON.stringify(actual) !== JSON.stringify(expected)) {
          throw new Error(`${JSON.stringify(given)} became ${JSON.stringify(made)}, not ${expected.join(" | ")}`);
        }
        if (params.length !== names.length) throw new Error(`${names.join()} became ${params.length} parameters`);
      }),
      { numRuns: runs, seed },
    ),
};

const joinSuite: Suite = {
  name: "nested sql templates",
  run: (runs, seed) =>
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 5 }), hostileName, (all, name) => {
        const statement = sql`SELECT ${sql.join(all.map((each) => sql`${each}::STRING`))} FROM ${sql.identifier(name)}`;
        const { sql: made, params } = compile(statement);
        const tokens = lex(made);
        const placeholders = tokens.filter(({ kind }) => kind === "placeholder").length;
        if (
          placeholders !== all.length ||
          tokens.at(-1)?.content !== name ||
          JSON.stringify(params) !== JSON.stringify(all)
        ) {
          throw new Error(made);
        }
      }),
      { numRuns: runs, seed },
    ),
};

/** All suites that need no server. */
export function allSuites(): Suite[] {
  return [
    ...nameCases.map(shapeSuite),
    ...textCases.map(shapeSuite),
    refusalSuite(nameCases),
    narrowSuite,
    wordOperatorSuite,
    likeSuite,
    namedParametersSuite,
    joinSuite,
    urlSuite,
    badUrlSuite,
  ];
}
