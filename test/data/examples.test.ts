// Examples: slices are views, and what training relies on is checked.

import { describe, expect, test } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import {
  checkExamples,
  countExamples,
  type Examples,
  sliceExamples,
} from "../../src/data/examples.ts";

const classNames = ["sock", "shoe", "hat"];
const examples: Examples = {
  x: tensor(
    Uint8Array.from({ length: 20 }, (_, i) => i),
    [5, 2, 2, 1],
  ),
  y: tensor(new Int32Array([0, 1, 2, 0, 1]), [5]),
  classNames,
};

describe("sliceExamples", () => {
  test("gives the rows from..to of x and y, and keeps the class names", () => {
    const slice = sliceExamples(examples, 1, 3);
    expect(slice.x.shape).toEqual([2, 2, 2, 1]);
    expect([...slice.x.data]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(slice.y.shape).toEqual([2]);
    expect([...slice.y.data]).toEqual([1, 2]);
    expect(slice.classNames).toBe(classNames);
  });

  test("slices one-hot answers by rows, not by elements", () => {
    const y = tensor(new Float32Array([1, 0, 0, 1, 1, 0, 0, 1, 1, 0]), [5, 2]);
    const slice = sliceExamples({ ...examples, y }, 3, 5);
    expect(slice.y.shape).toEqual([2, 2]);
    expect([...slice.y.data]).toEqual([0, 1, 1, 0]);
  });

  test("copies nothing", () => {
    expect(sliceExamples(examples, 2, 4).x.data.buffer).toBe(examples.x.data.buffer);
  });

  test("may be empty, or everything", () => {
    expect(countExamples(sliceExamples(examples, 5, 5))).toBe(0);
    expect(countExamples(sliceExamples(examples, 0, 5))).toBe(5);
  });

  test.each([
    [-1, 2],
    [0, 6],
    [3, 2],
    [0.5, 2],
    [0, Number.NaN],
  ])("refuses the range %d to %d", (from, to) => {
    expect(() => sliceExamples(examples, from, to)).toThrow(DataError);
  });
});

describe("checkExamples", () => {
  const refusal = (wrong: Partial<Examples>) => {
    try {
      checkExamples({ ...examples, ...wrong }, "The test set");
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
      return (error as DataError).message;
    }
    return "accepted";
  };

  test("accepts images with as many answers", () => {
    expect(refusal({})).toBe("accepted");
  });

  test("refuses another number of targets than images", () => {
    const y = tensor(new Int32Array(4), [4]);
    expect(refusal({ y })).toMatch(/The test set does not have one target.*5 targets.*4 targets/s);
  });

  test("refuses an empty set", () => {
    const [x, y] = [tensor(new Uint8Array(0), [0, 2, 2, 1]), tensor(new Int32Array(0), [0])];
    expect(refusal({ x, y })).toMatch(/The test set is empty/);
  });

  test("takes images, sequences, rows and numbers, and refuses inputs that no axis counts", () => {
    const shapes = [[5, 2, 2, 1], [5, 2, 2], [5, 4], [5]];
    for (const shape of shapes) {
      const size = shape.reduce((a, b) => a * b);
      expect(refusal({ x: tensor(new Uint8Array(size), shape) })).toBe("accepted");
    }
    const x = tensor(new Uint8Array(1), []);
    expect(refusal({ x })).toMatch(/\[N, …\].*\[\]/s);
  });

  test("refuses data that does not fill its shape", () => {
    const x = { data: new Uint8Array(19), shape: [5, 2, 2, 1] };
    expect(refusal({ x })).toMatch(/x does not fill its shape.*20 elements.*19 elements/s);
  });

  test.each([3, -1])("refuses the label %d where there are 3 classes, and says where", (label) => {
    const y = tensor(new Int32Array([0, 1, label, 0, 1]), [5]);
    expect(refusal({ y })).toMatch(new RegExp(`0 to 2.*${label} at index 2`, "s"));
  });

  test("refuses half a class", () => {
    const y = tensor(new Float32Array([0, 1, 0.5, 0, 1]), [5]);
    expect(refusal({ y })).toMatch(/0\.5 at index 2/);
  });

  test("leaves answers alone that are not class numbers", () => {
    const y = tensor(new Float32Array(10).fill(7.5), [5, 2]);
    expect(refusal({ y })).toBe("accepted");
  });
});
