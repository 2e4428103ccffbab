// Scores of class maps against scikit-learn (vision/make_others.py).

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import * as vision from "../../src/vision/index.ts";
import { classes } from "./shared-numbers.ts";

interface Scores {
  readonly accuracy: number;
  readonly iou: readonly number[];
  readonly dice: readonly number[];
  readonly meanIou: number;
  readonly meanDice: number;
}

const file = new URL("vision/others.json", import.meta.url);
const { segmentation }: { readonly segmentation: Readonly<Record<string, Scores>> } = JSON.parse(
  readFileSync(file, "utf8"),
);

/** The maps of one stream in two parts, so that scores are those of all pixels together. */
function maps(stream: number) {
  const occurring = 5 - (stream % 2);
  const truth = classes(2 * stream, 1200, occurring).data;
  const noise = classes(2 * stream + 1, 1200, 3 * occurring).data;
  const found = truth.map((label, i) => (noise[i] < occurring ? noise[i] : label));
  const known = truth.map((label, i) => (i % 7 === 0 ? 255 : label));
  const parts = (map: Int32Array) =>
    [0, 1].map((part) =>
      tensor(Uint8Array.from(map.subarray(600 * part, 600 * part + 600)), [15, 40]),
    );
  return { truth: parts(known), found: parts(found), occurring };
}

test("pixel accuracy, IoU and Dice are those of scikit-learn to 1e-12, on 30 random sets", () => {
  const classNames = ["a", "b", "c", "d", "e"];
  let far = 0;
  for (const [stream, wanted] of Object.entries(segmentation)) {
    const { truth, found, occurring } = maps(Number(stream));
    const scores = vision.segmentationScores(found, truth, { classNames });
    const differences = [
      scores.pixelAccuracy - wanted.accuracy,
      scores.meanIou - wanted.meanIou,
      scores.meanDice - wanted.meanDice,
      ...wanted.iou.map((iou, label) => scores.perClass[label].iou - iou),
      ...wanted.dice.map((dice, label) => scores.perClass[label].dice - dice),
    ];
    far = Math.max(far, ...differences.map(Math.abs));
    // A class that occurs in neither has no score, and does not count in the mean.
    expect(scores.perClass.map(({ iou }) => Number.isNaN(iou))).toEqual(
      classNames.map((_, label) => label >= occurring),
    );
  }
  expect(far).toBeLessThan(1e-12);
  expect(Object.keys(segmentation).length).toBe(30);
});
