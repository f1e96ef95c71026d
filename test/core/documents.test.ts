import { c, CompileError, type Executable, func, literal, select, type Condition } from "tegmen";
import { describe, expect, test } from "vitest";
import { accounts, metadata, rows } from "./bank.ts";
import { createWorld, describeQueries, describeRefusals, type QueryCase } from "./harness.ts";

const world = createWorld(metadata, rows);
const t = accounts.c;

const ids = (what: string, condition: Condition, ...expected: readonly number[]): QueryCase => [
  what,
  select(t.id).where(condition).orderBy(t.id),
  expected.map((id) => [id]),
];

describeQueries(world, "JSONB", [
  ["get(key)", select(t.settings.get("theme").as("v")).where(t.id.eq(10)), [["dark"]]],
  ["get() of what is not there is NULL", select(t.settings.get("theme").as("v")).where(t.id.eq(30)), [[null]]],
  ["get() of an array, by position", select(t.settings.get("sizes").get(1).as("v")).where(t.id.eq(10)), [[2]]],
  ["getText()", select(t.settings.getText("theme").as("v")).where(t.id.eq(10)), [["dark"]]],
  ["getText() of an object", select(t.settings.getText("sizes").as("v")).where(t.id.eq(10)), [["[1, 2]"]]],
  ["path()", select(t.settings.path(["deep", "a", "b"]).as("v")).where(t.id.eq(10)), [[7]]],
  ["path() into an array", select(t.settings.path(["sizes", 0]).as("v")).where(t.id.eq(10)), [[1]]],
  ["pathText()", select(t.settings.pathText(["deep", "a"]).as("v")).where(t.id.eq(10)), [['{"b": 7}']]],
  ids("hasKey", t.settings.hasKey("sizes"), 10, 30),
  ids("hasAnyKey", t.settings.hasAnyKey(["nope", "deep"]), 10),
  ids("hasAllKeys", t.settings.hasAllKeys(["theme", "sizes"]), 10),
  ids("containsJson", t.settings.containsJson({ theme: "light" }), 20),
  ids("containsJson of a nested part", t.settings.containsJson({ deep: { a: { b: 7 } } }), 10),
  ids("containedBy", t.settings.containedBy({ theme: "light", more: true }), 20),
  ids("a comparison of text", t.settings.getText("theme").startsWith("l"), 20),
  ids("operators bind: getText() = and concat", t.settings.getText("theme").concat("!").eq("dark!"), 10),
  ["concat()", select(t.settings.concat({ more: 1 }).as("v")).where(t.id.eq(20)), [[{ theme: "light", more: 1 }]]],
  ["without()", select(t.settings.without("theme").as("v")).where(t.id.eq(20)), [[{}]]],
  [
    "functions",
    select(
      func.jsonbTypeof(t.settings),
      func.jsonbArrayLength(t.settings.get("sizes")),
      func.jsonbBuildArray(1, "a", true).as("array"),
      func.toJsonb(t.tags).as("tags"),
    ).where(t.id.eq(10)),
    [["object", 2, [1, "a", true], ["a", "b"]]],
  ],
  [
    "a cast of text at a key",
    select(t.settings.get("sizes").getText(0).cast(c.int()).plus(1).as("v")).where(t.id.eq(10)),
    [[2]],
  ],
]);

describeQueries(world, "arrays", [
  ["at(), counted from 1", select(t.scores.at(1).as("v")).where(t.id.eq(10)), [[1]]],
  ["at() behind the end is NULL", select(t.scores.at(9).as("v")).where(t.id.eq(10)), [[null]]],
  ["at() of an expression", select(t.scores.concat([9]).at(4).as("v")).where(t.id.eq(10)), [[9]]],
  ids("overlaps", t.tags.overlaps(["a", "z"]), 10),
  ids("containsArray", t.tags.containsArray(["b"]), 10, 20),
  ids("containedBy", t.scores.containedBy([1, 2, 3, 5]), 10, 20, 30),
  ids("any", t.tags.any("b"), 10, 20),
  ids("any with an operator", t.scores.any(2, "<"), 10, 20),
  ids("all", t.scores.all(5), 20, 30),
  ids("all with an operator", t.scores.all(2, "<="), 20, 30),
  ids("an empty array", t.tags.eq([]), 30),
  ["concat", select(t.tags.concat(["x"]).as("v")).where(t.id.eq(10)), [[["a", "b", "x"]]]],
  ["NULL inside", select(t.tags).where(t.id.eq(20)), [[["b", "c", null]]]],
  [
    "functions",
    select(
      func.arrayLength(t.scores, 1),
      func.arrayAppend(t.scores, 4).as("more"),
      func.arrayRemove(t.scores, 2).as("less"),
      func.arrayPosition(t.scores, 3),
      func.arrayToString(t.tags, "-"),
      func.stringToArray("a,b", ",").as("split"),
    ).where(t.id.eq(10)),
    [[3, [1, 2, 3, 4], [1, 3], 3, "a-b", ["a", "b"]]],
  ],
]);

describeRefusals(world, "what the demo cluster, as a server of version 21.2, does not have", [
  ["cardinality()", select(func.cardinality(t.scores)), "42883", "cardinality"],
  ["similarity()", select(func.similarity("a", "b")), "42883", "similarity"],
]);

describe("operators that need a newer server are refused before anything is sent", () => {
  test.each<readonly [string, Executable, RegExp]>([
    [
      "text search",
      select(func.toTsvector("english", "a fat cat").matches(func.toTsquery("english", "cat")).as("v")),
      /TSVECTOR needs CockroachDB 23\.1 or later; the server runs .*21\.2/,
    ],
    [
      "vector distances",
      select(literal([1, 2], c.vector(2)).l2Distance([1, 3]).as("v")),
      /VECTOR needs CockroachDB 24\.2 or later; the server runs .*21\.2/,
    ],
  ])("%s", async (_, query, message) => {
    await expect(world.engine.execute(query)).rejects.toThrow(CompileError);
    await expect(world.engine.execute(query)).rejects.toThrow(message);
  });
});
