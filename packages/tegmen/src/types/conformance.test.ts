import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  array,
  bit,
  bool,
  bytes,
  bigint,
  char,
  date,
  decimal,
  encodeFor,
  encodeParameter,
  float4,
  float8,
  inet,
  int,
  int2,
  int4,
  interval,
  jsonb,
  makeDecoders,
  name,
  oid,
  string,
  time,
  timestamp,
  timestamptz,
  timetz,
  uuid,
  varchar,
  type AnySqlType,
} from "./index.ts";

// What a real server sent, recorded. It is not part of the repository: say where it is, or put it beside the checkout.
const folder =
  process.env["TEGMEN_CRDB_FACTS"] ?? fileURLToPath(new URL("../../../../../shared/crdb", import.meta.url));
const isThere = existsSync(path.join(folder, "encodings.json"));
if (!isThere) {
  console.log("types: recorded answers of a server not found, conformance tests skipped; set TEGMEN_CRDB_FACTS");
}

interface Encoding {
  readonly SQL: string;
  readonly Oid: number;
  readonly Text: string;
}

interface Facts {
  readonly cases: readonly {
    readonly name: string;
    readonly steps: readonly {
      readonly sql: string;
      readonly answer: {
        readonly results: readonly {
          readonly columns?: readonly (readonly [string, number])[];
          readonly rows?: readonly (readonly unknown[])[];
        }[];
      };
    }[];
  }[];
}

function load(...names: readonly string[]): unknown {
  return JSON.parse(readFileSync(path.join(folder, ...names), "utf8"));
}

const types: readonly AnySqlType[] = [
  bit(),
  bool,
  bytes,
  bigint,
  char(8),
  date(),
  decimal(),
  float4,
  float8,
  inet,
  int2,
  int4,
  interval(),
  jsonb(),
  name,
  oid,
  string(),
  time(),
  timestamp(),
  timestamptz(),
  timetz(),
  uuid,
  varchar(),
];
const byOid = new Map<number, AnySqlType>();
for (const type of types) {
  byOid.set(type.oid as number, type);
  byOid.set(type.arrayOid as number, array(type as typeof bool));
}
const records = new Set([2249, 2287]);

/** Texts that mean the same although tegmen writes them in its own way. */
function normalized(type: AnySqlType, text: string): string {
  if (type.name === "JSONB") return JSON.stringify(JSON.parse(text));
  if (type.name.startsWith("FLOAT")) return String(Number(text));
  if (type.name.startsWith("BOOL")) return text.replaceAll("true", "t").replaceAll("false", "f");
  if (type.name.startsWith("TIMESTAMPTZ")) return timestamptz().decode(text).toISOString();
  if (type.name.endsWith("[]")) return JSON.stringify(array(string()).decode(text));
  return text;
}

describe.runIf(isThere)("a real server's encodings", () => {
  const encodings = isThere ? (load("encodings.json") as readonly Encoding[]) : [];

  test("cover the types of this test", () => {
    expect(encodings.length).toBeGreaterThan(290);
    const missing = encodings.filter(({ Oid }) => !byOid.has(Oid) && !records.has(Oid));
    expect(missing).toEqual([]);
  });

  test.each(encodings.filter(({ Oid }) => !records.has(Oid)))("$SQL is read and written again", ({ Oid, Text }) => {
    const type = byOid.get(Oid) as AnySqlType;
    const value = type.decode(Text);
    const written = encodeFor(type, value) as string;
    expect(normalized(type, written)).toBe(normalized(type, Text));
    expect(type.decode(written)).toEqual(value);
  });

  test.each(encodings.filter(({ Oid }) => Oid !== 3802 && !records.has(Oid)))(
    "$SQL is read without a declared type",
    ({ Oid, Text }) => {
      const decode = makeDecoders({ int8: "bigint" }).decoderFor(Oid);
      const value = decode(Text);
      expect(decode(encodeParameter(value) as string)).toEqual(value);
    },
  );

  test.each(encodings.filter(({ Oid }) => records.has(Oid)))("$SQL stays text", ({ Oid, Text }) => {
    expect(makeDecoders().decoderFor(Oid)(Text)).toBe(Text);
  });
});

describe.runIf(isThere)("a real server's answers", () => {
  const facts = isThere ? (load("facts", "types.json") as Facts) : { cases: [] };
  const values = new Map<string, { readonly oid: number; readonly text: string }>();
  for (const { steps } of facts.cases) {
    for (const { answer } of steps) {
      for (const { columns = [], rows = [] } of answer.results) {
        for (const row of rows) {
          row.forEach((text, index) => {
            const oid = columns[index]?.[1];
            if (typeof text === "string" && typeof oid === "number") values.set(`${oid} ${text}`, { oid, text });
          });
        }
      }
    }
  }
  // The end of time, as the server answers infinity, is beyond what a Date can be.
  const beyondDate = [...values.values()].filter(({ oid, text }) => oid === 1184 && text.startsWith("294276-"));
  const others = [...values.values()].filter((value) => !beyondDate.includes(value));

  test("are many", () => {
    expect(values.size).toBeGreaterThan(250);
    expect(beyondDate.length).toBeGreaterThan(0);
  });

  test.each(others)("$text of type $oid is read and written again", ({ oid, text }) => {
    const decode = makeDecoders({ int8: "bigint" }).decoderFor(oid);
    expect(decode(text)).not.toBeUndefined();
    const type = byOid.get(oid);
    if (type === undefined) return;
    const value = type.decode(text);
    const written = encodeFor(type, value) as string;
    expect(normalized(type, written)).toBe(normalized(type, text));
  });

  test.each(beyondDate)("$text does not become a wrong Date", ({ oid, text }) => {
    expect(() => makeDecoders().decoderFor(oid)(text)).toThrow(/does not fit a Date/);
    expect(timestamptz({ as: "string" }).decode(text)).toBe(text);
  });

  test("keys made by unique_rowid() are refused as numbers", () => {
    expect(() => int.decode("869275683164127233")).toThrow(/bigint/);
    expect(bigint.decode("869275683164127233")).toBe(869_275_683_164_127_233n);
  });
});
