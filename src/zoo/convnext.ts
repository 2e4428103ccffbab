// ConvNeXt-Tiny: a convolutional network with the proportions of a vision transformer.

import { layers } from "../nn/layers/index.ts";
import { sequence } from "../nn/sequence.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { none } from "./preprocessing.ts";

const prefix = "convnext_tiny";
const depths = [3, 3, 9, 3];
const widths = [96, 192, 384, 768];
const norm = { epsilon: 1e-6 };

/** Layers in a network of their own, as Keras keeps them. */
function nested(x: SymbolicTensor, name: string, parts: Parameters<typeof sequence>[0]["layers"]) {
  return sequence({ name, inputShape: x.shape, layers: parts }).apply([x])[0];
}

/** 7 x 7 for each channel, then to four times the channels and back, beside a shortcut. */
function block(x: SymbolicTensor, name: string): SymbolicTensor {
  const channels = x.shape[2];
  const y = chain(x, [
    layers.conv2d({
      filters: channels,
      kernelSize: 7,
      padding: "same",
      groups: channels,
      name: `${name}_depthwise_conv`,
    }),
    layers.layerNormalization({ ...norm, name: `${name}_layernorm` }),
    layers.dense({ units: 4 * channels, name: `${name}_pointwise_conv_1` }),
    layers.activation({ activation: "gelu", name: `${name}_gelu` }),
    layers.dense({ units: channels, name: `${name}_pointwise_conv_2` }),
    layers.layerScale({ initValues: 1e-6, projectionDim: channels, name: `${name}_layer_scale` }),
  ]);
  return layers.add({ name: `${name}_add` }).apply([x, y]);
}

/** The mean and variance of ImageNet's channels, of numbers from 0 to 255. */
const statistics = {
  mean: [0.485, 0.456, 0.406].map((mean) => mean * 255),
  variance: [0.229, 0.224, 0.225].map((deviation) => (deviation * 255) ** 2),
};

/**
 * ConvNeXt-Tiny, `[N, H, W, 3] → [N, classes]`, as Keras has it: it takes bytes from 0 to 255, and
 * its first layer normalizes them.
 */
export const convnextTiny = defineArchitecture({
  name: "convnext-tiny",
  title: "ConvNeXt-Tiny",
  family: "ConvNeXt",
  year: 2022,
  paper:
    "Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, “A ConvNet for the 2020s”, CVPR 2022, arXiv:2201.03545",
  description:
    "ResNet with the proportions of a vision transformer: 7 x 7 for each channel, layer norm",
  inputShape: [224, 224, 3],
  classes: 1000,
  preprocess: none,
  figures: [
    {
      source: "Keras",
      parameters: 28_589_128,
      trainableParameters: 28_589_128,
      parametersWithoutTop: 27_820_128,
      top1: 81.3,
    },
    { source: "torchvision", trainableParameters: 28_589_128, gmacs: 4.456, top1: 82.52 },
  ],
  features: Object.fromEntries(
    depths.map((depth, i) => [`stage${i + 1}`, `${prefix}_stage_${i}_block_${depth - 1}_add`]),
  ),
  body(images) {
    const scaling = layers.normalization({
      ...statistics,
      name: `${prefix}_prestem_normalization`,
    });
    let x = images.shape[2] === 3 ? scaling.apply(images) : images;
    for (const [stage, filters] of widths.entries()) {
      x =
        stage === 0
          ? nested(x, `${prefix}_stem`, [
              layers.conv2d({ filters, kernelSize: 4, strides: 4, name: `${prefix}_stem_conv` }),
              layers.layerNormalization({ ...norm, name: `${prefix}_stem_layernorm` }),
            ])
          : nested(x, `${prefix}_downsampling_block_${stage - 1}`, [
              layers.layerNormalization({
                ...norm,
                name: `${prefix}_downsampling_layernorm_${stage - 1}`,
              }),
              layers.conv2d({
                filters,
                kernelSize: 2,
                strides: 2,
                name: `${prefix}_downsampling_conv_${stage - 1}`,
              }),
            ]);
      for (let i = 0; i < depths[stage]; i++) x = block(x, `${prefix}_stage_${stage}_block_${i}`);
    }
    return x;
  },
  top: (x, { classes, activation }) =>
    chain(x, [
      layers.globalAveragePooling2d({ name: `${prefix}_head_gap` }),
      layers.layerNormalization({ ...norm, name: `${prefix}_head_layernorm` }),
      layers.dense({ units: classes, activation, name: `${prefix}_head_dense` }),
    ]),
  withoutTop: (x) => layers.layerNormalization(norm).apply(x),
});
