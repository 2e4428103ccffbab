// Inception-ResNet-V2: modules of several branches whose result is added to their input.

import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { activate, convNorm } from "./parts/convolution.ts";
import { averageTop } from "./parts/top.ts";
import { symmetric } from "./preprocessing.ts";

type Size = number | readonly [number, number];

const conv = (filters: number, kernelSize: Size, name?: string) =>
  convNorm({
    filters,
    kernelSize,
    padding: "same",
    norm: { scale: false },
    names: name === undefined ? {} : { conv: name, norm: `${name}_bn`, activation: `${name}_ac` },
  });

/** A convolution without zeros around the image. */
const valid = (filters: number, kernelSize: Size, strides = 1) =>
  convNorm({ filters, kernelSize, strides, norm: { scale: false } });

const maxPool = (x: SymbolicTensor) => layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(x);

/** The branches of each kind of block, and how much of their result is added. */
const kinds = {
  block35: {
    scale: 0.17,
    branches: () => [
      conv(32, 1),
      [...conv(32, 1), ...conv(32, 3)],
      [...conv(32, 1), ...conv(48, 3), ...conv(64, 3)],
    ],
  },
  block17: {
    scale: 0.1,
    branches: () => [conv(192, 1), [...conv(128, 1), ...conv(160, [1, 7]), ...conv(192, [7, 1])]],
  },
  block8: {
    scale: 0.2,
    branches: () => [conv(192, 1), [...conv(192, 1), ...conv(224, [1, 3]), ...conv(256, [3, 1])]],
  },
} as const satisfies Record<string, { scale: number; branches: () => LayerInstance[][] }>;

/**
 * `x` plus a part of what the branches make of it; the last block of all adds the whole and
 * activates nothing.
 */
function block(x: SymbolicTensor, kind: keyof typeof kinds, index: number, isLast = false) {
  const { scale, branches } = kinds[kind];
  const name = `${kind}_${index}`;
  const results = branches().map((branch) => chain(x, branch));
  const mixed = layers.concatenate({ name: `${name}_mixed` }).apply(results);
  const filters = x.shape[2];
  const wide = { filters, kernelSize: 1, padding: "same", name: `${name}_conv` } as const;
  const up = layers.conv2d(wide).apply(mixed);
  const sum = layers.scaledAdd({ scale: isLast ? 1 : scale }).apply([x, up]);
  return isLast ? sum : activate("relu", `${name}_ac`).apply(sum);
}

const join = (name: string, branches: readonly SymbolicTensor[]) =>
  layers.concatenate({ name }).apply(branches);

/** Inception-ResNet-V2, `[N, H, W, 3] → [N, classes]`, as Keras has it. */
export const inceptionResnetV2 = defineArchitecture({
  name: "inception-resnet-v2",
  title: "Inception-ResNet-V2",
  family: "Inception",
  year: 2016,
  paper:
    "Szegedy, Ioffe, Vanhoucke and Alemi, “Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning”, AAAI 2017, arXiv:1602.07261",
  description: "Inception modules whose scaled result is added to their input, forty of them",
  inputShape: [299, 299, 3],
  classes: 1000,
  preprocess: symmetric,
  figures: [
    {
      source: "Keras",
      parameters: 55_873_736,
      trainableParameters: 55_813_192,
      parametersWithoutTop: 54_336_736,
      top1: 80.3,
      top5: 95.3,
    },
  ],
  features: { stage2: "block35_10_ac", stage3: "block17_20_ac", stage4: "conv_7b_ac" },
  body(images) {
    const early = chain(images, [...valid(32, 3, 2), ...valid(32, 3), ...conv(64, 3)]);
    let x = maxPool(chain(maxPool(early), [...valid(80, 1), ...valid(192, 3)]));
    x = join("mixed_5b", [
      chain(x, conv(96, 1)),
      chain(x, [...conv(48, 1), ...conv(64, 5)]),
      chain(x, [...conv(64, 1), ...conv(96, 3), ...conv(96, 3)]),
      chain(x, [
        layers.averagePooling2d({ poolSize: 3, strides: 1, padding: "same" }),
        ...conv(64, 1),
      ]),
    ]);
    for (let i = 1; i <= 10; i++) x = block(x, "block35", i);
    x = join("mixed_6a", [
      chain(x, valid(384, 3, 2)),
      chain(x, [...conv(256, 1), ...conv(256, 3), ...valid(384, 3, 2)]),
      maxPool(x),
    ]);
    for (let i = 1; i <= 20; i++) x = block(x, "block17", i);
    x = join("mixed_7a", [
      chain(x, [...conv(256, 1), ...valid(384, 3, 2)]),
      chain(x, [...conv(256, 1), ...valid(288, 3, 2)]),
      chain(x, [...conv(256, 1), ...conv(288, 3), ...valid(320, 3, 2)]),
      maxPool(x),
    ]);
    for (let i = 1; i <= 10; i++) x = block(x, "block8", i, i === 10);
    return chain(x, conv(1536, 1, "conv_7b"));
  },
  top: averageTop({ pool: "avg_pool" }),
});
