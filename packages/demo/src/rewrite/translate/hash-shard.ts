import type { Expr } from "../ast.ts";
import type { IndexView, TableView } from "../contract.ts";
import { SqlError } from "../sql-error.ts";
import { define, defineColumn } from "./definitions.ts";
import type { Environment } from "./environment.ts";
import { printName, quoteName, quoteNames } from "./quote.ts";
import { checkConstant, typeOfConstant } from "./scalar-checks.ts";

/** The hidden column that a hash-sharded index begins with. */
export interface Shard {
  readonly column: string;
  readonly buckets: number;
  readonly keys: readonly string[];
}

/** What a shard column of these keys is called. */
export const shardColumn = (keys: readonly string[], buckets: number): string =>
  `crdb_internal_${keys.join("_")}_shard_${buckets}`;

/** True for the name of a shard column, also with a number behind it. */
export const isShardColumn = (name: string): boolean => /^crdb_internal_.*_shard_\d+(?:_\d+)?$/s.test(name);

/**
 * The shard of an index on these keys.
 *
 * @throws SqlError when the session does not allow it, or the number of buckets is none.
 */
export function shardOf(env: Environment, keys: readonly string[], count: Expr): Shard {
  if (env.variable("experimental_enable_hash_sharded_indexes") !== "on") {
    throw new SqlError({
      code: "0A000",
      message: "hash sharded indexes require the experimental_enable_hash_sharded_indexes session variable",
    });
  }
  checkConstant(count, "BUCKET_COUNT");
  const type = typeOfConstant(count);
  if (type !== undefined && type !== "int") {
    throw new SqlError({
      code: "42804",
      message: `expected BUCKET_COUNT expression to have type int, but '${env.source(count)}' has type ${type}`,
    });
  }
  const buckets = Number(env.source(count));
  if (!Number.isInteger(buckets) || buckets < 2)
    throw new SqlError({ code: "22023", message: "BUCKET_COUNT must be an integer greater than 1" });
  return { column: shardColumn(keys, buckets), buckets, keys };
}

/** The column for the backend, without and with its check. */
export function shardSql(shard: Shard): { column: string; check: string } {
  const numbers = Array.from({ length: shard.buckets }, (_, i) => i).join(", ");
  const name = quoteName(shard.column);
  return {
    column:
      `${name} int4 NOT NULL GENERATED ALWAYS AS ` +
      `(crdb_demo.hash_bucket(${shard.buckets}, ROW(${quoteNames(shard.keys)}))) STORED`,
    check: `CONSTRAINT ${quoteName(checkName(shard))} CHECK (${name} IN (${numbers}))`,
  };
}

const checkName = (shard: Shard): string => `check_${shard.column}`;

/** The expression of a shard column as CockroachDB prints it, with and without the types of constants. */
export function shardExpression(shard: Shard): { expression: string; plain: string } {
  const sum = (empty: string): string =>
    shard.keys.map((key) => `fnv32(COALESCE(CAST(${printName(key)} AS STRING), ${empty}))`).join(" + ");
  return {
    expression: `mod(${sum("'':::STRING")}, ${shard.buckets}:::INT8)`,
    plain: `mod(${sum("''")}, ${shard.buckets})`,
  };
}

/** What is recorded of a shard column. */
export function shardDefinitions(target: string, shard: Shard): string[] {
  const numbers = Array.from({ length: shard.buckets }, (_, i) => i);
  const check = {
    expression: `${printName(shard.column)} IN (${numbers.map((n) => `${n}:::INT8`).join(", ")})`,
    plain: `${printName(shard.column)} IN (${numbers.join(", ")})`,
  };
  return [
    defineColumn(target, "type", shard.column, "INT4"),
    defineColumn(target, "computed", shard.column, JSON.stringify(shardExpression(shard))),
    defineColumn(target, "hidden", shard.column, ""),
    define(target, "check", checkName(shard), JSON.stringify(check)),
  ];
}

/** The shard columns of an existing table with the keys they are made of. */
export function shardsOf(table: TableView): Shard[] {
  const shards = new Map<string, Shard>();
  for (const index of table.indexes) {
    const [column, ...keys] = index.columns;
    if (index.buckets === undefined || column === undefined) continue;
    const names = keys.filter((key) => key !== undefined);
    shards.set(column, { column, buckets: index.buckets, keys: names });
  }
  return [...shards.values()];
}

/** The shard column that goes with an index: undefined where another index still needs it. */
export function orphanedShard(table: TableView, index: IndexView): string | undefined {
  const [column] = index.columns;
  if (index.buckets === undefined || column === undefined) return undefined;
  const others = table.indexes.filter((other) => other.name !== index.name);
  return others.some((other) => other.columns.includes(column)) ? undefined : column;
}
