// Embeddings, label errors and near duplicates: what they find, and what they refuse. Their numbers are held against peers in
// test/golden.

import { describe, expect, test } from "vitest";
import {
  embedding,
  labelErrors,
  nearDuplicates,
  perceptualHash,
  principalComponents,
} from "../../src/assess/index.ts";
import { DataError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import { resize } from "../../src/images/resize.ts";
import { pictureOf, scoresOf } from "../report/full-report.ts";

/** Two groups of rows, far apart. */
function twoGroups(count: number, width: number) {
  const { probabilities } = scoresOf(count, width);
  const data = probabilities.data.map((value, at) => value + (Math.floor(at / width) % 2) * 20);
  return tensor(data, [count, width]);
}

describe("embedding", () => {
  test.each(["pca", "umap"] as const)("%s keeps two groups apart", async (method) => {
    const { points } = await embedding(twoGroups(60, 12), { method });
    expect(points.shape).toEqual([60, 2]);
    const at = (row: number) => [points.data[2 * row], points.data[2 * row + 1]];
    const distance = (a: number, b: number) => Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]);
    for (let row = 0; row < 60; row++) {
      const others = Array.from({ length: 60 }, (_, i) => i).filter((i) => i !== row);
      const nearest = others.reduce((a, b) => (distance(row, b) < distance(row, a) ? b : a));
      expect(nearest % 2).toBe(row % 2);
    }
  });

  test("with the same seed gives the same points, with another others", async () => {
    const rows = twoGroups(30, 6);
    const [first, again, other] = [
      await embedding(rows, { seed: 1 }),
      await embedding(rows, { seed: 1 }),
      await embedding(rows, { seed: 2 }),
    ];
    expect(again.points.data).toEqual(first.points.data);
    expect(other.points.data).not.toEqual(first.points.data);
  });

  test("of too few rows is refused", async () => {
    await expect(embedding(tensor(new Float32Array(6), [3, 2]))).rejects.toThrow(DataError);
  });
});

describe("principal components", () => {
  test("of rows that are all alike are points at 0", () => {
    const { points, shares } = principalComponents(tensor(new Float32Array(12).fill(3), [4, 3]));
    expect(Array.from(points.data).every((value) => Math.abs(value) < 1e-12)).toBe(true);
    expect(shares).toEqual([0, 0]);
  });

  test("refuse numbers that are not finite", () => {
    const rows = tensor(Float32Array.of(1, 2, 3, Number.NaN), [2, 2]);
    expect(() => principalComponents(rows)).toThrow(/Row 1/);
  });
});

test("a label that was swapped is found, and none besides", () => {
  const { probabilities } = scoresOf(200, 4, 1);
  const right = Int32Array.from({ length: 200 }, (_, row) => {
    const scores = probabilities.data.subarray(4 * row, 4 * row + 4);
    return scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
  });
  expect(labelErrors(right, probabilities).errors).toEqual([]);
  const sure = Array.from(right.keys()).filter(
    (row) => probabilities.data[4 * row + right[row]] > 0.95,
  );
  const swapped = right.slice();
  const [victim] = sure;
  swapped[victim] = (right[victim] + 1) % 4;
  const { errors } = labelErrors(swapped, probabilities);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    index: victim,
    label: swapped[victim],
    suggestion: right[victim],
  });
});

describe("near duplicates", () => {
  /** 40 pictures; the last is the seventh, darker and softened. */
  const side = 48;
  const pictures = Array.from({ length: 40 }, (_, i) => pictureOf(i, side));
  const soft = resize(resize(pictures[7], { size: [24, 24] }), { size: [side, side] });
  const copy = tensor(
    soft.data.map((value) => Math.round(0.9 * value)),
    soft.shape,
  );
  const all = [...pictures, copy];
  const x = tensor(Uint8Array.from(all.flatMap(({ data }) => Array.from(data))), [
    all.length,
    side,
    side,
    1,
  ]);
  const examples = { x, y: tensor(new Int32Array(all.length), [all.length]) };

  test("are found by their hashes", async () => {
    const pairs = await nearDuplicates(examples);
    expect(pairs[0]).toMatchObject({ first: 7, second: 40 });
  });

  test("must have similar features where those are given", async () => {
    const apart = (rows: readonly number[]) =>
      tensor(Float32Array.from(rows.flatMap((row) => (row === 40 ? [0, 1] : [1, 0]))), [
        rows.length,
        2,
      ]);
    const pairs = await nearDuplicates(examples, { features: apart });
    expect(pairs.some(({ second }) => second === 40)).toBe(false);
  });

  test("of pictures that are no bytes are refused", async () => {
    const floats = { ...examples, x: tensor(Float32Array.from(x.data), x.shape) };
    await expect(nearDuplicates(floats)).rejects.toThrow(DataError);
  });
});

test("a hash of colours is that of their grey picture, and 16 digits long", () => {
  const grey = pictureOf(3, 40);
  const colours = tensor(
    Uint8Array.from({ length: 3 * grey.data.length }, (_, at) => grey.data[Math.floor(at / 3)]),
    [40, 40, 3],
  );
  expect(perceptualHash(colours)).toBe(perceptualHash(grey));
  expect(perceptualHash(grey)).toMatch(/^[0-9a-f]{16}$/);
});
