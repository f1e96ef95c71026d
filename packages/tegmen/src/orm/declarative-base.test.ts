import { describe, expect, it } from "vitest";
import { c, MetaData, table } from "../index.ts";
import { declarativeBase } from "./index.ts";

describe("declarativeBase", () => {
  it("gathers the tables of its classes", () => {
    const Base = declarativeBase({ schema: "bank" });
    class Account extends Base.entity("accounts", { id: c.int().primaryKey() }) {}
    const owners = table("owners", { id: c.int().primaryKey() });
    class Owner extends Base.entity(owners) {}
    expect([...Base.metadata.tables.keys()]).toEqual(["bank.accounts", "owners"]);
    expect(new Account({ id: 1 }).id + new Owner({ id: 2 }).id).toBe(3);
  });

  it("takes a MetaData that there is, or options for a new one", () => {
    const metadata = new MetaData();
    expect(declarativeBase({ metadata }).metadata).toBe(metadata);
    expect(() => declarativeBase({ metadata, schema: "bank" })).toThrow("either a MetaData, or the options");
  });
});
