// The networks that Fovea and its peers are timed on. `peers/pytorch.py` builds the same ones, layer
// by layer. All end in logits, so that the softmax belongs to the loss on every side.

import type { Layer } from "../src/nn/layer.ts";
import { layers } from "../src/nn/layers/index.ts";
import { Network } from "../src/nn/network.ts";
import { basicBlock, bottleneckBlock, conv3, normalize, relu } from "./residual.ts";

/** A network to time. */
export interface BenchNetwork {
  readonly inputShape: readonly [number, number, number];
  /** Images in one step. */
  readonly batch: number;
  /** Weights that training changes. */
  readonly parameters: number;
  readonly layers: () => Layer[];
}

const grey = [28, 28, 1] as const;
const pool = () => layers.maxPooling2d({ poolSize: 2 });
const classes = () => layers.dense({ units: 10 });
const dense = (units: number, activation: "relu" | "tanh") => layers.dense({ units, activation });

function convolution(filters: number, padding: "same" | "valid"): Layer {
  return layers.conv2d({ filters, kernelSize: 3, padding, activation: "relu" });
}

/** LeNet-5 without padding. Source: LeCun et al., 1998. */
const lenet: BenchNetwork = {
  inputShape: grey,
  batch: 128,
  parameters: 44_426,
  layers: () => [
    layers.conv2d({ filters: 6, kernelSize: 5, activation: "tanh" }),
    layers.averagePooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 16, kernelSize: 5, activation: "tanh" }),
    layers.averagePooling2d({ poolSize: 2 }),
    layers.flatten(),
    dense(120, "tanh"),
    dense(84, "tanh"),
    classes(),
  ],
};

const mnist: BenchNetwork = {
  inputShape: grey,
  batch: 128,
  parameters: 93_322,
  layers: () => [
    convolution(32, "valid"),
    pool(),
    convolution(64, "valid"),
    pool(),
    convolution(64, "valid"),
    layers.flatten(),
    dense(64, "relu"),
    layers.dropout({ rate: 0.5 }),
    classes(),
  ],
};

const simple: BenchNetwork = {
  inputShape: grey,
  batch: 64,
  parameters: 98_442,
  layers: () => [
    ...[16, 32, 64].flatMap((filters) => [convolution(filters, "same"), pool()]),
    layers.flatten(),
    dense(128, "relu"),
    classes(),
  ],
};

/** Three blocks of two batch-normalised convolutions. */
const cifar: BenchNetwork = {
  inputShape: [32, 32, 3],
  batch: 64,
  parameters: 551_722,
  layers: () => [
    ...(
      [
        [32, 0.2],
        [64, 0.3],
        [128, 0.4],
      ] as const
    ).flatMap(([filters, rate]) => [
      ...[0, 1].flatMap(() => [conv3(filters), normalize(), relu()]),
      pool(),
      layers.dropout({ rate }),
    ]),
    layers.flatten(),
    dense(128, "relu"),
    normalize(),
    layers.dropout({ rate: 0.5 }),
    classes(),
  ],
};

/** Source: Simonyan and Zisserman, ICLR 2015, made small. */
const vgg: BenchNetwork = {
  inputShape: grey,
  batch: 128,
  parameters: 1_867_466,
  layers: () => [
    ...[64, 128].flatMap((filters) => [
      convolution(filters, "same"),
      convolution(filters, "same"),
      pool(),
    ]),
    layers.flatten(),
    dense(256, "relu"),
    layers.dropout({ rate: 0.5 }),
    classes(),
  ],
};

/** A stem of 64 filters and three residual blocks. Source: He et al., CVPR 2016, made small. */
const resnet: BenchNetwork = {
  inputShape: grey,
  batch: 128,
  parameters: 1_227_786,
  layers: () => [
    conv3(64),
    normalize(),
    relu(),
    basicBlock(64, 64),
    basicBlock(64, 128, 2),
    basicBlock(128, 256, 2),
    layers.globalAveragePooling2d(),
    classes(),
  ],
};

/** Every network by its name, from small to large. */
export const networks = { lenet, mnist, simple, cifar, vgg, resnet } satisfies Record<
  string,
  BenchNetwork
>;

export type NetworkName = keyof typeof networks;

export const networkNames = Object.keys(networks) as readonly NetworkName[];

/** The network of that name, without weights. */
export function buildNetwork(name: NetworkName): Network {
  const { inputShape, layers: parts } = networks[name];
  return new Network(name, inputShape, parts());
}

/** Filters of each stage of a ResNet-50, and its blocks. */
const stages = [
  [64, 3],
  [128, 4],
  [256, 6],
  [512, 3],
] as const;

/**
 * A network of the size of ResNet-50 on 224x224 colour images: only its compilation is timed.
 * Source: He et al., CVPR 2016, table 1.
 */
export function buildResnet50(): Network {
  let inputs = 64;
  const blocks = stages.flatMap(([filters, count], stage) =>
    Array.from({ length: count }, (_, i) => {
      const block = bottleneckBlock(inputs, filters, stage > 0 && i === 0 ? 2 : 1);
      inputs = 4 * filters;
      return block;
    }),
  );
  return new Network(
    "resnet50",
    [224, 224, 3],
    [
      layers.conv2d({ filters: 64, kernelSize: 7, strides: 2, padding: "same" }),
      normalize(),
      relu(),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      ...blocks,
      layers.globalAveragePooling2d(),
      layers.dense({ units: 1000 }),
    ],
  );
}
