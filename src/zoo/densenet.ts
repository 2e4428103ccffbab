// DenseNet: every layer sees the results of all layers before it.

import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { activate, convolve } from "./parts/convolution.ts";
import { averageTop } from "./parts/top.ts";
import { standardized, unit } from "./preprocessing.ts";

const norm = { epsilon: 1.001e-5 };

const facts = {
  family: "DenseNet",
  year: 2016,
  paper:
    "Huang, Liu, van der Maaten and Weinberger, “Densely Connected Convolutional Networks”, CVPR 2017, arXiv:1608.06993",
};

/** Normalization and activation before a convolution. */
const normalized = (name: string) => [
  layers.batchNormalization({ ...norm, name: `${name}_bn` }),
  activate("relu", `${name}_relu`),
];

const plain = { useBias: false } as const;

/**
 * `count` pairs of a 1 x 1 and a 3 x 3 convolution, each adding `growth` channels to what came
 * before.
 */
function denseBlock(
  x: SymbolicTensor,
  {
    name,
    count,
    growth,
  }: { readonly name: string; readonly count: number; readonly growth: number },
): SymbolicTensor {
  let all = x;
  for (let i = 1; i <= count; i++) {
    const layer = `${name}_block${i}`;
    const added = chain(all, [
      ...normalized(`${layer}_0`),
      convolve({ filters: 4 * growth, kernelSize: 1, ...plain }, `${layer}_1_conv`),
      ...normalized(`${layer}_1`),
      convolve({ filters: growth, kernelSize: 3, padding: "same", ...plain }, `${layer}_2_conv`),
    ]);
    all = layers.concatenate({ name: `${layer}_concat` }).apply([all, added]);
  }
  return all;
}

/** Half the channels, at half the height and width. */
function transition(x: SymbolicTensor, name: string): SymbolicTensor {
  const filters = Math.floor(x.shape[2] / 2);
  return chain(x, [
    ...normalized(name),
    convolve({ filters, kernelSize: 1, ...plain }, `${name}_conv`),
    layers.averagePooling2d({ poolSize: 2, name: `${name}_pool` }),
  ]);
}

/** Dense blocks with transitions in between, normalized at the end. */
function denseBlocks(
  x: SymbolicTensor,
  counts: readonly number[],
  { growth, first }: { readonly growth: number; readonly first: number },
): SymbolicTensor {
  let y = x;
  for (const [i, count] of counts.entries()) {
    y = denseBlock(y, { name: `conv${i + first}`, count, growth });
    if (i < counts.length - 1) y = transition(y, `pool${i + first}`);
  }
  return chain(y, [layers.batchNormalization({ ...norm, name: "bn" }), activate("relu", "relu")]);
}

function densenet(
  depth: number,
  counts: readonly number[],
  figures: readonly PublishedFigures[],
): Architecture {
  return defineArchitecture({
    ...facts,
    name: `densenet-${depth}`,
    title: `DenseNet-${depth}`,
    description: `${depth} layers; each reads the results of all earlier layers of its block`,
    inputShape: [224, 224, 3],
    classes: 1000,
    preprocess: standardized,
    figures,
    features: {
      stem: "conv1_relu",
      stage1: "pool2_relu",
      stage2: "pool3_relu",
      stage3: "pool4_relu",
      stage4: "relu",
    },
    body(images) {
      const x = chain(images, [
        layers.zeroPadding2d({ padding: 3 }),
        convolve({ filters: 64, kernelSize: 7, strides: 2, ...plain }, "conv1_conv"),
        ...normalized("conv1"),
        layers.zeroPadding2d({ padding: 1 }),
        layers.maxPooling2d({ poolSize: 3, strides: 2, name: "pool1" }),
      ]);
      return denseBlocks(x, counts, { growth: 32, first: 2 });
    },
    top: averageTop({ pool: "avg_pool" }),
  });
}

/** DenseNet-121, `[N, H, W, 3] → [N, classes]`, as Keras has it. */
export const densenet121 = densenet(
  121,
  [6, 12, 24, 16],
  [
    {
      source: "Keras",
      parameters: 8_062_504,
      trainableParameters: 7_978_856,
      parametersWithoutTop: 7_037_504,
      gmacs: 2.8342,
      top1: 75,
      top5: 92.3,
    },
    {
      source: "torchvision",
      trainableParameters: 7_978_856,
      gmacs: 2.834,
      top1: 74.434,
      top5: 91.972,
    },
  ],
);

/** DenseNet-169, as Keras has it. */
export const densenet169 = densenet(
  169,
  [6, 12, 32, 32],
  [
    {
      source: "Keras",
      parameters: 14_307_880,
      trainableParameters: 14_149_480,
      parametersWithoutTop: 12_642_880,
      gmacs: 3.3598,
      top1: 76.2,
      top5: 93.2,
    },
    {
      source: "torchvision",
      trainableParameters: 14_149_480,
      gmacs: 3.36,
      top1: 75.6,
      top5: 92.806,
    },
  ],
);

/** DenseNet-201, as Keras has it. */
export const densenet201 = densenet(
  201,
  [6, 12, 48, 32],
  [
    {
      source: "Keras",
      parameters: 20_242_984,
      trainableParameters: 20_013_928,
      parametersWithoutTop: 18_321_984,
      gmacs: 4.2914,
      top1: 77.3,
      top5: 93.6,
    },
    {
      source: "torchvision",
      trainableParameters: 20_013_928,
      gmacs: 4.291,
      top1: 76.896,
      top5: 93.37,
    },
  ],
);

function densenetBc(depth: number, growth: number, trainableParameters: number): Architecture {
  const count = (depth - 4) / 6;
  return defineArchitecture({
    ...facts,
    name: `densenet-bc-${depth}-${growth}`,
    title: `DenseNet-BC (L = ${depth}, k = ${growth})`,
    description: `DenseNet for images of CIFAR: ${depth} layers, ${growth} new channels from each`,
    inputShape: [32, 32, 3],
    classes: 10,
    preprocess: unit,
    figures: [{ source: "paper", trainableParameters }],
    features: { stage1: "pool1_relu", stage2: "pool2_relu", stage3: "relu" },
    body(images) {
      const stem = { filters: 2 * growth, kernelSize: 3, padding: "same", ...plain } as const;
      const x = convolve(stem, "conv0").apply(images);
      return denseBlocks(x, [count, count, count], { growth, first: 1 });
    },
    top: averageTop({ pool: "avg_pool" }),
  });
}

/** DenseNet-BC of 100 layers with 12 new channels from each, `[N, 32, 32, 3] → [N, classes]`. */
export const densenetBc100 = densenetBc(100, 12, 769_162);

/** DenseNet-BC of 250 layers with 24 new channels from each. */
export const densenetBc250 = densenetBc(250, 24, 15_324_406);

/** DenseNet-BC of 190 layers with 40 new channels from each. */
export const densenetBc190 = densenetBc(190, 40, 25_624_430);
