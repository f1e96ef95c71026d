import { describe, expect, test } from "vitest";
import { TransactionState } from "./transaction-state.ts";

function open(): TransactionState {
  const state = new TransactionState();
  state.begin({});
  return state;
}

const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("TransactionState", () => {
  test("goes through a plain transaction", () => {
    const state = new TransactionState();
    expect(state.status).toBe("I");
    state.begin({});
    expect(state.status).toBe("T");
    expect(code(() => state.begin({}))).toBe("25001");
    state.fail();
    expect(state.status).toBe("E");
    expect(code(() => state.checkStatement())).toBe("25P02");
    expect(state.commit()).toEqual({ do: "rollback" });
    expect(state.status).toBe("I");
    expect(code(() => state.commit())).toBe("XXUUU");
  });

  test("commits at the release of cockroach_restart and then waits for COMMIT", () => {
    const state = open();
    expect(state.savepoint("cockroach_restart", true)).toEqual({ do: "nothing" });
    state.statements++;
    expect(state.release("cockroach_restart")).toEqual({ do: "commit" });
    state.released();
    expect(state.status).toBe("T");
    expect(state.statusName).toBe("CommitWait");
    expect(code(() => state.checkStatement())).toBe("25000");
    expect(code(() => state.savepoint("x", false))).toBe("25000");
    expect(state.rollback()).toEqual({ do: "nothing" });
    expect(state.status).toBe("I");
  });

  test("restarts, also by a plain SAVEPOINT after a failure", () => {
    const state = open();
    state.savepoint("cockroach_restart", true);
    state.statements++;
    state.conflict();
    expect(state.rollbackTo("cockroach_restart")).toEqual({ do: "restart" });
    expect(state.status).toBe("T");
    state.statements++;
    state.conflict();
    expect(state.savepoint("cockroach_restart", true)).toEqual({ do: "restart" });
    expect(state.status).toBe("T");
    expect(state.statements).toBe(0);
  });

  test("places the restart savepoint as CockroachDB does", () => {
    const late = open();
    late.statements++;
    expect(() => late.savepoint("cockroach_restart", true)).toThrow("needs to be the first statement");
    const nested = open();
    nested.savepoint("a", false);
    expect(() => nested.savepoint("cockroach_restart", true)).toThrow("cannot be nested");
    const twice = open();
    twice.savepoint("cockroach_restart", true);
    expect(twice.savepoint("cockroach_restart", true)).toEqual({ do: "nothing" });
  });

  test("keeps savepoints of one name apart and forgets inner ones", () => {
    const state = open();
    expect(state.savepoint("a", false)).toEqual({ do: "sql", sql: "SAVEPOINT sp1" });
    state.statements++;
    state.savepoint("b", false);
    state.savepoint("a", false);
    expect(state.release("a")).toEqual({ do: "sql", sql: "RELEASE SAVEPOINT sp3" });
    expect(state.rollbackTo("b")).toEqual({ do: "sql", sql: "ROLLBACK TO SAVEPOINT sp2" });
    expect(state.rollbackTo("a")).toEqual({ do: "restart" });
    expect(code(() => state.rollbackTo("b"))).toBe("3B001");
    expect(state.backendSavepoints()).toEqual(["sp1"]);
  });

  test("after a conflict only savepoints before which nothing ran are left", () => {
    const state = open();
    state.savepoint("early", false);
    state.statements++;
    state.savepoint("late", false);
    state.conflict();
    expect(code(() => state.rollbackTo("late"))).toBe("40001");
    expect(state.status).toBe("E");
    expect(state.rollbackTo("early")).toEqual({ do: "restart" });
  });

  test("does not roll back to a savepoint over schema changes", () => {
    const state = open();
    state.ddl++;
    state.savepoint("a", false);
    state.ddl++;
    expect(code(() => state.rollbackTo("a"))).toBe("0A000");
  });
});
