// Xception: separable convolutions throughout, with shortcuts.

import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { activate, convNorm } from "./parts/convolution.ts";
import { averageTop } from "./parts/top.ts";
import { symmetric } from "./preprocessing.ts";

/** A separable convolution, normalized. */
const separable = (filters: number, name: string): LayerInstance[] => [
  layers.separableConv2d({ filters, kernelSize: 3, padding: "same", useBias: false, name }),
  layers.batchNormalization({ name: `${name}_bn` }),
];

/**
 * Half the height and width, beside a 1 x 1 convolution; the first block begins without an
 * activation.
 */
function shrinking(x: SymbolicTensor, block: number, filters: readonly [number, number]) {
  const name = `block${block}`;
  const shortcut = chain(
    x,
    convNorm({
      filters: filters[1],
      kernelSize: 1,
      strides: 2,
      padding: "same",
      activation: null,
    }),
  );
  const main = chain(x, [
    ...(block === 2 ? [] : [activate("relu", `${name}_sepconv1_act`)]),
    ...separable(filters[0], `${name}_sepconv1`),
    activate("relu", `${name}_sepconv2_act`),
    ...separable(filters[1], `${name}_sepconv2`),
    layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same", name: `${name}_pool` }),
  ]);
  return layers.add().apply([main, shortcut]);
}

/** Three separable convolutions, each after an activation, beside a shortcut. */
function middle(x: SymbolicTensor, block: number): SymbolicTensor {
  const main = chain(
    x,
    [1, 2, 3].flatMap((i) => [
      activate("relu", `block${block}_sepconv${i}_act`),
      ...separable(728, `block${block}_sepconv${i}`),
    ]),
  );
  return layers.add().apply([main, x]);
}

const named = (name: string) => ({ conv: name, norm: `${name}_bn`, activation: `${name}_act` });

/** Xception, `[N, H, W, 3] → [N, classes]`, as Keras has it. */
export const xception = defineArchitecture({
  name: "xception",
  title: "Xception",
  family: "Xception",
  year: 2016,
  paper:
    "Chollet, “Xception: Deep Learning with Depthwise Separable Convolutions”, CVPR 2017, arXiv:1610.02357",
  description: "Inception taken to its end: every convolution is separable, with shortcuts",
  inputShape: [299, 299, 3],
  classes: 1000,
  preprocess: symmetric,
  figures: [
    {
      source: "Keras",
      parameters: 22_910_480,
      trainableParameters: 22_855_952,
      parametersWithoutTop: 20_861_480,
      gmacs: 8.3574,
      top1: 79,
      top5: 94.5,
    },
  ],
  features: {
    stem: "block1_conv2_act",
    stage1: "block3_sepconv2_bn",
    stage2: "block4_sepconv2_bn",
    stage3: "block13_sepconv2_bn",
    stage4: "block14_sepconv2_act",
  },
  body(images) {
    let x = chain(images, [
      ...convNorm({ filters: 32, kernelSize: 3, strides: 2, names: named("block1_conv1") }),
      ...convNorm({ filters: 64, kernelSize: 3, names: named("block1_conv2") }),
    ]);
    for (const [i, filters] of [128, 256, 728].entries())
      x = shrinking(x, i + 2, [filters, filters]);
    for (let block = 5; block < 13; block++) x = middle(x, block);
    x = shrinking(x, 13, [728, 1024]);
    return chain(
      x,
      [1536, 2048].flatMap((filters, i) => [
        ...separable(filters, `block14_sepconv${i + 1}`),
        activate("relu", `block14_sepconv${i + 1}_act`),
      ]),
    );
  },
  top: averageTop({ pool: "avg_pool" }),
});
