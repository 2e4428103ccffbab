// Examples held out of training: the same share of every class, chosen by the seed.

import { expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import { holdOut } from "../../src/data/hold-out.ts";

/** Examples that are sorted by class; each holds its own number. */
function sorted(...sizes: readonly number[]) {
  const labels = sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
  const count = labels.length;
  return {
    x: tensor(
      Uint8Array.from({ length: 2 * count }, (_, i) => i >> 1),
      [count, 2],
    ),
    y: tensor(Uint8Array.from(labels), [count]),
  };
}

const countOf = (labels: ArrayLike<number> = [], label: number) =>
  Array.from(labels).filter((one) => one === label).length;

test("every class gives its share, however the examples are sorted", () => {
  const { training, validation } = holdOut(sorted(50, 30, 20), 0.1, 0);
  expect([0, 1, 2].map((label) => countOf(validation?.y.data, label))).toEqual([5, 3, 2]);
  expect([0, 1, 2].map((label) => countOf(training.y.data, label))).toEqual([45, 27, 18]);
});

test("both parts together are the examples, each in their order and with its label", () => {
  const examples = sorted(13, 8, 4);
  const { training, validation } = holdOut(examples, 0.3, 5);
  const numbers = [training, validation].map((part) =>
    Array.from(part?.y.data ?? [], (_, i) => part?.x.data[2 * i] ?? -1),
  );
  for (const part of numbers) expect(part).toEqual(part.toSorted((a, b) => a - b));
  expect(numbers.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i));
  expect(validation?.x.shape).toEqual([8, 2]);
  for (const part of [training, validation]) {
    part?.y.data.forEach((label, i) => {
      expect(label).toBe(examples.y.data[part.x.data[2 * i]]);
    });
  }
});

test("the seed decides which, and the same seed decides the same", () => {
  const held = (seed: number) => holdOut(sorted(100, 100), 0.1, seed).validation?.x.data;
  expect(held(1)).toEqual(held(1));
  expect(held(1)).not.toEqual(held(2));
});

test("a class of one example keeps it, and a share of 0 holds nothing out", () => {
  expect(countOf(holdOut(sorted(1, 40), 0.5, 0).training.y.data, 0)).toBe(1);
  const examples = sorted(3, 3);
  expect(holdOut(examples, 0, 0)).toEqual({ training: examples });
});
