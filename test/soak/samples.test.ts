import { expect, test } from "vitest";
import { theilSen, trends } from "./samples.ts";

const noise = [3, -2, 1, 0, -3, 2, -1, 3, 0, -2, 1, -1];
const samples = (values: readonly number[]) => values.map((value) => new Map([["heap", value]]));
const allowances = new Map([["heap", { absolute: 5, relative: 0 }]]);

test("what only wavers is flat, with an outlier, too", () => {
  const values = noise.map((each) => 100 + each);
  values[4] = 500;
  expect(trends(samples(values), 1_000, allowances)[0]).toMatchObject({ flat: true, highest: 500 });
});

test("what grows is not, however much it wavers", () => {
  const values = noise.map((each, at) => 100 + at + each);
  const [trend] = trends(samples(values), 60_000, allowances);
  expect(trend!.flat).toBe(false);
  expect(trend!.perHour).toBeGreaterThan(30);
});

test("the slope is the median of all", () => {
  expect(theilSen([0, 2, 4, 6])).toBe(2);
  expect(theilSen([7])).toBe(0);
});
