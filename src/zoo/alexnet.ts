// AlexNet, as torchvision has it: in one column, without local response normalization.

import { layers } from "../nn/layers/index.ts";
import { defineArchitecture } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { around } from "./parts/sizes.ts";
import { standardized } from "./preprocessing.ts";

/**
 * The convolutions: filters, kernel, stride, zeros on each side, number in the row, and whether a
 * pool follows.
 */
const convolutions = [
  [64, 11, 4, 2, 0, true],
  [192, 5, 1, 2, 3, true],
  [384, 3, 1, 1, 6, false],
  [256, 3, 1, 1, 8, false],
  [256, 3, 1, 1, 10, true],
] as const;

/** AlexNet, `[N, H, W, 3] → [N, classes]`, for images of 63 x 63 pixels at least. */
export const alexnet = defineArchitecture({
  name: "alexnet",
  title: "AlexNet",
  family: "AlexNet",
  year: 2012,
  paper:
    "Krizhevsky, Sutskever and Hinton, “ImageNet Classification with Deep Convolutional Neural Networks”, NIPS 2012; in one column: Krizhevsky, “One weird trick for parallelizing convolutional neural networks”, arXiv:1404.5997",
  description: "Five convolutions and three dense layers: the network that began it, in one column",
  inputShape: [224, 224, 3],
  classes: 1000,
  preprocess: standardized,
  figures: [
    {
      source: "torchvision",
      trainableParameters: 61_100_840,
      gmacs: 0.714,
      top1: 56.522,
      top5: 79.066,
    },
    {
      source: "torchvision with another head",
      options: { classes: 10 },
      trainableParameters: 57_044_810,
    },
  ],
  features: { stage1: "features.0", stage2: "features.3", stage3: "features.10" },
  body: (images) =>
    chain(
      images,
      convolutions.flatMap(([filters, kernelSize, strides, zeros, i, isPooled]) => [
        layers.conv2d({
          filters,
          kernelSize,
          strides,
          padding: around(zeros),
          activation: "relu",
          name: `features.${i}`,
        }),
        ...(isPooled
          ? [layers.maxPooling2d({ poolSize: 3, strides: 2, name: `features.${i + 2}` })]
          : []),
      ]),
    ),
  top: (x, { classes, activation }) =>
    chain(x, [
      layers.adaptiveAveragePooling2d({ outputSize: 6, name: "avgpool" }),
      layers.flatten(),
      layers.dropout({ rate: 0.5, name: "classifier.0" }),
      layers.dense({ units: 4096, activation: "relu", name: "classifier.1" }),
      layers.dropout({ rate: 0.5, name: "classifier.3" }),
      layers.dense({ units: 4096, activation: "relu", name: "classifier.4" }),
      layers.dense({ units: classes, activation, name: "classifier.6" }),
    ]),
});
