// Which values are made row by row: those whose rows need the same row of others and what all rows share,
// and no others, whatever op makes them.

import { describe, expect, test } from "vitest";
import { topologicalOrder } from "../../src/graph/graph.ts";
import { computationOf, isComposite, type Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { forRows, valuesByRows } from "../../src/graph/rows.ts";

const rows = 4;
const images = ops.input("images", { shape: [rows, 6, 6, 3], dtype: "f32" });
const lines = ops.input("lines", { shape: [rows, 5], dtype: "f32" });
const filter = ops.state("filter", { shape: [3, 3, 3, 4], dtype: "f32" });
const matrix = ops.state("matrix", { shape: [5, 4], dtype: "f32" });
const square = ops.state("square", { shape: [rows, rows], dtype: "f32" });
const perRow = ops.state("per row", { shape: [rows, 5], dtype: "f32" });
const step = ops.input("step", { shape: [], dtype: "i32" });

const isByRows = (node: Node) => valuesByRows(topologicalOrder([node]))?.nodes.has(node) ?? false;

describe("a value is made row by row", () => {
  test.each<[string, Node]>([
    ["a convolution of images", ops.conv2d(images, filter)],
    ["the same with a stride", ops.conv2d(images, filter, { strides: [2, 2] })],
    ["a product with a matrix", ops.matmul(lines, matrix)],
    [
      "a product with a matrix the other way round",
      ops.matmul(lines, ops.state("m", { shape: [7, 5], dtype: "f32" }), { transposeB: true }),
    ],
    ["the largest of each window", ops.maxPool(images, { size: [2, 2] })],
    ["a sum over pixels", ops.sum(images, { axes: [1, 2] })],
    ["a row of numbers of each image", ops.reshape(images, [rows, 108])],
    ["the place of the largest", ops.argMaximum(lines, 1)],
    ["a part of each row", ops.slice(lines, [0, 1], [rows, 2])],
    ["two rows side by side", ops.concatenate([lines, lines], 1)],
    ["a number all share added", ops.add(lines, ops.state("bias", { shape: [5], dtype: "f32" }))],
    ["numbers everywhere added", ops.add(lines, ops.constant(2, [rows, 5]))],
    [
      "a row of a table for each",
      ops.gather(
        ops.state("table", { shape: [9, 2], dtype: "f32" }),
        ops.cast(ops.sum(lines, { axes: [1] }), "i32"),
      ),
    ],
    ["what depends on the step besides", ops.multiply(lines, ops.cast(step, "f32"))],
  ])("%s", (_, node) => {
    expect(isByRows(node)).toBe(true);
  });
});

describe("a value is not made row by row", () => {
  test.each<[string, Node]>([
    ["a sum over all rows", ops.sum(lines, { axes: [0] })],
    [
      "what is left after their mean",
      ops.subtract(lines, ops.mean(lines, { axes: [0], keepDimensions: true })),
    ],
    ["rows in another order", ops.slice(ops.concatenate([lines, lines], 0), [1, 0], [rows, 5])],
    ["a table turned", ops.transpose(ops.matmul(lines, matrix), [1, 0])],
    ["products between rows", ops.matmul(lines, lines, { transposeB: true })],
    ["a matrix before the rows", ops.matmul(square, lines)],
    ["weights that differ by row", ops.add(lines, perRow)],
    [
      "random numbers, which count rows",
      ops.multiply(
        lines,
        ops.dropoutMask(step, { shape: [rows, 5], rate: 0.5, seed: 1, stream: 2 }),
      ),
    ],
    ["all rows in one", ops.reshape(lines, [rows * 5])],
    ["a row that all others read", ops.add(lines, ops.slice(lines, [0, 0], [1, 5]))],
    ["what depends on no input", ops.multiply(perRow, perRow)],
    [
      "the gradient of filters",
      ops.conv2dFilterGradient(images, ops.conv2d(images, filter), { filterShape: [3, 3, 3, 4] }),
    ],
  ])("%s", (_, node) => {
    expect(isByRows(node)).toBe(false);
  });

  test("where inputs have different numbers of rows, or one", () => {
    const other = ops.input("other", { shape: [2, 5], dtype: "f32" });
    expect(valuesByRows([lines, other])).toBeUndefined();
    expect(valuesByRows([ops.input("single", { shape: [1, 5], dtype: "f32" })])).toBeUndefined();
    expect(valuesByRows([step])).toBeUndefined();
  });
});

test("a contraction over fewer rows is that of fewer rows", () => {
  for (const make of [
    (n: number) => ops.conv2d(ops.input("i", { shape: [n, 6, 6, 3], dtype: "f32" }), filter),
    (n: number) => ops.matmul(ops.input("l", { shape: [n, 5], dtype: "f32" }), matrix),
    (n: number) =>
      ops.conv2dInputGradient(ops.input("g", { shape: [n, 4, 4, 4], dtype: "f32" }), filter, {
        imageShape: [n, 6, 6, 3],
      }),
  ]) {
    const [four, two] = [make(4), make(2)];
    expect(isComposite(four.op)).toBe(false);
    expect(forRows(computationOf(four), 2)).toEqual(computationOf(two));
  }
});
