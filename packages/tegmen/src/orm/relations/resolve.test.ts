import { describe, expect, it } from "vitest";
import { type AnyColumn, c, table } from "../../index.ts";
import { belongsTo, entity, hasMany, manyToMany } from "../index.ts";
import { mapperOf } from "../mapper-of.ts";
import type { RelationProperty } from "../relation-property.ts";

class City extends entity(
  "cities",
  { id: c.int().primaryKey(), name: c.string() },
  {
    births: () => hasMany(Person, { foreignKey: "birthId" }),
    deaths: () => hasMany(Person, { foreignKey: "deathId" }),
    anybody: () => hasMany(Person),
    copies: () => hasMany(Person, { foreignKey: "birthId", viewOnly: true }),
  },
) {}

class Person extends entity(
  "people",
  {
    id: c.int().primaryKey(),
    birthId: c.int().references((): AnyColumn => City.c.id),
    deathId: c.int().references((): AnyColumn => City.c.id),
    cityName: c.string(),
  },
  {
    birth: () => belongsTo(City, { foreignKey: "birthId" }),
    death: () => belongsTo(City, { foreignKey: "deathId" }),
    named: () => belongsTo(City, { on: (person, city) => city.name.eq(person.cityName) }),
    older: () => hasMany(Person, { on: (own, other) => own.id.gt(other.id) }),
  },
) {}

class Shelf extends entity(
  "shelves",
  { id: c.int().primaryKey() },
  { books: () => hasMany(Book), tags: () => manyToMany(Tag, { through: noKeys }) },
) {}

class Book extends entity(
  "books",
  { id: c.int().primaryKey(), shelfId: c.int().references((): AnyColumn => Shelf.c.id) },
  { shelf: () => belongsTo(Shelf) },
) {}

class Tag extends entity("tags", { id: c.int().primaryKey() }) {}

const noKeys = table("no_keys", { shelfId: c.int(), tagId: c.int() });

const relation = (of: unknown, key: string): RelationProperty => mapperOf(of, "a test").relation(key);

describe("relations", () => {
  it("are told apart by their foreign keys", () => {
    expect(() => relation(City, "births")).toThrow(
      'relation City.anybody: table "people" has several foreign keys to "cities" (birthId; deathId)',
    );
    expect(() => relation(City, "deaths"), "again").toThrow("relation City.anybody");
    expect(relation(Person, "birth").pairs[0]!.own.key).toBe("birthId");
  });

  it("take equalities of columns from conditions of one's own", () => {
    const named = relation(Person, "named");
    expect(named.pairs.map(({ own, other }) => [own.key, other.key])).toEqual([["cityName", "name"]]);
    expect([named.viewOnly, named.condition]).toEqual([false, undefined]);
    const older = relation(Person, "older");
    expect([older.viewOnly, older.pairs.length]).toEqual([true, 0]);
  });

  it("refuse what is ambiguous or missing", () => {
    expect(() => relation(Shelf, "books")).toThrow(
      'relation Shelf.tags: table "no_keys" has no foreign key to "shelves"',
    );
  });
});

class Desk extends entity(
  "desks",
  { id: c.int().primaryKey() },
  { lamps: () => hasMany(Lamp), more: () => hasMany(Lamp) },
) {}

class Lamp extends entity(
  "lamps",
  { id: c.int().primaryKey(), deskId: c.int().references((): AnyColumn => Desk.c.id) },
  { desk: () => belongsTo(Desk) },
) {}

it("says which relations could be the way back", () => {
  expect(() => relation(Lamp, "desk").inverse).toThrow(
    "relation Lamp.desk: Desk.lamps and Desk.more could both be the way back. Say which by the option backPopulates",
  );
});
