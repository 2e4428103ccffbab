// Shapes: sizes, strides, stretching, and what is refused.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import {
  broadcastShapes,
  checkShape,
  formatShape,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from "../../src/core/shape.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 });

test("a scalar has one element and no strides", () => {
  expect(sizeOf([])).toBe(1);
  expect(stridesOf([])).toEqual([]);
});

test("sizes and strides are row-major", () => {
  expect(sizeOf([2, 3, 4])).toBe(24);
  expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
});

test("shapes are the same in every dimension or not at all", () => {
  expect(sameShape([2, 3], [2, 3])).toBe(true);
  expect(sameShape([2, 3], [3, 2])).toBe(false);
  expect(sameShape([2], [2, 1])).toBe(false);
});

test("formatShape prints unknown dimensions as null", () => {
  expect(formatShape([null, 28, 28, 1])).toBe("[null, 28, 28, 1]");
});

describe("checkShape", () => {
  test.each([[[0]], [[2, -1]], [[1.5]], [[Number.NaN]]])("refuses %j", (shape) => {
    expect(() => checkShape(shape, "The image")).toThrow(ShapeError);
    expect(() => checkShape(shape, "The image")).toThrow(
      `The image is not a shape.\n  expected: whole numbers of at least 1\n  received: ${formatShape(shape)}`,
    );
  });

  test("accepts empty tensors where told", () => {
    expect(() => checkShape([0, 3], "The data", 0)).not.toThrow();
  });
});

describe("broadcastShapes", () => {
  test("aligns at the last axis and repeats ones", () => {
    expect(broadcastShapes([8, 1, 6], [7, 1])).toEqual([8, 7, 6]);
    expect(broadcastShapes([5], [], [2, 1])).toEqual([2, 5]);
    expect(broadcastShapes()).toEqual([]);
  });

  test("does not depend on the order", () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.boolean()), (shape, ones) => {
        const other = shape.map((dimension) => (ones.next().value ? 1 : dimension));
        expect(broadcastShapes(shape, other)).toEqual(shape);
        expect(broadcastShapes(other, shape)).toEqual(shape);
      }),
    );
  });

  test("refuses dimensions that differ", () => {
    expect(() => broadcastShapes([2, 3], [4])).toThrow(ShapeError);
    expect(() => broadcastShapes([2, 3], [4])).toThrow(/received: 3 against 4/);
  });
});

describe("normalizeAxis", () => {
  test("counts negative axes from the back", () => {
    expect([0, 2, -1, -3].map((axis) => normalizeAxis(axis, 3))).toEqual([0, 2, 2, 0]);
  });

  test.each([3, -4, 0.5])("refuses %d of 3", (axis) => {
    expect(() => normalizeAxis(axis, 3)).toThrow(/expected: a whole number from -3 to 2/);
  });
});
