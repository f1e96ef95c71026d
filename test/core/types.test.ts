import { type AnyColumn, c, customType, DataError, insert, MetaData, PrecisionError, select, sql, table } from "tegmen";
import { describe, expect, test } from "vitest";
import { createWorld } from "./harness.ts";

const metadata = new MetaData();
const moodType = c.enum("mood", ["sad", "so-so", "it's", "ünïcode"]);
const money = customType({
  sqlType: c.decimal(12, 2),
  encode: (value: { readonly cents: bigint }) => `${value.cents / 100n}.${String(value.cents % 100n).padStart(2, "0")}`,
  decode: (text) => ({ cents: BigInt(text.replace(".", "")) }),
});
const values = table(
  "all_types",
  {
    id: c.rowid().primaryKey(),
    bool: c.bool(),
    int2: c.int2(),
    int4: c.int4(),
    int: c.int(),
    bigint: c.bigint(),
    float4: c.float4(),
    float8: c.float8(),
    decimal: c.decimal(),
    price: c.decimal(10, 2),
    decimalNumber: c.decimal(10, 2, { as: "number" }),
    string: c.string(),
    short: c.string(3),
    char: c.char(3),
    varchar: c.varchar(10),
    text: c.text(),
    bytes: c.bytes(),
    uuid: c.uuid(),
    date: c.date(),
    time: c.time(),
    timetz: c.timetz(),
    timestamp: c.timestamp(),
    timestamptz: c.timestamptz(),
    timestamptzText: c.timestamptz({ as: "string" }),
    interval: c.interval(),
    jsonb: c.jsonb(),
    inet: c.inet(),
    bit: c.bit(4),
    varbit: c.varbit(),
    mood: moodType,
    oid: c.oid(),
    strings: c.array(c.string()),
    ints: c.array(c.int()),
    bigints: c.array(c.bigint()),
    moods: c.array(moodType),
    dates: c.array(c.timestamptz()),
    floats: c.array(c.float8()),
    bools: c.array(c.bool()),
    decimals: c.array(c.decimal()),
    uuids: c.array(c.uuid()),
    blobs: c.array(c.bytes()),
    money: c.custom(money),
  },
  { metadata },
);
const world = createWorld(metadata);
const v = values.c;

type Key = Exclude<keyof typeof values.$row, "id">;
const uuid = "63616665-6630-3064-6465-616462656562";
const nasty = `'"\\,{}()\n\t\r\u{1F600}é\u200B NULL $1 :x -- /* ; %_`;

/** Values by type; where a second one is given, that is what is read. */
const cases: { readonly [K in Key]: readonly (readonly [written: unknown, read?: unknown])[] } = {
  bool: [[true], [false]],
  int2: [[-32_768], [32_767]],
  int4: [[-2_147_483_648], [2_147_483_647]],
  int: [[0], [Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER]],
  bigint: [[2n ** 63n - 1n], [-(2n ** 63n)], [5, 5n]],
  float4: [[1.5], [-0.25]],
  float8: [[0.1], [1e300], [5e-324], [Number.MAX_VALUE], [Infinity], [-Infinity], [Number.NaN], [-0]],
  decimal: [["0.1"], ["123456789012345678901234567890.123456789"], ["-1.50"], ["NaN"], [5, "5"], [12n, "12"]],
  price: [["10.50"], ["-0.01"], [3, "3.00"]],
  decimalNumber: [[10.5], [-0.01]],
  string: [[""], [nasty], ["x".repeat(100_000)]],
  short: [["abc"], ["äöü"]],
  char: [["ab"]],
  varchar: [["abc"]],
  text: [["NULL"], ["a'b"]],
  bytes: [[new Uint8Array()], [new Uint8Array([0, 1, 92, 127, 128, 255])]],
  uuid: [[uuid], [uuid.toUpperCase(), uuid]],
  date: [["2024-02-29"], ["0001-01-01"], ["9999-12-31"]],
  time: [["00:00:00"], ["23:59:59.999999"], ["24:00:00"]],
  timetz: [["12:30:00+02:00"], ["00:00:00-08:00"]],
  timestamp: [["2024-02-29 12:30:00.123456"], ["0001-01-01 00:00:00"]],
  timestamptz: [[new Date(0)], [new Date("2024-02-29T12:30:00.123Z")], [new Date("0001-01-01T00:00:00Z")]],
  timestamptzText: [["2024-02-29 12:30:00.123456+00", "2024-02-29 12:30:00.123456+00:00"]],
  interval: [["1 day 02:03:04"], ["-00:00:01"], ["1 year 2 mons 3 days 04:05:06.789"]],
  jsonb: [[{ a: [1, null, "x", { b: nasty }] }], [[]], ["text"], [1.5], [true], [{}], [null]],
  inet: [["192.168.0.1"], ["10.0.0.0/8"], ["::1"]],
  bit: [["1010"]],
  varbit: [[""], ["110"]],
  mood: [["so-so"], ["it's"], ["ünïcode"]],
  oid: [[0], [4_294_967_295]],
  strings: [[[]], [["", nasty, null, "NULL", "null", " a "]]],
  ints: [[[1, null, -5]]],
  bigints: [[[2n ** 63n - 1n, null]]],
  moods: [[["sad", "it's", null]], [[]]],
  dates: [[[new Date(0), null]]],
  floats: [[[0.1, Infinity, Number.NaN]]],
  bools: [[[true, false, null]]],
  decimals: [[["1.10", "NaN", null]]],
  uuids: [[[uuid]]],
  blobs: [[[new Uint8Array([1, 255])]]],
  money: [[{ cents: 1050n }]],
};

describe("every type comes back as it was written", () => {
  const all = Object.entries(cases).flatMap(([key, list]) =>
    list.map(([written, read = written]) => ({ key: key as Key, written, read })),
  );
  test.each(all.map((each, index) => [`${each.key} #${index}`, each] as const))(
    "%s",
    async (_, { key, written, read }) => {
      const [row] = (
        await world.engine.execute(
          insert(values)
            .values({ [key]: written })
            .returning(),
        )
      ).all();
      expect(row?.[key]).toEqual(read);
      const found = await world.engine.execute(select(v[key] as AnyColumn as typeof v.int).where(v.id.eq(row!.id)));
      expect(found.scalar()).toEqual(read);
      await world.engine.execute(sql`DELETE FROM all_types`);
    },
  );

  test.each(Object.keys(cases) as Key[])("%s NULL", async (key) => {
    const row = (
      await world.engine.execute(
        insert(values)
          .values({ [key]: null })
          .returning(v[key] as AnyColumn as typeof v.int),
      )
    ).scalar();
    expect(row).toBeNull();
  });
});

describe("what does not fit is refused, and says where", () => {
  const refused: readonly (readonly [key: Key, value: unknown, error: typeof DataError | typeof PrecisionError])[] = [
    ["int2", 40_000, DataError],
    ["int4", 2 ** 31, DataError],
    ["int", 1.5, DataError],
    ["int", Number.NaN, DataError],
    ["int", Infinity, DataError],
    ["int", 2 ** 53, PrecisionError],
    ["int", "1", DataError],
    ["bigint", 2n ** 63n, DataError],
    ["bigint", 2 ** 60, PrecisionError],
    ["decimal", "1,5", DataError],
    ["float8", "1", DataError],
    ["bool", "true", DataError],
    ["bool", 1, DataError],
    ["string", 5, DataError],
    ["string", "a\0b", DataError],
    ["string", "\uD800", DataError],
    ["string", Symbol("x"), DataError],
    ["bytes", "abc", DataError],
    ["uuid", "x", DataError],
    ["date", new Date(0), DataError],
    ["timestamptz", new Date(Number.NaN), DataError],
    ["timestamptz", "2024-01-01", DataError],
    ["jsonb", 1n, DataError],
    ["jsonb", () => 1, DataError],
    ["mood", "happy", DataError],
    ["bit", "2", DataError],
    ["strings", "a", DataError],
    ["strings", [["a"]], DataError],
    ["ints", [1.5], DataError],
  ];
  test.each(refused.map(([key, value, error]) => ({ key, value, error })))("$key $value", ({ key, value, error }) => {
    expect(() => insert(values).values({ [key]: value })).toThrow(error);
    expect(() => insert(values).values({ [key]: value })).toThrow(key);
  });

  test("days and hours that do not exist are refused by the server", async () => {
    await expect(world.engine.execute(insert(values).values({ date: "2023-02-29" }))).rejects.toThrow(DataError);
    await expect(world.engine.execute(insert(values).values({ time: "25:00:00" }))).rejects.toThrow(DataError);
  });

  test("text that is too long is refused by the server, with the type", async () => {
    await expect(world.engine.execute(insert(values).values({ short: "abcd" }))).rejects.toMatchObject({
      code: "22001",
    });
  });

  test("INT8 beyond 2^53 raises PrecisionError when it is read as a number", async () => {
    await world.engine.execute(insert(values).values({ bigint: 2n ** 60n }));
    const query = select(v.bigint.cast(c.int()).as("n")).where(v.bigint.eq(2n ** 60n));
    await expect(world.engine.execute(query).then((result) => result.all())).rejects.toThrow(PrecisionError);
  });
});
