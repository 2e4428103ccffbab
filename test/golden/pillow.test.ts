// Pictures of every kind, against the pixels that Pillow has: pillow/make_pictures.py. PNG, GIF, TIFF and lossless
// WebP are equal; each other one states its tolerance in levels.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeImage, imageHeader } from "../../src/index.ts";

interface Expected {
  readonly shape: readonly number[];
  readonly tolerance: number;
  readonly data: string;
}

const folder = new URL("pillow/", import.meta.url);
const expected: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(new URL("expected.json", folder), "utf8"),
);
const bytesOf = (name: string) => readFileSync(new URL(`pictures/${name}`, folder));

test("every picture has its expected pixels", () => {
  expect(readdirSync(new URL("pictures", folder)).sort()).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))("%s decodes as in Pillow", async (name, golden) => {
  const { data, shape } = await decodeImage(bytesOf(name));
  expect(shape).toEqual(golden.shape);
  const pixels = Buffer.from(golden.data, "base64");
  const farthest = data.reduce((most, value, i) => Math.max(most, Math.abs(value - pixels[i])), 0);
  expect(farthest).toBeLessThanOrEqual(golden.tolerance);
});

test.each(Object.entries(expected))("the header of %s has its size", (name, { shape }) => {
  const { height, width } = imageHeader(bytesOf(name));
  const isTurned = /orientation-[5-8]/.test(name);
  expect([height, width]).toEqual(isTurned ? [shape[1], shape[0]] : [shape[0], shape[1]]);
});
