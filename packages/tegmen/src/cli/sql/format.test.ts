import { expect, test } from "vitest";
import { displayWidth, escapeControls } from "./display-width.ts";
import { recordLines, rowCount, separatedLine, tableLines } from "./format.ts";

const text = 25;
const int8 = 20;
const columns = [
  { name: "id", typeOid: int8 },
  { name: "owner", typeOid: text },
  { name: "balance", typeOid: 1700 },
];

test("numbers are to the right, texts to the left, and NULL is shown", () => {
  const rows = [
    ["1", "Ann", "1000.50"],
    ["12", null, "7"],
  ];
  expect(tableLines(columns, rows)).toEqual([
    " id | owner | balance",
    "----+-------+---------",
    "  1 | Ann   | 1000.50",
    " 12 | NULL  |       7",
  ]);
});

test("a table without rows shows its columns", () => {
  expect(tableLines(columns, [])).toEqual([" id | owner | balance", "----+-------+---------"]);
  expect(tableLines([], [[]])).toEqual(["", "", ""]);
});

test("the lines of a cell are below each other, its tabs spaces", () => {
  const create = [
    { name: "t", typeOid: text },
    { name: "sql", typeOid: text },
    { name: "n", typeOid: int8 },
  ];
  expect(tableLines(create, [["t", "a (\n\tb\n)", "1"]])).toEqual([
    " t | sql | n",
    "---+-----+---",
    " t | a (+| 1",
    "   |   b+|",
    "   | )   |",
  ]);
});

test("wide characters take two columns, combining marks none", () => {
  expect(displayWidth("日本")).toBe(4);
  expect(displayWidth("é")).toBe(1);
  expect(displayWidth("e\u0301")).toBe(1);
  expect(displayWidth("👩‍💻")).toBe(2);
  expect(displayWidth("🇩🇪!")).toBe(3);
  expect(displayWidth("Ω→")).toBe(2);
  expect(
    tableLines(
      [
        { name: "city", typeOid: text },
        { name: "n", typeOid: int8 },
      ],
      [
        ["東京", "1"],
        ["Köln", "2"],
      ],
    ),
  ).toEqual([" city | n", "------+---", " 東京 | 1", " Köln | 2"]);
});

test("no value reaches the terminal's controls", () => {
  expect(escapeControls("a\u001B[31mb\u0007\t\r\u009B\u202E")).toBe(String.raw`a\x1b[31mb\x07\t\r\x9b\u202e`);
  const lines = tableLines([{ name: "\u001B]0;x\u0007", typeOid: text }], [["\u001B[2J"]]).join("\n");
  // oxlint-disable-next-line no-control-regex
  expect(lines).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F]/);
});

test("records have a line for each column", () => {
  expect(recordLines(columns, [["1", "Ann\nLee", null]])).toEqual([
    "-[ RECORD 1 ]",
    "id      | 1",
    "owner   | Ann",
    "        | Lee",
    "balance | NULL",
  ]);
});

test("separated values are quoted where they have to be", () => {
  expect(separatedLine(["1", "a,b", 'say "x"', "two\nlines", null, "NULL", ""], "csv")).toBe(
    '1,"a,b","say ""x""","two\nlines",NULL,"NULL",',
  );
  expect(separatedLine(["a,b", "a\tb"], "tsv")).toBe('a,b\t"a\tb"');
});

test("rows are counted in English", () => {
  expect([0, 1, 2].map(rowCount)).toEqual(["(0 rows)", "(1 row)", "(2 rows)"]);
});
