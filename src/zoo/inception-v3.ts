// InceptionV3: modules of several branches, in which rows and columns are convolved one after the
// other.

import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { averageTop } from "./parts/top.ts";
import { symmetric } from "./preprocessing.ts";

type Size = 1 | 3 | 5 | readonly [number, number];

/** A convolution of the same size as its input. */
const conv = (filters: number, kernelSize: Size) =>
  convNorm({ filters, kernelSize, padding: "same", norm: { scale: false } });

/** A convolution without zeros around the image. */
const valid = (filters: number, kernelSize: Size, strides = 1) =>
  convNorm({ filters, kernelSize, strides, norm: { scale: false } });

const [row, column] = [[1, 7] as const, [7, 1] as const];

const maxPool = (x: SymbolicTensor) => layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(x);

/** The mean of 3 x 3 pixels, then a 1 x 1 convolution. */
const pooled = (x: SymbolicTensor, filters: number) =>
  chain(x, [
    layers.averagePooling2d({ poolSize: 3, strides: 1, padding: "same" }),
    ...conv(filters, 1),
  ]);

const join = (name: string, branches: readonly SymbolicTensor[]) =>
  layers.concatenate({ name }).apply(branches);

/** Branches of 1, 5 and twice 3 pixels, and of a pool with `filters`. */
function fine(x: SymbolicTensor, name: string, filters: number): SymbolicTensor {
  return join(name, [
    chain(x, conv(64, 1)),
    chain(x, [...conv(48, 1), ...conv(64, 5)]),
    chain(x, [...conv(64, 1), ...conv(96, 3), ...conv(96, 3)]),
    pooled(x, filters),
  ]);
}

/**
 * Branches of 7 and twice 7 pixels, row by row and column by column, with `inner` channels in
 * between.
 */
function long(x: SymbolicTensor, name: string, inner: number): SymbolicTensor {
  return join(name, [
    chain(x, conv(192, 1)),
    chain(x, [...conv(inner, 1), ...conv(inner, row), ...conv(192, column)]),
    chain(x, [
      ...conv(inner, 1),
      ...conv(inner, column),
      ...conv(inner, row),
      ...conv(inner, column),
      ...conv(192, row),
    ]),
    pooled(x, 192),
  ]);
}

/** Branches that part once more at their end. */
function wide(x: SymbolicTensor, name: string, parts: string): SymbolicTensor {
  const single = chain(x, conv(320, 1));
  const once = chain(x, conv(384, 1));
  const first = [chain(once, conv(384, [1, 3])), chain(once, conv(384, [3, 1]))];
  const firstJoined = join(parts, first);
  const twice = chain(x, [...conv(448, 1), ...conv(384, 3)]);
  const second = [chain(twice, conv(384, [1, 3])), chain(twice, conv(384, [3, 1]))];
  const secondJoined = layers.concatenate().apply(second);
  return join(name, [single, firstJoined, secondJoined, pooled(x, 192)]);
}

/** InceptionV3, `[N, H, W, 3] → [N, classes]`, as Keras has it: without the second classifier. */
export const inceptionV3 = defineArchitecture({
  name: "inception-v3",
  title: "InceptionV3",
  family: "Inception",
  year: 2015,
  paper:
    "Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, “Rethinking the Inception Architecture for Computer Vision”, CVPR 2016, arXiv:1512.00567",
  description:
    "Modules of several branches; large windows as rows and columns, one after the other",
  inputShape: [299, 299, 3],
  classes: 1000,
  preprocess: symmetric,
  figures: [
    {
      source: "Keras",
      parameters: 23_851_784,
      trainableParameters: 23_817_352,
      parametersWithoutTop: 21_802_784,
      gmacs: 5.7132,
      top1: 77.9,
      top5: 93.7,
    },
  ],
  features: { stage2: "mixed2", stage3: "mixed7", stage4: "mixed10" },
  body(images) {
    const early = chain(images, [...valid(32, 3, 2), ...valid(32, 3), ...conv(64, 3)]);
    let x = maxPool(chain(maxPool(early), [...valid(80, 1), ...valid(192, 3)]));
    for (const [i, filters] of [32, 64, 64].entries()) x = fine(x, `mixed${i}`, filters);
    x = join("mixed3", [
      chain(x, valid(384, 3, 2)),
      chain(x, [...conv(64, 1), ...conv(96, 3), ...valid(96, 3, 2)]),
      maxPool(x),
    ]);
    for (const [i, inner] of [128, 160, 160, 192].entries()) x = long(x, `mixed${i + 4}`, inner);
    x = join("mixed8", [
      chain(x, [...conv(192, 1), ...valid(320, 3, 2)]),
      chain(x, [...conv(192, 1), ...conv(192, row), ...conv(192, column), ...valid(192, 3, 2)]),
      maxPool(x),
    ]);
    for (const i of [0, 1]) x = wide(x, `mixed${i + 9}`, `mixed9_${i}`);
    return x;
  },
  top: averageTop({ pool: "avg_pool" }),
});
