// Which points of a detector learn which object: every positive point lies in or beside its object, and nothing that
// annotations hold is written elsewhere.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { type DetectorShape, levelsOf } from "../../../src/vision/detection/detector-shape.ts";
import { type PlacedObjects, writeTargets } from "../../../src/vision/detection/targets.ts";

const strides = [8, 16];
const classes = 3;

function shapeOf(height: number, width: number): DetectorShape {
  const levels = levelsOf([height, width], strides);
  const points = levels.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  return { height, width, channels: 3, levels, points, classes };
}

const shape = shapeOf(64, 96);

/** The positive points with what they should say. */
function positives(objects: PlacedObjects, of = shape) {
  const size = 4 + of.classes;
  const targets = new Float32Array(of.points * size).fill(7);
  writeTargets(objects, of, targets);
  const found = of.levels.flatMap(({ stride, rows, columns, first }) =>
    Array.from({ length: rows * columns }, (_, i) => {
      const row = targets.subarray((first + i) * size, (first + i + 1) * size);
      return {
        stride,
        x: ((i % columns) + 0.5) * stride,
        y: (Math.floor(i / columns) + 0.5) * stride,
        box: [...row.subarray(0, 4)],
        scores: [...row.subarray(4)],
      };
    }),
  );
  return { all: found, positive: found.filter(({ box }) => box[0] < box[2]) };
}

describe("targets", () => {
  test("an object has the points around its middle, on the level that suits its size", () => {
    const { positive } = positives({ boxes: [20, 12, 60, 44], classes: [2] });
    expect(positive).toHaveLength(12);
    for (const { stride, x, y, box, scores } of positive) {
      expect([stride, box, scores]).toEqual([8, [20, 12, 60, 44], [0, 0, 1]]);
      expect(Math.abs(x - 40)).toBeLessThanOrEqual(12);
      expect(Math.abs(y - 28)).toBeLessThanOrEqual(12);
    }
    const large = positives({ boxes: [2, 2, 90, 60], classes: [0] }).positive;
    expect(new Set(large.map(({ stride }) => stride))).toEqual(new Set([16]));
  });

  test("an object that is smaller than the distance of points has the nearest one", () => {
    const { positive } = positives({ boxes: [33, 33, 35, 34], classes: [1] });
    expect(positive.map(({ x, y }) => [x, y])).toEqual([[36, 36]]);
  });

  test("boxes that cross the border are cut off there", () => {
    const { positive } = positives({ boxes: [-20, 50, 12, 90], classes: [0] });
    expect(positive.length).toBeGreaterThan(0);
    for (const { box } of positive) expect(box).toEqual([0, 50, 12, 64]);
  });

  test("boxes outside of the image, without an area or with no numbers have no points", () => {
    const boxes = [100, 0, 120, 20, 30, 30, 30, 50, 40, 20, 30, 50, Number.NaN, 1, 20, 20];
    const { all, positive } = positives({ boxes, classes: [0, 1, 2, 0] });
    expect(positive).toEqual([]);
    expect(all.every(({ scores }) => scores.every((score) => score === 0))).toBe(true);
  });

  test("an image without objects is background", () => {
    const { all } = positives({ boxes: [], classes: [] });
    expect(all.every(({ box, scores }) => [...box, ...scores].every((x) => x === 0))).toBe(true);
  });

  test("a point that several objects claim belongs to the smallest", () => {
    const boxes = [10, 10, 70, 60, 30, 25, 50, 45];
    const { positive } = positives({ boxes, classes: [0, 1] });
    const inner = positive.filter(({ x, y }) => x > 30 && x < 50 && y > 25 && y < 45);
    expect(inner.length).toBeGreaterThan(0);
    for (const { scores } of inner) expect(scores).toEqual([0, 1, 0]);
  });

  test("points within an ignored object do not count, but for those of another object", () => {
    const objects = { boxes: [0, 0, 48, 64, 8, 8, 24, 24], classes: [0, 2], ignored: [1, 0] };
    const { all, positive } = positives(objects);
    expect(positive.every(({ scores }) => scores.join() === "0,0,1")).toBe(true);
    for (const { x, scores, box } of all) {
      if (box[2] > 0) continue;
      expect(scores).toEqual(x < 48 ? [-1, -1, -1] : [0, 0, 0]);
    }
  });

  test("each of random objects has a point in or next to it, unless smaller ones took all", () => {
    const random = new RandomStream(3);
    for (let round = 0; round < 200; round++) {
      const [x, y] = [110 * random.uniform() - 10, 80 * random.uniform() - 10];
      const [width, height] = [1 + 60 * random.uniform(), 1 + 60 * random.uniform()];
      const box = [x, y, x + width, y + height];
      const { positive } = positives({ boxes: box, classes: [round % 3] });
      const isInside = x < 96 && y < 64 && x + width > 0 && y + height > 0;
      expect(positive.length > 0, String(box)).toBe(isInside);
      for (const point of positive) {
        expect(point.x).toBeGreaterThanOrEqual(x - point.stride / 2);
        expect(point.x).toBeLessThanOrEqual(x + width + point.stride / 2);
      }
    }
  });

  test("takes thousands of objects", () => {
    const random = new RandomStream(5);
    const of = shapeOf(640, 640);
    const boxes: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const [x, y] = [640 * random.uniform(), 640 * random.uniform()];
      boxes.push(x, y, x + 5 + 40 * random.uniform(), y + 5 + 40 * random.uniform());
    }
    const { positive } = positives({ boxes, classes: new Int32Array(20_000) }, of);
    expect(positive.length).toBeGreaterThan(6000);
  });
});
