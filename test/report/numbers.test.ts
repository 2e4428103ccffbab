// Numbers as people read them.

import { expect, test } from "vitest";
import {
  formatCount,
  formatDuration,
  formatMeasure,
  formatRate,
  formatRateTick,
  formatTick,
} from "../../src/report/numbers.ts";

test.each([
  [0.912, "91.2%"],
  [1, "100%"],
  [0, "0%"],
  [0.99999, ">99.9%"],
  [0.0001, "<0.1%"],
  [0.9996, ">99.9%"],
  [Number.NaN, "–"],
])("the rate %s reads %s", (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test.each([
  [0.21345, "0.213"],
  [0, "0.00"],
  [-1, "-1.00"],
  [12.345, "12.3"],
  [1234.5, "1,235"],
  [1.25e7, "1.25e7"],
  [0.00012, "1.20e-4"],
  [Infinity, "–"],
])("the measure %s reads %s", (value, text) => {
  expect(formatMeasure(value)).toBe(text);
});

test.each([
  [0.1 + 0.2, "0.3"],
  [2000, "2,000"],
  [5e8, "5e8"],
  [0.0002, "2e-4"],
])("the tick %s reads %s", (value, text) => {
  expect(formatTick(value)).toBe(text);
});

test("the tick of a rate has no rounding dust", () => {
  expect(formatRateTick(0.57)).toBe("57%");
  expect(formatRateTick(0.992)).toBe("99.2%");
});

test.each([
  [0.32, "320 ms"],
  [0.9999, "1.0 s"],
  [4.24, "4.2 s"],
  [9.96, "10 s"],
  [59.6, "1 min"],
  [92, "1 min 32 s"],
  [3599.7, "1 h"],
  [7500, "2 h 5 min"],
  [Number.NaN, "–"],
])("%s seconds read %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("counts have thousands separators", () => {
  expect(formatCount(93322)).toBe("93,322");
});
