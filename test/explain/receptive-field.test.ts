// Receptive fields by theory against the pixels where gradients are not 0, on random networks.

import { expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import {
  effectiveField,
  receptiveField,
  receptiveFields,
} from "../../src/explain/lessons/receptive-field.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { SymbolicTensor } from "../../src/nn/symbolic.ts";
import { model } from "../../src/train/functional.ts";
import { sequential } from "../../src/train/sequential.ts";

/** A network with strides, dilation, padding, pooling, up-sampling and branches, all by chance. */
function randomNetwork(seed: number) {
  const stream = new RandomStream(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[stream.below(choices.length)];
  const convolution = (x: SymbolicTensor, strides: readonly [number, number]) => {
    const plain = strides[0] === 1 && strides[1] === 1;
    const options = {
      kernelSize: [pick(1, 2, 3, 5), pick(1, 2, 3)] as const,
      strides,
      padding: pick("valid", "same") as "valid" | "same",
      dilationRate: plain ? ([pick(1, 1, 2, 3), pick(1, 2)] as const) : 1,
      useBias: false,
    };
    const [rows, columns] = x.shape;
    const reach = (axis: 0 | 1) =>
      (options.kernelSize[axis] - 1) *
        (typeof options.dilationRate === "number" ? 1 : options.dilationRate[axis]) +
      1;
    const fits = reach(0) <= rows && reach(1) <= columns;
    const own = { ...options, padding: fits ? options.padding : ("same" as const) };
    const isDepthwise = stream.below(4) === 0 && strides[0] === strides[1];
    if (isDepthwise) return layers.depthwiseConv2d(own).apply(x);
    return layers.conv2d({ ...own, filters: 2, activation: "tanh" }).apply(x);
  };
  const block = (x: SymbolicTensor): SymbolicTensor => {
    const [rows, columns] = x.shape;
    const strides =
      rows > 6 && columns > 6 ? ([pick(1, 2), pick(1, 2, 3)] as const) : ([1, 1] as const);
    switch (stream.below(7)) {
      case 0: {
        const padding = pick("valid", "same") as "valid" | "same";
        const poolSize = [pick(1, 2, 3), pick(2, 3)] as const;
        if (rows < 3 || columns < 3) return x;
        return layers.averagePooling2d({ poolSize, strides, padding }).apply(x);
      }
      case 1:
        return layers
          .zeroPadding2d({
            padding: [
              [pick(0, 2), 1],
              [pick(0, 3), 0],
            ],
          })
          .apply(x);
      case 2:
        if (rows < 6 || columns < 6) return x;
        return layers
          .cropping2d({
            cropping: [
              [pick(0, 1), 1],
              [pick(0, 2), 0],
            ],
          })
          .apply(x);
      case 3:
        if (rows > 14) return x;
        return layers
          .upSampling2d({ size: [pick(1, 2, 3), 2], interpolation: pick("nearest", "bilinear") })
          .apply(x);
      case 4:
        if (rows > 14) return x;
        return layers
          .conv2dTranspose({
            filters: 2,
            kernelSize: pick(2, 3),
            strides: pick(1, 2),
            useBias: false,
          })
          .apply(x);
      case 5: {
        const [one, other] = [convolution(x, strides), convolution(x, strides)];
        const same = one.shape.every((size, i) => size === other.shape[i]);
        if (!same) return layers.add().apply([x, convolution(x, [1, 1])].map(sameSize(x)));
        return pick(layers.add(), layers.concatenate()).apply([one, other]);
      }
      default:
        return convolution(x, strides);
    }
  };
  const x = input({ shape: [15 + stream.below(8), 14 + stream.below(8), 1] });
  let y: SymbolicTensor = x;
  const depth = 3 + stream.below(4);
  for (let i = 0; i < depth; i++) y = block(y);
  y = layers.conv2d({ filters: 2, kernelSize: 1, name: "last" }).apply(y);
  const made = model({ inputs: x, outputs: y, seed, precision: "exact" });
  const unit = [stream.below(y.shape[0]), stream.below(y.shape[1])] as const;
  return { made, unit, shape: y.shape };
}

/** A 1x1 convolution brings channels together; a resize brings sizes together. */
const sameSize = (x: SymbolicTensor) => (y: SymbolicTensor) => {
  const [height, width] = x.shape;
  const sized = layers.resizing({ height, width, interpolation: "nearest" }).apply(y);
  return layers.conv2d({ filters: 2, kernelSize: 1 }).apply(sized);
};

test("the theoretical field of 100 random networks is where gradients are not 0", async () => {
  let holes = 0;
  for (let seed = 0; seed < 100; seed++) {
    const { made, unit } = randomNetwork(seed);
    const { support, window } = receptiveField(made, { layer: "last", unit });
    const { map } = await effectiveField(made, { layer: "last", unit, samples: 3, seed });
    const measured = Array.from(map.data, (value) => Number(value > 0));
    expect({ seed, support: Array.from(support.data) }).toEqual({ seed, support: measured });
    const [height, width] = support.shape;
    const seen = [...support.data.keys()].filter((i) => support.data[i] === 1);
    const rows = seen.map((i) => Math.floor(i / width));
    const columns = seen.map((i) => i % width);
    expect(Math.min(...rows)).toBeGreaterThanOrEqual(Math.max(0, window.top));
    expect(Math.max(...rows)).toBeLessThan(Math.min(height, window.bottom));
    expect(Math.min(...columns)).toBeGreaterThanOrEqual(Math.max(0, window.left));
    expect(Math.max(...columns)).toBeLessThan(Math.min(width, window.right));
    const box =
      (Math.max(...rows) - Math.min(...rows) + 1) *
      (Math.max(...columns) - Math.min(...columns) + 1);
    if (seen.length < box) holes++;
    await made.dispose();
  }
  // Dilation and branches leave holes, and the field knows them.
  expect(holes).toBeGreaterThan(5);
}, 240_000);

test("a max pooling's field is the union of what it chooses", async () => {
  const pooled = sequential(
    [
      layers.conv2d({
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        inputShape: [14, 14, 1],
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 4, kernelSize: 2 }),
    ],
    { precision: "exact" },
  );
  const choice = { layer: "conv2d_1", unit: [1, 0] } as const;
  const { support, size, stride, offset } = receptiveField(pooled, choice);
  expect({ size, stride, offset }).toEqual({ size: [9, 9], stride: [4, 4], offset: [0, 0] });
  const { map } = await effectiveField(pooled, { ...choice, samples: 64 });
  expect(Array.from(map.data, (value) => Number(value > 0))).toEqual(Array.from(support.data));
});

test("sizes, strides and offsets of layers in a row, by hand", () => {
  const row = sequential([
    layers.conv2d({ filters: 2, kernelSize: 3, padding: "same", inputShape: [32, 32, 3] }),
    layers.conv2d({ filters: 2, kernelSize: 3, padding: "same", strides: 2 }),
    layers.conv2d({ filters: 2, kernelSize: 3, padding: "same", dilationRate: 2 }),
    layers.globalAveragePooling2d(),
  ]);
  const fields = receptiveFields(row).map(({ size, stride, offset }) => ({
    size: size[0],
    stride: stride[0],
    offset: offset[0],
  }));
  expect(fields).toEqual([
    { size: 3, stride: 1, offset: -1 },
    // Of an even image, `same` with a stride of 2 pads only the end.
    { size: 5, stride: 2, offset: -1 },
    { size: 13, stride: 2, offset: -5 },
    { size: 32, stride: 2, offset: 0 },
  ]);
});

test("the effective field is smaller than the theoretical one", async () => {
  const conv = () => layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" });
  const deep = sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", inputShape: [33, 33, 1] }),
    ...Array.from({ length: 7 }, conv),
  ]);
  const { size } = receptiveField(deep, { layer: "conv2d_7" });
  const { side, share } = await effectiveField(deep, { layer: "conv2d_7" });
  expect(size).toEqual([17, 17]);
  expect(side).toBeLessThan(15);
  expect(side).toBeGreaterThan(5);
  expect(share).toBeGreaterThan(0.8);
});

test("a unit that does not exist is refused", () => {
  const one = sequential([layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [8, 8, 1] })]);
  expect(() => receptiveField(one, { layer: "conv2", unit: [0, 0] })).toThrow(/conv2d/);
  expect(() => receptiveField(one, { layer: "conv2d", unit: [0, 6] })).toThrow(
    /column from 0 to 5/,
  );
});
