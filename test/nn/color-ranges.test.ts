// What the layers that change colours draw, over 2,000 images: numbers from Keras's ranges, all of the range,
// evenly, and others at each step.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequence } from "../../src/nn/sequence.ts";
import { runCompiled } from "../conformance/compiled.ts";

const count = 2000;

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

/** What training makes of `count` images that are all `image`, and how it mixes them. */
async function train(layer: Layer, shape: Shape, image: readonly number[], step = 1) {
  const network = sequence({ inputShape: shape, layers: [layer] });
  const x = ops.input("x", { shape: [count, ...shape], dtype: "f32" });
  const number = ops.input("step", { shape: [], dtype: "i32" });
  const context = { build: ops, training: true, weights: new Map(), step: number, seed: 3 };
  const graph = network.graph([x], context);
  const outputs: Record<string, Node> = { images: graph.outputs[0] };
  for (const { weight, order } of graph.mixings) Object.assign(outputs, { weight, order });
  const data = Float32Array.from(
    { length: count * sizeOf(shape) },
    (_, i) => image[i % image.length],
  );
  const sources = {
    x: { data, shape: [count, ...shape] },
    step: { data: Int32Array.of(step), shape: [] },
  };
  const found = (await runCompiled(device, { outputs, updates: [] }, sources)).outputs;
  const size = sizeOf(shape);
  const images = Array.from({ length: count }, (_, n) => [
    ...found.images.slice(n * size, (n + 1) * size),
  ]);
  return { images, weight: [...(found.weight ?? [])], order: [...(found.order ?? [])] };
}

/** Whether numbers are spread evenly between two ends: by Kolmogorov and Smirnov, at one in 10,000. */
function expectEven(values: readonly number[], low: number, high: number): void {
  const slack = 1e-4 * (high - low);
  const sorted = [...values].sort((a, b) => a - b);
  expect(sorted[0]).toBeGreaterThanOrEqual(low - slack);
  expect(sorted[sorted.length - 1]).toBeLessThanOrEqual(high + slack);
  const distances = sorted.map((value, i) => Math.abs((value - low) / (high - low) - i / count));
  expect(Math.max(...distances)).toBeLessThan(2.23 / Math.sqrt(count));
}

/** Whether about this share of them are true: within four standard deviations. */
function expectShare(flags: readonly boolean[], share: number): void {
  const found = flags.filter(Boolean).length / count;
  expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
}

const wide = { valueRange: [-10, 10] } as const;
const pixel = [1, 1, 3];

/** From the result of one image to the factor that it was changed by. */
interface FactorCase {
  readonly layer: Layer;
  readonly shape: Shape;
  readonly image: readonly number[];
  readonly range: readonly [number, number];
  factorOf(image: readonly number[]): number;
}

const hueOf = ([red, green, blue]: readonly number[]) =>
  Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue) / (2 * Math.PI);
/** The hue of a pure colour, which has corners where an angle has none. */
function cornered([red, green, blue]: readonly number[]): number {
  return hueOf([red, green, blue]) >= 0 ? green / 6 : -blue / 6;
}

const factors: readonly (FactorCase & { readonly name: string })[] = [
  {
    name: "randomBrightness: from −f to f of the range",
    layer: layers.randomBrightness({ factor: 0.2, ...wide }),
    shape: pixel,
    image: [0.5, 0.5, 0.5],
    range: [-0.2, 0.2],
    factorOf: ([value]) => (value - 0.5) / 20,
  },
  {
    name: "randomContrast: from 1 to 1 + f for one number",
    layer: layers.randomContrast({ factor: 0.3, ...wide }),
    shape: [1, 2, 1],
    image: [0, 2],
    range: [1, 1.3],
    factorOf: ([first, second]) => (second - first) / 2,
  },
  {
    name: "randomContrast: from 1 − a to 1 + b for two",
    layer: layers.randomContrast({ factor: [0.2, 0.5], ...wide }),
    shape: [1, 2, 1],
    image: [0, 2],
    range: [0.8, 1.5],
    factorOf: ([first, second]) => (second - first) / 2,
  },
  {
    name: "randomHue: half of the factor in either direction",
    layer: layers.randomHue({ factor: 0.3, valueRange: [0, 1] }),
    shape: pixel,
    image: [1, 0, 0],
    range: [-0.15, 0.15],
    factorOf: cornered,
  },
  {
    name: "randomSaturation: f / (1 − f)",
    layer: layers.randomSaturation({ factor: [0.3, 0.6], valueRange: [0, 1] }),
    shape: pixel,
    image: [1, 0.8, 0.8],
    range: [0.3, 0.6],
    factorOf(image) {
      const ratio = (1 - Math.min(...image)) / 0.2;
      return ratio / (1 + ratio);
    },
  },
  {
    name: "randomColorDegeneration: from −f to f",
    layer: layers.randomColorDegeneration({ factor: 0.4, ...wide }),
    shape: pixel,
    image: [1, 0, 0],
    range: [-0.4, 0.4],
    factorOf: ([red]) => (red - 1) / (0.2989 - 1),
  },
  {
    name: "randomSharpness: from 0 to f",
    layer: layers.randomSharpness({ factor: 0.8, ...wide }),
    shape: [1, 1, 1],
    image: [1],
    range: [0, 0.8],
    factorOf: ([value]) => (1 - (value - 1) / (5 / 13 - 1)) / 2,
  },
  {
    name: "solarization: additions from 0 to 255 f",
    layer: layers.solarization({ additionFactor: 0.4, thresholdFactor: [1, 1] }),
    shape: [1, 1, 1],
    image: [0],
    range: [0, 102],
    factorOf: ([value]) => Math.min(value, 255 - value),
  },
];

test.each(factors)("$name", async ({ layer, shape, image, range, factorOf }) => {
  const { images } = await train(layer, shape, image);
  const found = images.map(factorOf);
  expectEven(found, ...range);
  const next = (await train(layer, shape, image, 2)).images.map(factorOf);
  expectEven(next, ...range);
  expect(next).not.toEqual(found);
});

const gray = 100;
const shares: readonly {
  readonly name: string;
  readonly layer: Layer;
  readonly shape?: Shape;
  readonly image?: readonly number[];
  readonly share: number;
}[] = [
  { name: "randomGrayscale", layer: layers.randomGrayscale({ factor: 0.3 }), share: 0.3 },
  { name: "randomInvert, half by default", layer: layers.randomInvert(), share: 0.5 },
  { name: "randomInvert", layer: layers.randomInvert({ factor: [0.2, 0.2] }), share: 0.2 },
  { name: "randomInvert of one number", layer: layers.randomInvert({ factor: 0.4 }), share: 0.2 },
  {
    name: "randomGaussianBlur",
    layer: layers.randomGaussianBlur({ factor: [0.7, 0.7], sigma: [1, 1] }),
    share: 0.7,
  },
  {
    name: "randomErasing",
    layer: layers.randomErasing({ factor: [0.6, 0.6], scale: [1, 1], fillValue: 0 }),
    share: 0.6,
  },
  {
    name: "solarization above a threshold from 0 to 255 f",
    layer: layers.solarization({ thresholdFactor: 0.7 }),
    shape: [1, 1, 1],
    image: [gray],
    share: gray / 178.5,
  },
];

describe("the share of images that change", () => {
  test.each(shares)("$name", async ({ layer, shape = pixel, image = [200, 50, 20], share }) => {
    const { images } = await train(layer, shape, image);
    const isChanged = images.map((one) =>
      one.some((value, i) => Math.abs(value - image[i]) > 1e-3),
    );
    expectShare(isChanged, share);
  });
});

test("randomPosterization keeps as many bits as others, the last one not included", async () => {
  const layer = layers.randomPosterization({ factor: [2, 6] });
  const { images } = await train(layer, [1, 1, 1], [255]);
  const bits = images.map(([value]) => 8 - Math.log2(256 - value));
  for (const bit of [2, 3, 4, 5])
    expectShare(
      bits.map((one) => one === bit),
      0.25,
    );
});

test("randomGaussianBlur draws its deviations once for the batch, and others at each step", async () => {
  const layer = layers.randomGaussianBlur({ factor: [1, 1], sigma: [0.4, 0.9] });
  const middles: number[] = [];
  for (const step of [1, 2, 3, 4, 5]) {
    const { images } = await train(layer, [1, 1, 1], [1], step);
    expect(new Set(images.map(([value]) => value)).size).toBe(1);
    middles.push(images[0][0]);
  }
  expect(new Set(middles).size).toBe(5);
  const middle = (deviation: number) => 1 / (1 + 2 * Math.exp(-0.5 / deviation ** 2));
  for (const value of middles) {
    expect(value).toBeGreaterThan(middle(0.9) ** 2);
    expect(value).toBeLessThan(middle(0.4) ** 2);
  }
});

test("randomErasing erases rectangles whose sides come from the range, anywhere", async () => {
  const side = 20;
  const layer = layers.randomErasing({ factor: [1, 1], fillValue: 0 });
  const { images } = await train(layer, [side, side, 1], [1]);
  const boxes = images.map((image) => {
    const erased = image.flatMap((value, i) => (value === 0 ? [i] : []));
    const [rows, columns] = [erased.map((i) => Math.floor(i / side)), erased.map((i) => i % side)];
    const length = (lines: readonly number[]) => Math.max(...lines) - Math.min(...lines) + 1;
    const box = { height: length(rows), width: length(columns), top: Math.min(...rows) };
    expect(erased).toHaveLength(box.height * box.width);
    return box;
  });
  // √0.02 · 20 is 2.8 and √0.33 · 20 is 11.5; so many pixels may begin within.
  for (const { height, width } of boxes) {
    expect(Math.min(height, width)).toBeGreaterThanOrEqual(2);
    expect(Math.max(height, width)).toBeLessThanOrEqual(12);
  }
  const mean = boxes.reduce((sum, { height }) => sum + height, 0) / count;
  const expected = ((2 / 3) * (0.33 ** 1.5 - 0.02 ** 1.5)) / 0.31;
  expect(Math.abs(mean / side - expected)).toBeLessThan(0.01);
  expect(new Set(boxes.map(({ top }) => top)).size).toBeGreaterThan(15);
});

describe.each([
  ["randAugment", layers.randAugment({ valueRange: [0, 1] })],
  ["augMix", layers.augMix({ valueRange: [0, 1], numChains: 2, chainDepth: 2 })],
] as const)("%s", (_, layer) => {
  const shape = [2, 2, 3];
  const image = [0.9, 0.5, 0.1, 0.2, 0.4, 0.6, 0.3, 0.3, 0.3, 0.8, 0.1, 0.7];

  test("keeps values in their range, and chooses anew at each step", async () => {
    const means: number[] = [];
    for (const step of [1, 2, 3, 4, 5, 6]) {
      const values = (await train(layer, shape, image, step)).images.flat();
      expect(values.every((value) => value >= -1e-6 && value <= 1 + 1e-6)).toBe(true);
      means.push(values.reduce((a, b) => a + b) / values.length);
    }
    expect(new Set(means).size).toBeGreaterThan(3);
  });
});

describe("mixing", () => {
  const variance = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / count;

  test.each([0.1, 0.2, 0.5, 1, 4])("mixUp weighs by beta numbers for alpha %d", async (alpha) => {
    const { weight } = await train(layers.mixUp({ alpha }), [1, 1, 1], [1]);
    expect(Math.min(...weight)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...weight)).toBeLessThanOrEqual(1);
    const expected = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(weight.reduce((a, b) => a + b) / count - 0.5)).toBeLessThan(
      4 * Math.sqrt(expected / count),
    );
    expect(Math.abs(variance(weight) / expected - 1)).toBeLessThan(0.1);
    if (alpha === 1) expectEven(weight, 0, 1);
  });

  test("each image is mixed with one other place of the batch, another at each step", async () => {
    const first = await train(layers.mixUp(), [1, 1, 1], [1]);
    const second = await train(layers.mixUp(), [1, 1, 1], [1], 2);
    const places = Array.from({ length: count }, (_, i) => i);
    for (const { order } of [first, second]) {
      expect([...order].sort((a, b) => a - b)).toEqual(places);
    }
    expect(second.order).not.toEqual(first.order);
    expectShare(
      first.order.map((place, i) => place < i),
      0.5,
    );
  });

  test("cutMix keeps shares that are as likely as others where its factor is 1", async () => {
    const { weight } = await train(layers.cutMix({ factor: [1, 1] }), [1, 1, 1], [1]);
    expectEven(weight, 0, 1);
  });
});
