import { describe, expect, test } from "vitest";
import { Ledger } from "./ledger.ts";
import { chainFindings } from "./workloads/register.ts";

describe("the ledger", () => {
  test.each<[string, "committed" | "failed" | "ambiguous", readonly number[], number, readonly string[]]>([
    ["a committed operation that is there", "committed", [1], 1, []],
    ["a committed operation that is not there", "committed", [], 1, ["lost"]],
    ["a committed operation that is there twice", "committed", [1, 1], 1, ["doubled"]],
    ["a failed operation that is not there", "failed", [], 1, []],
    ["a failed operation that is there", "failed", [1], 1, ["never committed"]],
    ["an ambiguous operation that is there", "ambiguous", [1], 1, []],
    ["an ambiguous operation that is not there", "ambiguous", [], 1, []],
    ["an ambiguous operation that is there twice", "ambiguous", [1, 1], 1, ["doubled"]],
    ["an operation of three rows that is there", "committed", [1, 1, 1], 3, []],
    ["an operation of three rows of which two are there", "committed", [1, 1], 3, ["torn"]],
    ["an operation of three rows that is there twice", "ambiguous", [1, 1, 1, 1, 1, 1], 3, ["doubled"]],
    ["an operation that nobody knows", "failed", [2], 1, ["never committed"]],
  ])("%s", (_, outcome, traces, copies, kinds) => {
    const ledger = new Ledger();
    ledger.record(1, outcome);
    expect(ledger.compare(traces, copies).map(({ kind }) => kind)).toEqual(kinds);
  });

  test("counts what became of ambiguous operations", () => {
    const ledger = new Ledger();
    for (const id of [1, 2, 3]) ledger.record(id, "ambiguous", "AmbiguousCommitError");
    ledger.compare([2]);
    expect(ledger.resolved).toEqual({ happened: 1, didNot: 2 });
  });
});

describe("the writes of a register", () => {
  const write = (id: number, version: number, previous: number) => ({ id, register: 0, version, previous });

  test("make a chain", () => {
    expect(chainFindings([write(5, 1, -1), write(2, 2, 5)], { version: 2, value: 2 })).toEqual([]);
    expect(chainFindings([], { version: 0, value: -1 })).toEqual([]);
  });

  test.each<[string, Parameters<typeof chainFindings>]>([
    ["a lost update", [[write(5, 1, -1), write(2, 1, -1)], { version: 1, value: 2 }]],
    ["a missing write", [[write(5, 1, -1), write(2, 3, 7)], { version: 3, value: 2 }]],
    ["a doubled write", [[write(5, 1, -1), write(5, 2, 5), write(2, 2, 5)], { version: 2, value: 2 }]],
    ["a register that is behind", [[write(5, 1, -1)], { version: 0, value: -1 }]],
  ])("are found out: %s", (_, given) => {
    expect(chainFindings(...given)).not.toEqual([]);
  });
});
