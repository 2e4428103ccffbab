// Layers that move images: several in a row sample once, where the product of their matrices says; draws fill
// Keras's ranges evenly; outside of training nothing moves.

import { describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { topologicalOrder } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { LayerInstance } from "../../src/nn/layer-instance.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequence } from "../../src/nn/sequence.ts";

const [batch, height, width] = [3, 6, 8];
const seed = 4;
const step = { data: Int32Array.of(2), shape: [] };
const x = ops.input("x", { shape: [batch, height, width, 1], dtype: "f32" });
const stepNode = ops.input("step", { shape: [], dtype: "i32" });

function image(n: number, row: number, column: number): number {
  return Math.sin(3 * n + row) + Math.cos(0.7 * column * (row + 1));
}

const pixels: Tensor = {
  shape: x.shape,
  data: Float64Array.from({ length: batch * height * width }, (_, i) =>
    image(Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width),
  ),
};

function outputOf(given: readonly LayerInstance[], training = true): Node {
  const network = sequence({ inputShape: [height, width, 1], layers: given });
  const context = { build: ops, training, weights: new Map(), step: stepNode, seed };
  return network.graph([x], context).outputs[0];
}

function valuesOf(node: Node): number[] {
  return Array.from(evaluate([node], { x: pixels, step })[0].data);
}

const samplings = (node: Node) =>
  topologicalOrder([node]).filter(({ op }) => op.name === "sampleImage").length;

/** The nine entries of each example's matrix, as the layer number `stream` of a network draws them. */
function matricesOf(layer: LayerInstance, stream: number, count: number = batch): number[][] {
  const { geometry } = layer.plan([[height, width, 1]]);
  if (geometry === undefined) throw new Error("the layer moves nothing");
  const { matrix } = geometry(count, { build: ops, step: stepNode, seed, stream });
  const nodes = matrix.map((entry) =>
    ops.broadcastTo(typeof entry === "number" ? ops.constant(entry) : entry, [count, 1, 1]),
  );
  const entries = evaluate(nodes, { step });
  return Array.from({ length: count }, (_, n) => entries.map(({ data }) => data[n]));
}

/** Linear between the four pixels around, with the image mirrored beyond its border. */
function bilinear(n: number, row: number, column: number): number {
  const mirrored = (at: number, length: number) => {
    const within = ((at % (2 * length)) + 2 * length) % (2 * length);
    return Math.min(within, 2 * length - 1 - within);
  };
  const [top, left] = [Math.floor(row), Math.floor(column)];
  let sum = 0;
  for (const r of [top, top + 1]) {
    for (const c of [left, left + 1]) {
      const weight = (1 - Math.abs(row - r)) * (1 - Math.abs(column - c));
      sum += weight * image(n, mirrored(r, height), mirrored(c, width));
    }
  }
  return sum;
}

/** What is seen where the matrices lead, the last one first. */
function naively(matrices: readonly (readonly number[][])[], size = [height, width]): number[] {
  const results: number[] = [];
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < size[0]; row++) {
      for (let column = 0; column < size[1]; column++) {
        const [atColumn, atRow] = [...matrices].reverse().reduce(
          ([px, py], all) => {
            const [a, b, c, d, e, f, g, h, i] = all[n];
            const k = g * px + h * py + i;
            return [(a * px + b * py + c) / k, (d * px + e * py + f) / k];
          },
          [column, row],
        );
        results.push(bilinear(n, atRow, atColumn));
      }
    }
  }
  return results;
}

function furthest(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

describe("layers that move images", () => {
  const rotation = () => layers.randomRotation({ factor: 0.2 });
  const translation = () => layers.randomTranslation({ heightFactor: 0.3, widthFactor: 0.3 });
  const zoom = () => layers.randomZoom({ heightFactor: 0.3, widthFactor: 0.3 });
  const flip = () => layers.randomFlip();
  const shear = () => layers.randomShear({ xFactor: 0.3, yFactor: 0.3 });

  test("sample once where several follow one another, by the product of their matrices", () => {
    const row = [rotation(), translation(), flip(), zoom(), shear()];
    const output = outputOf(row);
    expect(samplings(output)).toBe(1);
    const matrices = row.map((layer, stream) => matricesOf(layer, stream));
    expect(furthest(valuesOf(output), naively(matrices))).toBeLessThan(1e-9);
  });

  test("take part of an image that was moved from the image itself", () => {
    const row = [rotation(), layers.randomCrop({ height: 4, width: 5 }), zoom()];
    const output = outputOf(row);
    expect(samplings(output)).toBe(1);
    const [first, second] = row.slice(0, 2).map((layer, stream) => matricesOf(layer, stream));
    const small = zoom().plan([[4, 5, 1]]).geometry;
    if (small === undefined) throw new Error("the layer moves nothing");
    const { matrix } = small(batch, { build: ops, step: stepNode, seed, stream: 2 });
    const entries = evaluate(
      matrix.map((entry) =>
        ops.broadcastTo(typeof entry === "number" ? ops.constant(entry) : entry, [batch, 1, 1]),
      ),
      { step },
    );
    const third = Array.from({ length: batch }, (_, n) => entries.map(({ data }) => data[n]));
    expect(furthest(valuesOf(output), naively([first, second, third], [4, 5]))).toBeLessThan(1e-9);
  });

  test("sample again where the ways of sampling differ, or something lies between", () => {
    const nearest = layers.randomZoom({ heightFactor: 0.3, interpolation: "nearest" });
    expect(samplings(outputOf([rotation(), nearest]))).toBe(2);
    const filled = layers.randomZoom({ heightFactor: 0.3, fillMode: "constant" });
    expect(samplings(outputOf([rotation(), filled]))).toBe(2);
    expect(samplings(outputOf([flip(), filled, flip()]))).toBe(1);
    expect(samplings(outputOf([rotation(), layers.rescaling({ scale: 2 }), zoom()]))).toBe(2);
    const warp = () => layers.randomElasticTransform({ valueRange: [-9, 9] });
    expect(samplings(outputOf([rotation(), warp()]))).toBe(1);
    expect(samplings(outputOf([warp(), rotation()]))).toBe(2);
  });

  test("leave images alone outside of training, but for the middle of a crop", () => {
    const row = [rotation(), translation(), flip(), zoom(), shear()];
    expect(outputOf(row, false)).toBe(x);
    const cropped = valuesOf(outputOf([layers.randomCrop({ height: 4, width: 4 })], false));
    expect(cropped[0]).toBe(image(0, 1, 2));
  });

  test("keep what they took apart from what they made", () => {
    const moved = outputOf([rotation(), translation()]);
    const once = outputOf([rotation()]);
    expect(furthest(valuesOf(once), naively([matricesOf(rotation(), 0)]))).toBeLessThan(1e-9);
    expect(furthest(valuesOf(moved), valuesOf(once))).toBeGreaterThan(0.1);
  });
});

describe("over 2,000 draws", () => {
  const count = 2000;
  const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5];

  /** Whether numbers fill a range evenly: ends, mean and spread. */
  function expectEven(values: readonly number[], low: number, high: number): void {
    const length = high - low;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(low - 1e-9 * length);
    expect(Math.max(...values)).toBeLessThanOrEqual(high + 1e-9 * length);
    expect(Math.min(...values)).toBeLessThan(low + 0.01 * length);
    expect(Math.max(...values)).toBeGreaterThan(high - 0.01 * length);
    expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(0.03 * length);
    expect(Math.abs(Math.sqrt(variance) - length / Math.sqrt(12))).toBeLessThan(0.015 * length);
  }

  const drawn = (layer: LayerInstance) => matricesOf(layer, 0, count);
  const shareOf = (values: readonly boolean[]) => values.filter(Boolean).length / count;

  test("a rotation has every angle of its range", () => {
    const matrices = drawn(layers.randomRotation({ factor: [-0.1, 0.3] }));
    const angles = matrices.map((matrix) => Math.atan2(matrix[d], matrix[a]) / (2 * Math.PI));
    expectEven(angles, -0.1, 0.3);
  });

  test("a translation goes as far as its factors say, down and right above 0", () => {
    const matrices = drawn(layers.randomTranslation({ heightFactor: 0.5, widthFactor: [0, 0.25] }));
    expectEven(
      matrices.map((matrix) => -matrix[f] / height),
      -0.5,
      0.5,
    );
    expectEven(
      matrices.map((matrix) => -matrix[c] / width),
      0,
      0.25,
    );
  });

  test("a zoom has one factor for both directions, or one for each", () => {
    const alike = drawn(layers.randomZoom({ heightFactor: 0.4 }));
    expect(alike.every((matrix) => matrix[a] === matrix[e])).toBe(true);
    expectEven(
      alike.map((matrix) => matrix[e]),
      0.6,
      1.4,
    );
    const apart = drawn(layers.randomZoom({ heightFactor: [0, 0.4], widthFactor: [-0.5, 0] }));
    expectEven(
      apart.map((matrix) => matrix[e]),
      1,
      1.4,
    );
    expectEven(
      apart.map((matrix) => matrix[a]),
      0.5,
      1,
    );
  });

  test("a shear goes both ways, with one sign for both directions", () => {
    const matrices = drawn(layers.randomShear({ xFactor: [0.2, 0.4], yFactor: [0.1, 0.3] }));
    expectEven(
      matrices.map((matrix) => Math.abs(matrix[b])),
      0.2,
      0.4,
    );
    expectEven(
      matrices.map((matrix) => Math.abs(matrix[d])),
      0.1,
      0.3,
    );
    expect(Math.abs(shareOf(matrices.map((matrix) => matrix[b] < 0)) - 0.5)).toBeLessThan(0.04);
    expect(matrices.every((matrix) => matrix[b] < 0 === matrix[d] < 0)).toBe(true);
  });

  test("half of the images are flipped, in both directions at once", () => {
    const matrices = drawn(layers.randomFlip());
    expect(Math.abs(shareOf(matrices.map((matrix) => matrix[a] === -1)) - 0.5)).toBeLessThan(0.04);
    expect(matrices.every((matrix) => matrix[a] === matrix[e])).toBe(true);
  });

  test("a crop begins at every place where it fits", () => {
    const matrices = drawn(layers.randomCrop({ height: 4, width: 8 }));
    for (const top of [0, 1, 2]) {
      const share = shareOf(matrices.map((matrix) => matrix[f] === top));
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.04);
    }
    expect(matrices.every((matrix) => matrix[c] === 0)).toBe(true);
  });

  test("a perspective changes half of the images of factor 1, and leaves one corner", () => {
    const matrices = drawn(layers.randomPerspective({ scale: 0.5 }));
    const changed = matrices.filter((matrix) => matrix[b] !== 0 || matrix[a] !== 1);
    expect(Math.abs(changed.length / count - 0.5)).toBeLessThan(0.04);
    expect(changed.every((matrix) => Math.abs(matrix[c] / matrix[8]) < 1e-9)).toBe(true);
  });
});
