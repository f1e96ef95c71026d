import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, DataError } from "../errors/index.ts";
import {
  bit,
  bytes,
  char,
  citext,
  enumType,
  geography,
  geometry,
  inet,
  isEnumType,
  jsonb,
  ltree,
  name,
  string,
  text,
  tsquery,
  tsvector,
  uuid,
  varbit,
  varchar,
  vector,
} from "./index.ts";

const anyText = fc.string({ unit: "binary" }).filter((value) => !value.includes("\0"));

describe("strings", () => {
  test("round-trip whatever characters they have", () => {
    fc.assert(
      fc.property(anyText, (value) => {
        for (const type of [string(), char(9), varchar(9), text, citext, name, inet, ltree, tsvector, tsquery]) {
          expect(type.decode(type.encode(value))).toBe(value);
        }
      }),
    );
  });

  test("are named with their length, and cast without", () => {
    expect([string(), string(80), char(2), varchar(10)].map((type) => type.name)).toEqual([
      "STRING",
      "STRING(80)",
      "CHAR(2)",
      "VARCHAR(10)",
    ]);
    expect([string(80), char(2), varchar(10)].map((type) => type.castName)).toEqual(["STRING", "STRING", "VARCHAR"]);
  });

  test("refuse U+0000 and half surrogate pairs, which would not come back", () => {
    expect(() => string().encode("a\0b")).toThrow(/U\+0000/);
    expect(() => string().encode("\ud83d")).toThrow(/surrogate/);
    expect(() => string().encode("\ude00\ud83d")).toThrow(DataError);
    expect(string().encode("😀")).toBe("😀");
  });

  test.each([1, 1n, true, null, undefined, {}, ["a"], new Date(0), Symbol("a"), () => "a"])(
    "refuse to write %o",
    (value) => {
      expect(() => string(5).encode(value as string)).toThrow(/STRING\(5\) cannot hold/);
    },
  );

  test("refuse lengths that are no lengths", () => {
    for (const length of [0, -1, 1.5, Number.NaN, "1) NOT NULL --"]) {
      expect(() => string(length as number)).toThrow(ArgumentError);
      expect(() => varbit(length as number)).toThrow(ArgumentError);
    }
  });

  test("without options are always the same type", () => {
    expect(string()).toBe(string());
  });
});

describe("UUID", () => {
  const written = "63616665-6630-3064-6465-616462656562";

  test("round-trips", () => {
    fc.assert(
      fc.property(fc.uuid(), (value) => {
        expect(uuid.decode(uuid.encode(value))).toBe(value);
      }),
    );
  });

  test.each([
    written,
    written.toUpperCase(),
    written.replaceAll("-", ""),
    `{${written}}`,
    `urn:uuid:${written}`,
    `URN:UUID:${written.toUpperCase()}`,
  ])("writes %s as it will be read", (value) => {
    expect(uuid.encode(value)).toBe(written);
  });

  test.each([
    "",
    "abc",
    written.slice(1),
    `${written}0`,
    `{${written}`,
    `${written}}`,
    `${written}\n`,
    5,
    null,
    undefined,
  ])("refuses to write %o", (value) => {
    expect(() => uuid.encode(value as string)).toThrow(DataError);
  });
});

describe("BYTES", () => {
  test("round-trip, short and long", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (value) => {
        expect(bytes.decode(bytes.encode(value))).toStrictEqual(value);
      }),
    );
  });

  test("are a Uint8Array with memory of its own", () => {
    const value = bytes.decode("\\x00ff");
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
    expect(value.buffer.byteLength).toBe(2);
    expect(bytes.decode("\\x").length).toBe(0);
  });

  test("are written from Buffers and from parts of larger arrays", () => {
    expect(bytes.encode(Buffer.from("café"))).toBe("\\x636166c3a9");
    expect(bytes.encode(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toBe("\\x0203");
  });

  test("are read in the escape format, too", () => {
    expect(bytes.decode("")).toEqual(new Uint8Array());
    expect(bytes.decode("abc")).toEqual(new Uint8Array([97, 98, 99]));
    expect(bytes.decode(String.raw`a\000\377\\x`)).toEqual(new Uint8Array([97, 0, 255, 92, 120]));
    expect(bytes.decode(String.raw`\\x61`)).toEqual(new Uint8Array([92, 120, 54, 49]));
    for (const text of ["\\", "\\12", "\\400", "\\9"]) expect(() => bytes.decode(text)).toThrow(DataError);
  });

  test.each(["\\x0", "\\x0g", "\\xg0", `\\x${"zz".repeat(300)}`, `\\x${"00".repeat(300)}0z`, "\\x:0"])(
    "refuse the text %j",
    (text) => {
      expect(() => bytes.decode(text)).toThrow(DataError);
    },
  );

  test.each(["abc", [1, 2], new ArrayBuffer(2), new Uint16Array(2), null, undefined])("refuse to write %o", (value) => {
    expect(() => bytes.encode(value as never)).toThrow(DataError);
  });
});

describe("bits", () => {
  test("round-trip", () => {
    const bits = fc.string({ unit: fc.constantFrom("0", "1") });
    fc.assert(
      fc.property(bits, (value) => {
        expect(varbit().decode(varbit().encode(value))).toBe(value);
      }),
    );
    expect([bit(), bit(3), varbit(), varbit(8)].map((type) => type.name)).toEqual([
      "BIT",
      "BIT(3)",
      "VARBIT",
      "VARBIT(8)",
    ]);
    expect(bit(3).castName).toBe("VARBIT");
  });

  test("refuse other characters", () => {
    for (const value of ["2", "0b1", "1 ", 1, null, undefined]) {
      expect(() => bit(3).encode(value as string)).toThrow(DataError);
    }
  });
});

describe("JSONB", () => {
  test("round-trips every JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const back = jsonb().decode(jsonb().encode(value));
        expect(JSON.stringify(back)).toBe(JSON.stringify(value));
      }),
    );
  });

  test("as a string, keeps the digits of numbers", () => {
    const type = jsonb({ as: "string" });
    expect(type.decode(type.encode('{"n": 9007199254740993}'))).toBe('{"n": 9007199254740993}');
    expect(() => type.encode("{")).toThrow(/no JSON text/);
    expect(() => type.encode({} as string)).toThrow(DataError);
  });

  test.each([
    undefined,
    () => 1,
    Symbol("a"),
    Number.NaN,
    { a: Number.POSITIVE_INFINITY },
    [undefined],
    { a: [1, undefined] },
    [() => 1],
    1n,
    { id: 1n },
  ])("refuses to write %o", (value) => {
    expect(() => jsonb().encode(value)).toThrow(DataError);
  });

  test("refuses cycles, and errors of toJSON keep their cause", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => jsonb().encode(cycle)).toThrow(/circular/);
    const cause = new Error("no");
    const hostile = {
      toJSON() {
        throw cause;
      },
    };
    expect(() => jsonb().encode(hostile)).toThrow(expect.objectContaining({ cause }));
  });

  test("leaves out undefined properties, and keeps null ones", () => {
    expect(jsonb().encode({ a: undefined, b: null, c: "null" })).toBe('{"b":null,"c":"null"}');
    expect(jsonb().encode(null)).toBe("null");
  });

  test("refuses text that is no JSON", () => {
    expect(() => jsonb().decode("{")).toThrow(DataError);
    expect(() => jsonb({ as: "text" as "string" })).toThrow(ArgumentError);
  });
});

describe("enums", () => {
  const region = enumType("region", ["us", "eu", "it's"]);

  test("round-trip their values and refuse others", () => {
    for (const value of region.values) expect(region.decode(region.encode(value))).toBe(value);
    expect(() => region.encode("asia" as "us")).toThrow(/"region" cannot hold 'asia'[^]*'us', 'eu', 'it''s'/);
    expect(() => region.decode("asia")).toThrow(/add the value/);
    for (const value of [1, null, undefined]) expect(() => region.encode(value as unknown as "us")).toThrow(DataError);
  });

  test("have names that cannot break out of their quotes, and no fixed OID", () => {
    expect(enumType('a" b', ["x"]).name).toBe('"a"" b"');
    expect(enumType("region", ["x"], { schema: "geo" }).name).toBe('"geo"."region"');
    expect(region.oid).toBeUndefined();
    expect(isEnumType(region)).toBe(true);
    expect(isEnumType(string())).toBe(false);
    for (const name of ["", "a\0"]) expect(() => enumType(name, ["x"])).toThrow(ArgumentError);
  });

  test("need values, each once", () => {
    expect(() => enumType("empty", [])).toThrow(/at least one/);
    expect(() => enumType("twice", ["a", "a"])).toThrow(/'a' twice/);
  });
});

describe("VECTOR", () => {
  test("round-trips", () => {
    const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0));
    fc.assert(
      fc.property(numbers, (value) => {
        const back = vector().decode(vector().encode(value));
        expect(back.length).toBe(value.length);
        expect(back.every((number, index) => number === value[index])).toBe(true);
      }),
    );
    expect(vector(3).name).toBe("VECTOR(3)");
    expect(vector(2).encode(new Float32Array([1, 0.5]))).toBe("[1,0.5]");
    expect(vector().decode("[1,2e-07]")).toEqual([1, 2e-7]);
  });

  test("refuses other lengths and what is no number", () => {
    const sparse = [1];
    sparse.length = 2;
    for (const value of [[1], [1, 2, 3], [1, Number.NaN], [1, 1e39], [1, "2"], sparse, "[1,2]", null, undefined]) {
      expect(() => vector(2).encode(value as number[])).toThrow(DataError);
    }
    for (const text of ["", "1,2", "[1,]", "[a]"]) expect(() => vector().decode(text)).toThrow(DataError);
  });
});

describe("spatial types", () => {
  test("are text, and named with their restriction", () => {
    expect(geometry().name).toBe("GEOMETRY");
    expect(geometry({ shape: "POINT" }).name).toBe("GEOMETRY(POINT)");
    expect(geography({ shape: "POLYGON", srid: 4326 }).name).toBe("GEOGRAPHY(POLYGON,4326)");
    expect(geography({ srid: 4326 }).name).toBe("GEOGRAPHY(GEOMETRY,4326)");
    expect(geometry().encode("POINT(1 2)")).toBe("POINT(1 2)");
    expect(() => geometry({ shape: "BLOB" as "POINT" })).toThrow(ArgumentError);
    expect(() => geometry({ srid: -1 })).toThrow(ArgumentError);
  });
});
