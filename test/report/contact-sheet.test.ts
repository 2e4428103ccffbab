// Images side by side in one PNG.

import { decode } from "fast-png";
import { expect, test } from "vitest";
import { contactSheet } from "../../src/report/contact-sheet.ts";

const plain = (value: number, height = 3, width = 4) => ({
  data: new Uint8Array(height * width * 3).fill(value),
  shape: [height, width, 3],
});

test("images stand side by side with a gap between them, pixel for pixel", () => {
  const { data, width, height, channels } = decode(contactSheet([plain(10), plain(20), plain(30)]));
  expect([width, height, channels]).toEqual([14, 12, 3]);
  const at = (x: number, y: number) => data[(y * width + x) * 3];
  expect([at(2, 2), at(8, 2), at(2, 7)]).toEqual([10, 20, 30]);
  expect([at(0, 0), at(6, 2), at(8, 7)]).toEqual([128, 128, 128]);
});

test("none, and images of several sizes, are refused", () => {
  expect(() => contactSheet([])).toThrow("side by side");
  expect(() => contactSheet([plain(1), plain(1, 5)])).toThrow("all of one size");
});
