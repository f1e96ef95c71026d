import type { ExpressionNode } from "../sql/nodes/expression-node.ts";
import type { HintNode, JoinNode, SourceNode } from "../sql/nodes/source-node.ts";
import { CompileError } from "../errors/index.ts";
import { requireFeature } from "./capabilities.ts";
import type { Output } from "./output.ts";
import { writeConjunction, writeFunction, writeList } from "./write-expression.ts";

/** Index hints by the table or alias that they are for. */
export type Hints = ReadonlyMap<SourceNode, HintNode> | undefined;

/** One item of FROM. */
export function writeSource(out: Output, source: SourceNode, hints: Hints): void {
  switch (source.kind) {
    case "table":
      out.add(source.text);
      writeHint(out, hints?.get(source));
      return;
    case "alias":
      if (source.of.kind === "cte") out.with(source.of);
      out.add(source.of.kind === "cte" ? source.of.qualifier : source.of.text);
      writeHint(out, hints?.get(source));
      out.add(` AS ${source.qualifier}`);
      return;
    case "cte":
      out.with(source);
      out.add(source.qualifier);
      return;
    case "subquery":
      out.add("(");
      out.query(source.query);
      out.add(`) AS ${source.qualifier}`);
      return;
    case "values":
      out.add("(VALUES ");
      writeRows(out, source.rows);
      out.add(`) AS ${source.qualifier} (${source.columns.join(", ")})`);
      return;
    case "function-source":
      writeFunction(out, source.call);
      if (source.ordinality) out.add(" WITH ORDINALITY");
      out.add(` AS ${source.qualifier}`);
      if (source.columns.length > 0) out.add(` (${source.columns.join(", ")})`);
  }
}

/** `(a, b), (c, d)` */
export function writeRows(out: Output, rows: readonly (readonly ExpressionNode[])[]): void {
  let isFirst = true;
  for (const row of rows) {
    out.add(isFirst ? "(" : ", (");
    isFirst = false;
    writeList(out, row);
    out.add(")");
  }
}

/** Sources with commas between them. */
export function writeSources(out: Output, sources: readonly SourceNode[], hints: Hints): void {
  let isFirst = true;
  for (const source of sources) {
    if (isFirst) isFirst = false;
    else out.add(", ");
    writeSource(out, source, hints);
  }
}

/** One JOIN. */
export function writeJoin(out: Output, join: JoinNode, hints: Hints): void {
  // CockroachDB wants the kind of join before the strategy: INNER LOOKUP JOIN.
  if (join.strategy !== undefined) out.add(` ${join.type} ${join.strategy} JOIN `);
  else out.add(join.type === "INNER" ? " JOIN " : ` ${join.type} JOIN `);
  if (join.lateral) out.add("LATERAL ");
  writeSource(out, join.source, hints);
  if (join.on === undefined) return;
  out.add(" ON ");
  const criterion = criterionOf(join.source);
  if (criterion === undefined) out.expression(join.on, 0);
  else writeConjunction(out, [join.on, criterion]);
}

/** Which rows of a source are meant; undefined: all. */
export function criterionOf(source: SourceNode): ExpressionNode | undefined {
  return source.kind === "table" || source.kind === "alias" ? source.criterion?.() : undefined;
}

/**
 * Conditions, with those that say which rows of the sources are meant. Those of joins are in ON.
 *
 * @throws {CompileError} a join that keeps the rows of its right side would need them elsewhere
 */
export function withCriteria(
  where: readonly ExpressionNode[],
  sources: readonly SourceNode[],
  joins: readonly JoinNode[] = [],
): readonly ExpressionNode[] {
  const written = joins.filter(({ on }) => on === undefined).map(({ source }) => source);
  const criteria = [...sources, ...written].map(criterionOf).filter((criterion) => criterion !== undefined);
  const isOuter = joins.some(({ type }) => type === "RIGHT" || type === "FULL");
  if (isOuter && (criteria.length > 0 || joins.some(({ source }) => criterionOf(source) !== undefined))) {
    throw new CompileError(
      "RIGHT JOIN and FULL JOIN do not take a class that shares its table with others: join a subquery of it",
    );
  }
  return criteria.length === 0 ? where : [...where, ...criteria];
}

function writeHint(out: Output, hint: HintNode | undefined): void {
  if (hint === undefined) return;
  const { index, direction, flags } = hint;
  if (index !== undefined && direction === undefined && flags.length === 0) {
    out.add(`@${index}`);
    return;
  }
  for (const flag of flags) if (flag === "NO_FULL_SCAN") requireFeature(out.version, "NO_FULL_SCAN");
  const parts = index === undefined ? [] : [`FORCE_INDEX=${index}`];
  if (direction !== undefined) parts.push(direction);
  out.add(`@{${[...parts, ...flags].join(",")}}`);
}
