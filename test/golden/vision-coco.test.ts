// COCO's numbers and mask codes against pycocotools (vision/make_coco.py): 300 random data sets, masks and
// polygons, and 100 data sets of masks.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as vision from "../../src/vision/index.ts";
import {
  Draws,
  randomDetections,
  randomMask,
  randomMasks,
  randomPolygon,
} from "./vision/random-sets.ts";

interface MaskCodes {
  readonly mask: string;
  readonly area: number;
  /** Left, top, width, height. */
  readonly box: readonly [number, number, number, number];
  readonly polygon: string;
}

interface Fixture {
  readonly scores: Readonly<Record<string, readonly (number | null)[] | null>>;
  readonly codes: Readonly<Record<string, MaskCodes>>;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`vision/${name}.json`, import.meta.url), "utf8"));
const { scores, codes }: Fixture = read("coco");
const masks: Pick<Fixture, "scores"> = read("coco-masks");

const names = [
  "ap",
  "ap50",
  "ap75",
  "apSmall",
  "apMedium",
  "apLarge",
  "ar1",
  "ar10",
  "ar100",
  "arSmall",
  "arMedium",
  "arLarge",
] as const;

test.each([
  {
    compared: "boxes",
    sets: scores,
    drawn: (stream: number) => randomDetections(stream),
    least: 4000,
  },
  {
    compared: "masks",
    sets: masks.scores,
    drawn: (stream: number) => randomMasks(2000 + stream),
    least: 1200,
  },
] as const)(
  "all twelve numbers and the AP of each class are those of pycocotools to 1e-6, of $compared",
  ({ compared: what, sets, drawn, least }) => {
    const wrong: string[] = [];
    let compared = 0;
    for (const [stream, wanted] of Object.entries(sets)) {
      if (wanted === null) continue;
      const { classCount, truth, detections } = drawn(Number(stream));
      const classNames = Array.from({ length: classCount }, (_, label) => `class ${label}`);
      const found = vision.cocoAveragePrecision(detections, truth, { classNames, compared: what });
      const numbers = [...names.map((name) => found[name]), ...found.perClass.map(({ ap }) => ap)];
      expect(numbers.length).toBe(wanted.length);
      numbers.forEach((number, i) => {
        const other = wanted[i];
        compared++;
        const fits = other === null ? Number.isNaN(number) : Math.abs(number - other) <= 1e-6;
        if (!fits)
          wrong.push(`${stream} ${names[i] ?? `class ${i - 12}`}: ${number}, not ${other}`);
      });
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(least);
  },
);

test("codes, areas and boxes of masks are those of pycocotools, and lead back to the mask", () => {
  const wrong: string[] = [];
  for (const [stream, wanted] of Object.entries(codes)) {
    const draws = new Draws(1000 + Number(stream));
    const [height, width] = [5 + draws.below(50), 5 + draws.below(50)];
    const mask = randomMask(draws, height, width);
    const code = vision.encodeRunLengths(mask);
    const packed = vision.compressRunLengths(code);
    const [left, top, right, bottom] = vision.runLengthBox(packed);
    const same = [
      packed.counts === wanted.mask,
      vision.runLengthArea(packed) === wanted.area,
      [left, top, right - left, bottom - top].join() === wanted.box.join(),
      vision.expandRunLengths(packed).counts.join() === code.counts.join(),
      vision.decodeRunLengths(packed).data.join() === mask.data.join(),
    ];
    if (same.includes(false)) wrong.push(`${stream}: ${same}`);
  }
  expect(wrong).toEqual([]);
  expect(Object.keys(codes).length).toBe(300);
});

test("polygons become the pixels that pycocotools makes of them, also where they cross themselves", () => {
  const wrong: string[] = [];
  let crossed = 0;
  for (const [stream, wanted] of Object.entries(codes)) {
    const draws = new Draws(1000 + Number(stream));
    const [height, width] = [5 + draws.below(50), 5 + draws.below(50)];
    randomMask(draws, height, width);
    const polygon = randomPolygon(draws, height, width);
    if (vision.polygonCrossings(polygon).length > 0) crossed++;
    const mask = vision.polygonsToMask([polygon], [height, width]);
    const packed = vision.compressRunLengths(vision.encodeRunLengths(mask));
    if (packed.counts !== wanted.polygon) wrong.push(`${stream}: ${polygon}`);
  }
  expect(wrong).toEqual([]);
  expect(crossed).toBeGreaterThan(50);
});
