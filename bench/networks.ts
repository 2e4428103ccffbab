// The networks that Fovea and its peers are timed on. `peers/pytorch.py` builds the same ones, layer
// by layer. All end in logits, so that the softmax belongs to the loss on every side.

import { input } from "../src/nn/input.ts";
import type { LayerInstance } from "../src/nn/layer-instance.ts";
import { layers } from "../src/nn/layers/index.ts";
import { sparseCategoricalCrossentropy } from "../src/nn/losses/sparse-categorical-crossentropy.ts";
import { Network } from "../src/nn/network.ts";
import type { BenchNetwork } from "./bench-network.ts";
import { basicBlock, chain, conv3, normalize, relu } from "./blocks.ts";
import { detector } from "./detector.ts";
import { largeNetworks } from "./large-networks.ts";

/** The same batch in both modes. */
const always = (batch: number) => ({ training: [batch], inference: [batch] });

const grey = [28, 28, 1] as const;
const pool = () => layers.maxPooling2d({ poolSize: 2 });
const classes = () => layers.dense({ units: 10 });
const dense = (units: number, activation: "relu" | "tanh") => layers.dense({ units, activation });

function convolution(filters: number, padding: "same" | "valid"): LayerInstance {
  return layers.conv2d({ filters, kernelSize: 3, padding, activation: "relu" });
}

/** LeNet-5 without padding. Source: LeCun et al., 1998. */
const lenet: BenchNetwork = {
  inputShape: grey,
  batches: always(128),
  parameters: 44_426,
  build: (images) =>
    chain(images, [
      layers.conv2d({ filters: 6, kernelSize: 5, activation: "tanh" }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 16, kernelSize: 5, activation: "tanh" }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.flatten(),
      dense(120, "tanh"),
      dense(84, "tanh"),
      classes(),
    ]),
};

const mnist: BenchNetwork = {
  inputShape: grey,
  batches: always(128),
  parameters: 93_322,
  build: (images) =>
    chain(images, [
      convolution(32, "valid"),
      pool(),
      convolution(64, "valid"),
      pool(),
      convolution(64, "valid"),
      layers.flatten(),
      dense(64, "relu"),
      layers.dropout({ rate: 0.5 }),
      classes(),
    ]),
};

const simple: BenchNetwork = {
  inputShape: grey,
  batches: always(64),
  parameters: 98_442,
  build: (images) =>
    chain(images, [
      ...[16, 32, 64].flatMap((filters) => [convolution(filters, "same"), pool()]),
      layers.flatten(),
      dense(128, "relu"),
      classes(),
    ]),
};

/** Three blocks of two batch-normalised convolutions. */
const cifar: BenchNetwork = {
  inputShape: [32, 32, 3],
  batches: always(64),
  parameters: 551_722,
  build: (images) =>
    chain(images, [
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
    ]),
};

/** Source: Simonyan and Zisserman, ICLR 2015, made small. */
const vgg: BenchNetwork = {
  inputShape: grey,
  batches: always(128),
  parameters: 1_867_466,
  build: (images) =>
    chain(images, [
      ...[64, 128].flatMap((filters) => [
        convolution(filters, "same"),
        convolution(filters, "same"),
        pool(),
      ]),
      layers.flatten(),
      dense(256, "relu"),
      layers.dropout({ rate: 0.5 }),
      classes(),
    ]),
};

/** A stem of 64 filters and three residual blocks. Source: He et al., CVPR 2016, made small. */
const resnet: BenchNetwork = {
  inputShape: grey,
  batches: always(128),
  parameters: 1_227_786,
  build(images) {
    let x = chain(images, [conv3(64), normalize(), relu()]);
    x = basicBlock(x, 64);
    x = basicBlock(x, 128, 2);
    x = basicBlock(x, 256, 2);
    return chain(x, [layers.globalAveragePooling2d(), classes()]);
  },
};

const smallNetworks = { lenet, mnist, simple, cifar, vgg, resnet };

/** Every network by its name, from small to large. */
export const networks = { ...smallNetworks, ...largeNetworks, detector } satisfies Record<
  string,
  BenchNetwork
>;

export type NetworkName = keyof typeof networks;

export const networkNames = Object.keys(networks) as readonly NetworkName[];

/** Whether a network is one of those for images of ImageNet's size. */
export const isLarge = (name: NetworkName): boolean => !(name in smallNetworks);

/** The network of that name, without weights. */
export function buildNetwork(name: NetworkName): Network {
  const { inputShape, build }: BenchNetwork = networks[name];
  const images = input({ shape: inputShape });
  return new Network({ name, inputs: images, outputs: build(images) });
}

/** What the network of that name learns by. */
export function trainingOf(name: NetworkName): NonNullable<BenchNetwork["training"]> {
  const { training }: BenchNetwork = networks[name];
  const loss = sparseCategoricalCrossentropy({ fromLogits: true });
  return training ?? { loss, fillTargets: () => undefined };
}
