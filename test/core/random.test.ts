// The generator against its authors' known answers, and the numbers that are made from it.

import { describe, expect, test } from "vitest";
import { multiplyHigh, philox, RandomStream, toUnit } from "../../src/core/random.ts";

const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, "0"));

describe("philox", () => {
  // Source: kat_vectors of Random123, philox4x32 with 10 rounds.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"],
    ],
  ] as [[number, number, number, number], [number, number], string[]][])(
    "gives the known answer for counter %j and key %j",
    (counter, key, answer) => {
      expect(hex(philox(counter, key))).toEqual(answer);
    },
  );

  test("takes negative words for the unsigned words of the same bits", () => {
    expect(philox([-1, -1, -1, -1], [-1, -1])).toEqual(
      philox([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff]),
    );
  });
});

test("multiplyHigh gives the upper half of the exact product", () => {
  const words = [0, 1, 0xffff, 0x10000, 0xd2511f53, 0xcd9e8d57, 0xfffffffe, 0xffffffff];
  for (const a of words) {
    for (const b of words) {
      expect(multiplyHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
    }
  }
});

test("toUnit reaches from 0 to just below 1, in numbers that f32 holds exactly", () => {
  expect(toUnit(0)).toBe(0);
  expect(toUnit(0xffffffff)).toBe(1 - 2 ** -24);
  expect(Math.fround(toUnit(0xffffffff))).toBe(toUnit(0xffffffff));
});

describe("RandomStream", () => {
  const numbers = (stream: RandomStream, count: number) =>
    Array.from({ length: count }, () => stream.word());

  test("repeats itself for the same seed and stream, and only then", () => {
    const first = numbers(new RandomStream(3, 1), 9);
    expect(numbers(new RandomStream(3, 1), 9)).toEqual(first);
    expect(numbers(new RandomStream(4, 1), 9)).not.toEqual(first);
    expect(numbers(new RandomStream(3, 2), 9)).not.toEqual(first);
  });

  test("gives the words of the blocks one after another", () => {
    const expected = [0, 1].flatMap((counter) => philox([counter, 0, 0, 0], [3, 1]));
    expect(numbers(new RandomStream(3, 1), 8)).toEqual(expected);
  });

  test("is uniform in [0, 1), and normal with mean 0 and deviation 1", () => {
    const count = 40_000;
    const stream = new RandomStream(5);
    const uniform = Array.from({ length: count }, () => stream.uniform());
    const normal = Array.from({ length: count }, () => stream.normal());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / count;
    expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
    // Four standard errors each.
    expect(Math.abs(mean(uniform) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(mean(normal.map((v) => v * v)) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  });

  test("below draws every whole number under the limit about equally often", () => {
    const stream = new RandomStream(6);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i++) counts[stream.below(7)]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000));
  });

  test("permutation holds every number once, in another order each time", () => {
    const stream = new RandomStream(8);
    const first = stream.permutation(100);
    expect(Array.from(first).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect(stream.permutation(100)).not.toEqual(first);
    expect(stream.permutation(0)).toEqual(new Int32Array(0));
  });
});
