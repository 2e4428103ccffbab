// NASNetMobile: two kinds of cells that a search found, each of which sees the results of the two
// cells before it.

import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { activate, convNorm } from "./parts/convolution.ts";
import { zerosBeforeStride } from "./parts/sizes.ts";
import { averageTop } from "./parts/top.ts";
import { symmetric } from "./preprocessing.ts";

const norm = { momentum: 0.9997, epsilon: 1e-3 };
const kind = { padding: "same", norm, activation: null, kernelInitializer: "heNormal" } as const;

/** A 1 x 1 convolution after an activation, normalized. */
const point = (filters: number, conv: string, bn: string): LayerInstance[] => [
  activate("relu"),
  ...convNorm({ filters, kernelSize: 1, ...kind, names: { conv, norm: bn } }),
];

/** Activation, separable convolution and normalization, twice; the first has the stride. */
function separable(
  x: SymbolicTensor,
  id: string,
  filters: number,
  { size, stride = 1 }: { readonly size: number; readonly stride?: number },
): SymbolicTensor {
  const part = (i: number, strides: number) => [
    layers.separableConv2d({
      filters,
      kernelSize: size,
      strides,
      padding: strides === 1 ? "same" : "valid",
      useBias: false,
      name: `separable_conv_${i}_${id}`,
    }),
    layers.batchNormalization({ ...norm, name: `separable_conv_${i}_bn_${id}` }),
  ];
  const padding = zerosBeforeStride(x.shape, size);
  const zeros =
    stride === 1 ? [] : [layers.zeroPadding2d({ padding, name: `separable_conv_1_pad_${id}` })];
  return chain(x, [
    activate("relu"),
    ...zeros,
    ...part(1, stride),
    activate("relu"),
    ...part(2, 1),
  ]);
}

/** The result of the cell before last, in the shape of the last one's. */
function adjusted(
  previous: SymbolicTensor,
  x: SymbolicTensor,
  id: string,
  filters: number,
): SymbolicTensor {
  // The first cell takes the same image twice, as it is.
  if (previous === x) return x;
  if (previous.shape[0] !== x.shape[0]) return halved(previous, id, filters);
  if (previous.shape[2] === filters) return previous;
  return chain(previous, point(filters, `adjust_conv_projection_${id}`, `adjust_bn_${id}`));
}

/**
 * Every other pixel, and every other one beginning with the next, with half of the filters each.
 */
function halved(previous: SymbolicTensor, id: string, filters: number): SymbolicTensor {
  const p = activate("relu", `adjust_relu_1_${id}`).apply(previous);
  const path = (i: number) => [
    layers.averagePooling2d({ poolSize: 1, strides: 2, name: `adjust_avg_pool_${i}_${id}` }),
    layers.conv2d({
      filters: filters / 2,
      kernelSize: 1,
      padding: "same",
      useBias: false,
      kernelInitializer: "heNormal",
      name: `adjust_conv_${i}_${id}`,
    }),
  ];
  const shifted = [
    layers.zeroPadding2d({ padding: [[0, 1] as const, [0, 1] as const] }),
    layers.cropping2d({ cropping: [[1, 0] as const, [1, 0] as const] }),
  ];
  const joined = layers
    .concatenate()
    .apply([chain(p, path(1)), chain(p, [...shifted, ...path(2)])]);
  return layers.batchNormalization({ ...norm, name: `adjust_bn_${id}` }).apply(joined);
}

const add = (name: string | undefined, ...parts: readonly SymbolicTensor[]) =>
  layers.add(name === undefined ? {} : { name }).apply(parts);

const average = (name: string) =>
  layers.averagePooling2d({ poolSize: 3, strides: 1, padding: "same", name });

/** A cell that keeps height and width. */
function normalCell(
  x: SymbolicTensor,
  previous: SymbolicTensor,
  id: string,
  filters: number,
): SymbolicTensor {
  const p = adjusted(previous, x, id, filters);
  const h = chain(x, point(filters, `normal_conv_1_${id}`, `normal_bn_1_${id}`));
  const through = (from: SymbolicTensor, side: string, size: number) =>
    separable(from, `normal_${side}_${id}`, filters, { size });
  const parts = [
    [through(h, "left1", 5), through(p, "right1", 3)],
    [through(p, "left2", 5), through(p, "right2", 3)],
    [average(`normal_left3_${id}`).apply(h), p],
    [average(`normal_left4_${id}`).apply(p), average(`normal_right4_${id}`).apply(p)],
    [through(h, "left5", 3), h],
  ].map((pair, i) => add(`normal_add_${i + 1}_${id}`, ...pair));
  return layers.concatenate({ name: `normal_concat_${id}` }).apply([p, ...parts]);
}

/** A cell that halves height and width. */
function reductionCell(
  x: SymbolicTensor,
  previous: SymbolicTensor,
  id: string,
  filters: number,
): SymbolicTensor {
  const p = adjusted(previous, x, id, filters);
  const h = chain(x, point(filters, `reduction_conv_1_${id}`, `reduction_bn_1_${id}`));
  const padding = zerosBeforeStride(h.shape, 3);
  const padded = layers.zeroPadding2d({ padding, name: `reduction_pad_1_${id}` }).apply(h);
  const through = (from: SymbolicTensor, side: string, size: number, stride = 2) =>
    separable(from, `reduction_${side}_${id}`, filters, { size, stride });
  const pool = { poolSize: 3, strides: 2 };
  const largest = (side: string) =>
    layers.maxPooling2d({ ...pool, name: `reduction_${side}_${id}` }).apply(padded);
  const x1 = add(`reduction_add_1_${id}`, through(h, "left1", 5), through(p, "right1", 7));
  const x2 = add(`reduction_add_2_${id}`, largest("left2"), through(p, "right2", 7));
  const mean = layers.averagePooling2d({ ...pool, name: `reduction_left3_${id}` }).apply(padded);
  const x3 = add(`reduction_add3_${id}`, mean, through(p, "right3", 5));
  const x4 = add(undefined, x2, average(`reduction_left4_${id}`).apply(x1));
  const x5 = add(`reduction_add4_${id}`, through(x1, "left4", 3, 1), largest("right5"));
  return layers.concatenate({ name: `reduction_concat_${id}` }).apply([x2, x3, x4, x5]);
}

/** Filters of the first normal cells; those after each reduction have twice as many. */
const filters = 44;

/** NASNetMobile, `[N, H, W, 3] → [N, classes]`, as Keras has it. */
export const nasnetMobile = defineArchitecture({
  name: "nasnet-mobile",
  title: "NASNetMobile",
  family: "NASNet",
  year: 2017,
  paper:
    "Zoph, Vasudevan, Shlens and Le, “Learning Transferable Architectures for Scalable Image Recognition”, CVPR 2018, arXiv:1707.07012",
  description: "Cells found by a search on CIFAR-10; each reads the two before it",
  inputShape: [224, 224, 3],
  classes: 1000,
  preprocess: symmetric,
  figures: [
    {
      source: "Keras",
      parameters: 5_326_716,
      trainableParameters: 5_289_978,
      parametersWithoutTop: 4_269_716,
      gmacs: 0.5636,
      top1: 74.4,
      top5: 91.9,
    },
  ],
  features: {
    stem: "reduction_concat_stem_1",
    stage1: "normal_concat_3",
    stage2: "normal_concat_8",
    stage3: "normal_concat_12",
  },
  body(images) {
    const names = { conv: "stem_conv1", norm: "stem_bn1" };
    const stem = { filters: 32, kernelSize: 3, strides: 2, names };
    let previous = chain(images, convNorm({ ...kind, ...stem, padding: "valid" }));
    let x = previous;
    const cell = (make: typeof normalCell, id: string, count: number) => {
      const result = make(x, previous, id, count);
      previous = x;
      x = result;
    };
    cell(reductionCell, "stem_1", filters / 4);
    cell(reductionCell, "stem_2", filters / 2);
    for (const [stage, width] of [filters, 2 * filters, 4 * filters].entries()) {
      if (stage > 0) cell(reductionCell, `reduce_${4 * stage}`, width);
      const first = stage === 0 ? 0 : 4 * stage + 1;
      for (let i = 0; i < 4; i++) cell(normalCell, `${first + i}`, width);
    }
    return activate("relu").apply(x);
  },
  top: averageTop(),
});
