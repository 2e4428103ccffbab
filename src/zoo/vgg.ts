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

/** The layers of block `b`, from 0, by names such as `block1_conv2`. */
function block(depth: Depth, b: number, normalized: boolean): LayerInstance[] {
  const convolutions = Array.from({ length: blocks[depth][b] }, (_, i) => {
    const name = `block${b + 1}_conv${i + 1}`;
    const convolution = { filters: widths[b], kernelSize: 3, padding: "same" } as const;
    if (!normalized) return [layers.conv2d({ ...convolution, activation: "relu", name })];
    const names = { conv: name, norm: `${name}_bn`, activation: `${name}_relu` };
    const norm = { epsilon: 1e-5, momentum: 0.9 };
    return convNorm({ ...convolution, useBias: true, norm, names });
  });
  return [...convolutions.flat(), layers.maxPooling2d({ poolSize: 2, name: `block${b + 1}_pool` })];
}

const body = (x: SymbolicTensor, depth: Depth, normalized: boolean) =>
  chain(
    x,
    [0, 1, 2, 3, 4].flatMap((b) => block(depth, b, normalized)),
  );

/** Features are those before each pool. */
const featuresOf = (depth: Depth, normalized: boolean) =>
  Object.fromEntries(
    blocks[depth].map((count, b) => [
      `stage${b + 1}`,
      `block${b + 1}_conv${count}${normalized ? "_relu" : ""}`,
    ]),
  );

/** Two dense layers and the classes; `dropout` follows each of the two. */
const classifier = (dropout: number): Parameters<typeof defineArchitecture>[0]["top"] => {
  const between = dropout === 0 ? [] : [dropout];
  return (x, { classes, activation }) =>
    chain(x, [
      layers.flatten({ name: "flatten" }),
      ...[1, 2].flatMap((i) => [
        layers.dense({ units: 4096, activation: "relu", name: `fc${i}` }),
        ...between.map((rate) => layers.dropout({ rate, name: `dropout${i}` })),
      ]),
      layers.dense({ units: classes, activation, name: "predictions" }),
    ]);
};

function vgg(depth: Depth, figures: readonly PublishedFigures[]): Architecture {
  const isInKeras = depth === 16 || depth === 19;
  return defineArchitecture({
    ...facts,
    name: `vgg-${depth}`,
    title: `VGG-${depth}`,
    description: `${depth} layers with weights, in a row, and 3 x 3 convolutions only`,
    preprocess: isInKeras ? centered : standardized,
    figures,
    features: featuresOf(depth, false),
    body: (x) => body(x, depth, false),
    top: classifier(isInKeras ? 0 : 0.5),
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
    top: classifier(0.5),
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
