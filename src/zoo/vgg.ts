// VGG: 3 x 3 convolutions and nothing else, in five blocks, with three dense layers behind them.

import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { centered, standardized } from "./preprocessing.ts";

/** How many convolutions each block has. */
const blocks = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const;

type Depth = keyof typeof blocks;

const widths = [64, 128, 256, 512, 512];

const facts = {
  family: "VGG",
  year: 2014,
  paper:
    "Simonyan and Zisserman, “Very Deep Convolutional Networks for Large-Scale Image Recognition”, ICLR 2015, arXiv:1409.1556",
  inputShape: [224, 224, 3],
  classes: 1000,
};

/** The number of convolutions before block `b`. */
const before = (depth: Depth, b: number) =>
  blocks[depth].slice(0, b).reduce((sum, count) => sum + count, 0);

/**
 * Whether Keras has it: then its layers have Keras's names, such as `block1_conv2`. Others have torchvision's, such as
 * `features.2`, where activations and pools count as well.
 */
const isInKeras = (depth: Depth, normalized: boolean) =>
  !normalized && (depth === 16 || depth === 19);

/** torchvision's number for convolution `i` of block `b`. */
function numberOf(depth: Depth, normalized: boolean, b: number, i: number): number {
  const step = normalized ? 3 : 2;
  return step * (before(depth, b) + i) + b;
}

/** The names of convolution `i` of block `b`, with what follows it. */
function namesOf(depth: Depth, normalized: boolean, b: number, i: number) {
  if (isInKeras(depth, normalized)) return { conv: `block${b + 1}_conv${i + 1}` };
  const number = numberOf(depth, normalized, b, i);
  const [conv, norm, activation] = [0, 1, 2].map((more) => `features.${number + more}`);
  return normalized ? { conv, norm, activation } : { conv };
}

/** The layers of block `b`, from 0. */
function block(depth: Depth, normalized: boolean, b: number): LayerInstance[] {
  const count = blocks[depth][b];
  const convolutions = Array.from({ length: count }, (_, i) => {
    const names = namesOf(depth, normalized, b, i);
    const convolution = { filters: widths[b], kernelSize: 3, padding: "same" } as const;
    if (!normalized) {
      return [layers.conv2d({ ...convolution, activation: "relu", name: names.conv })];
    }
    const norm = { epsilon: 1e-5, momentum: 0.9 };
    return convNorm({ ...convolution, useBias: true, norm, names });
  });
  const name = isInKeras(depth, normalized)
    ? `block${b + 1}_pool`
    : `features.${numberOf(depth, normalized, b, count)}`;
  return [...convolutions.flat(), layers.maxPooling2d({ poolSize: 2, name })];
}

const body = (x: SymbolicTensor, depth: Depth, normalized: boolean) =>
  chain(
    x,
    [0, 1, 2, 3, 4].flatMap((b) => block(depth, normalized, b)),
  );

/** Features are those before each pool. */
const featuresOf = (depth: Depth, normalized: boolean) =>
  Object.fromEntries(
    blocks[depth].map((count, b) => {
      const { conv, activation = conv } = namesOf(depth, normalized, b, count - 1);
      return [`stage${b + 1}`, activation];
    }),
  );

type Top = Parameters<typeof defineArchitecture>[0]["top"];

/** Two dense layers and the classes, as Keras has them. */
const kerasTop: Top = (x, { classes, activation }) =>
  chain(x, [
    layers.flatten({ name: "flatten" }),
    layers.dense({ units: 4096, activation: "relu", name: "fc1" }),
    layers.dense({ units: 4096, activation: "relu", name: "fc2" }),
    layers.dense({ units: classes, activation, name: "predictions" }),
  ]);

/** The same on 7 x 7 pixels whatever the size of images, with dropout, as torchvision has them. */
const torchvisionTop: Top = (x, { classes, activation }) =>
  chain(x, [
    layers.adaptiveAveragePooling2d({ outputSize: 7, name: "avgpool" }),
    layers.flatten(),
    ...[0, 3].flatMap((i) => [
      layers.dense({ units: 4096, activation: "relu", name: `classifier.${i}` }),
      layers.dropout({ rate: 0.5, name: `classifier.${i + 2}` }),
    ]),
    layers.dense({ units: classes, activation, name: "classifier.6" }),
  ]);

function vgg(depth: Depth, figures: readonly PublishedFigures[]): Architecture {
  return defineArchitecture({
    ...facts,
    name: `vgg-${depth}`,
    title: `VGG-${depth}`,
    description: `${depth} layers with weights, in a row, and 3 x 3 convolutions only`,
    preprocess: isInKeras(depth, false) ? centered : standardized,
    figures,
    features: featuresOf(depth, false),
    body: (x) => body(x, depth, false),
    top: isInKeras(depth, false) ? kerasTop : torchvisionTop,
  });
}

function vggNormalized(depth: Depth, figures: PublishedFigures): Architecture {
  return defineArchitecture({
    ...facts,
    name: `vgg-${depth}-bn`,
    title: `VGG-${depth} with batch normalization`,
    description: `VGG-${depth} with batch normalization behind every convolution`,
    preprocess: standardized,
    figures: [figures],
    features: featuresOf(depth, true),
    body: (x) => body(x, depth, true),
    top: torchvisionTop,
  });
}

/** VGG-11, `[N, H, W, 3] → [N, classes]`, configuration A of the paper. */
export const vgg11 = vgg(11, [
  {
    source: "torchvision",
    trainableParameters: 132_863_336,
    gmacs: 7.609,
    top1: 69.02,
    top5: 88.628,
  },
]);

/** VGG-13, configuration B. */
export const vgg13 = vgg(13, [
  {
    source: "torchvision",
    trainableParameters: 133_047_848,
    gmacs: 11.308,
    top1: 69.928,
    top5: 89.246,
  },
]);

/** VGG-16, configuration D, as Keras has it: without dropout. */
export const vgg16 = vgg(16, [
  {
    source: "Keras",
    parameters: 138_357_544,
    trainableParameters: 138_357_544,
    parametersWithoutTop: 14_714_688,
    gmacs: 15.4703,
    top1: 71.3,
    top5: 90.1,
  },
  {
    source: "torchvision",
    trainableParameters: 138_357_544,
    gmacs: 15.47,
    top1: 71.592,
    top5: 90.382,
  },
]);

/** VGG-19, configuration E, as Keras has it: without dropout. */
export const vgg19 = vgg(19, [
  {
    source: "Keras",
    parameters: 143_667_240,
    trainableParameters: 143_667_240,
    parametersWithoutTop: 20_024_384,
    gmacs: 19.6321,
    top1: 71.3,
    top5: 90,
  },
  {
    source: "torchvision",
    trainableParameters: 143_667_240,
    gmacs: 19.632,
    top1: 72.376,
    top5: 90.876,
  },
]);

/** VGG-11 with batch normalization. */
export const vgg11bn = vggNormalized(11, {
  source: "torchvision",
  trainableParameters: 132_868_840,
  gmacs: 7.609,
  top1: 70.37,
  top5: 89.81,
});

/** VGG-13 with batch normalization. */
export const vgg13bn = vggNormalized(13, {
  source: "torchvision",
  trainableParameters: 133_053_736,
  gmacs: 11.308,
  top1: 71.586,
  top5: 90.374,
});

/** VGG-16 with batch normalization. */
export const vgg16bn = vggNormalized(16, {
  source: "torchvision",
  trainableParameters: 138_365_992,
  gmacs: 15.47,
  top1: 73.36,
  top5: 91.516,
});

/** VGG-19 with batch normalization. */
export const vgg19bn = vggNormalized(19, {
  source: "torchvision",
  trainableParameters: 143_678_248,
  gmacs: 19.632,
  top1: 74.218,
  top5: 91.842,
});
