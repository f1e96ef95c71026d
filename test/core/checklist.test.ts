import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

/** What the expression language consists of. */
const constructs: Readonly<Record<string, string>> = {
  comparison: "eq ne lt le gt ge isNull isNotNull isDistinctFrom isNotDistinctFrom in notIn between notBetween",
  text: "like ilike notLike notIlike startsWith endsWith contains regexpMatch notRegexpMatch collate concat",
  arithmetic: "plus minus times dividedBy floorDiv mod negate",
  logic: "and or not",
  others: "cast as asc desc nullsFirst nullsLast op distinct",
  JSONB: "get getText path pathText hasKey hasAnyKey hasAllKeys containsJson containedBy without",
  arrays: "at overlaps containsArray any all",
  "text search and vectors": "matches l2Distance",
  calls: "over filter withinGroup tableValued partitionBy rows range groups exclude",
  functions: "caseWhen when else tuple literal typeCoerce customExpression exists values withCte timestampdiff extract",
  selects:
    "from innerJoin leftJoin rightJoin fullJoin crossJoin lateral strategy subquery alias scalarSubquery cte recursive " +
    "materialized where groupBy having orderBy limit offset distinctOn union unionAll intersect intersectAll except " +
    "exceptAll forUpdate forShare nowait skipLocked asOfSystemTime withHint ordinality",
  writing:
    "insert upsert update deleteFrom set returning fromSelect defaultValues onConflictDoNothing onConflictDoUpdate using",
  schema:
    "primaryKey notNull default onUpdate computed stored identity references unique index check foreignKey storing " +
    "inverted usingHash notVisible comment hidden family families locality ttl schemaLocked named createAll dropAll " +
    "checkfirst tables sequence view schema",
  types:
    "bool int2 int4 int bigint rowid float4 float8 decimal string char varchar text citext bytes uuid date time timetz " +
    "timestamp timestamptz interval jsonb inet bit varbit array enum tsvector vector geography ltree oid custom",
};

const tests = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts") && name !== "checklist.test.ts")
  .map((name) => readFileSync(path.join(import.meta.dirname, name), "utf8"))
  .join("\n");

test.each(Object.entries(constructs))("every construct of %s is run by these tests: %s", (_, names) => {
  const missing = names.split(" ").filter((name) => !new RegExp(`\\b${name}\\b[(:,]|"${name}"`).test(tests));
  expect(missing).toEqual([]);
});
