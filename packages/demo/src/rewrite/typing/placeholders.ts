import type { Expr, InsertNode, SelectNode, StatementNode } from "../ast.ts";
import { SqlError } from "../sql-error.ts";

/** A placeholder whose type nothing around it tells. */
export interface Undetermined {
  readonly number: number;
  /** The function it is an argument of, which exists for several types. */
  readonly call: string | undefined;
}

/** Functions that exist for several types of a single argument. */
const OVERLOADED: ReadonlySet<string> = new Set(
  `abs ceil ceiling floor sign sqrt cbrt exp ln isnan length char_length character_length octet_length bit_length max min
  md5 sha1 sha224 sha256 sha384 sha512`.split(/\s+/),
);

/** Expressions whose operands have one type, which one of them has to tell. */
const ALIKE: ReadonlySet<string> = new Set(["coalesce", "ifnull", "greatest", "least", "nullif"]);

/** The placeholders of a statement that CockroachDB finds no type for, in the order of their numbers. */
export function undeterminedPlaceholders(node: StatementNode): readonly Undetermined[] {
  const search = new Search();
  search.visit(node);
  return search.result();
}

/** CockroachDB's answer to the first of them that has no declared type. */
export function checkPlaceholders(placeholders: readonly Undetermined[], declared: readonly number[]): void {
  const first = placeholders.find(({ number }) => !declared[number - 1]);
  if (!first) return;
  const call = first.call === undefined ? "" : `${first.call}(): `;
  throw new SqlError({
    code: "42P18",
    message: `${call}could not determine data type of placeholder $${first.number}`,
    hint: "consider adding explicit type casts to the placeholder arguments",
  });
}

class Search {
  /** Placeholders that something tells the type of, and those that stand where nothing does. */
  readonly #told = new Set<number>();
  readonly #untold = new Map<number, Undetermined>();
  /** Expressions that are dealt with. */
  readonly #seen = new WeakSet<object>();

  result(): Undetermined[] {
    return [...this.#untold.values()]
      .filter(({ number }) => !this.#told.has(number))
      .sort((a, b) => a.number - b.number);
  }

  visit(value: unknown): void {
    if (typeof value !== "object" || value === null || this.#seen.has(value)) return;
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item);
      return;
    }
    const node = value as { readonly kind?: string };
    if (node.kind === "placeholder") {
      this.#told.add((node as Extract<Expr, { kind: "placeholder" }>).index);
      return;
    }
    for (const group of this.#groups(node as StatementNode | Expr | SelectNode["body"])) this.#group(...group);
    for (const child of Object.values(node)) this.visit(child);
  }

  /** Expressions of one type: when all of them are placeholders, nothing tells it. */
  #group(exprs: readonly (Expr | undefined)[], call?: string): void {
    const placeholders = exprs.map((expr) => bare(expr));
    if (placeholders.length === 0 || placeholders.includes(undefined)) return;
    for (const [i, number] of placeholders.entries()) {
      const expr = exprs[i];
      if (number === undefined || !expr) continue;
      this.#seen.add(expr);
      if (!this.#untold.has(number)) this.#untold.set(number, { number, call });
    }
  }

  #groups(node: StatementNode | Expr | SelectNode["body"]): [readonly (Expr | undefined)[], string?][] {
    switch (node.kind) {
      case "insert":
        this.#insert(node);
        return [];
      case "simple":
        return node.items.map(({ expr }) => [[expr]]);
      case "values": {
        const width = node.rows[0]?.items.length ?? 0;
        return Array.from({ length: width }, (_, i) => [node.rows.map((row) => row.items[i])]);
      }
      case "binary":
        if (node.operator === "and" || node.operator === "or") return [];
        return node.quantifier && bare(node.left) !== undefined ? [[[node.left]]] : [[[node.left, node.right]]];
      case "array":
        return [[node.items]];
      case "case":
        return [[[...node.branches.map((branch) => branch.result), ...(node.otherwise ? [node.otherwise] : [])]]];
      case "special":
        return ALIKE.has(node.name) ? [[node.args]] : [];
      case "call": {
        const name = node.name.parts.at(-1)?.text ?? "";
        return OVERLOADED.has(name) && node.args.length === 1 ? [[node.args, name]] : [];
      }
      default:
        return [];
    }
  }

  /** What is inserted has the types of the columns. */
  #insert({ source }: InsertNode): void {
    if (!source) return;
    const { body } = source;
    const items =
      body.kind === "values"
        ? body.rows.flatMap((row) => row.items)
        : body.kind === "simple"
          ? body.items.map((item) => item.expr)
          : [];
    for (const expr of items) {
      const number = bare(expr);
      if (number === undefined) continue;
      this.#told.add(number);
    }
  }
}

/** The number of a placeholder that stands by itself, in parentheses or not. */
function bare(expr: Expr | undefined): number | undefined {
  if (expr?.kind === "paren") return bare(expr.operand);
  return expr?.kind === "placeholder" ? expr.index : undefined;
}
