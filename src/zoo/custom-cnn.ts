// A network of blocks as many, as wide and with as much around them as its options say.

import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import { defineArchitecture } from "./architecture.ts";
import { flagOption, numberOption, wholeOption, wordOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { unit } from "./preprocessing.ts";

/** The options that only the custom CNN has. */
export type CustomCnnOptions = {
  readonly depth: number;
  readonly width: number;
  readonly convolutions: number;
  readonly batchNormalization: boolean;
  readonly dropout: number;
  readonly poolingLayer: "max" | "average" | "stride";
  readonly units: number;
};

/** Block `i`, from 0, with twice the filters of the block before it. */
function block(i: number, options: CustomCnnOptions): LayerInstance[] {
  const { width, convolutions, batchNormalization, poolingLayer, dropout, depth } = options;
  const filters = width * 2 ** i;
  const isLast = i === depth - 1;
  const name = `block${i + 1}`;
  const convs = Array.from({ length: convolutions }, (_, j) => {
    const strides = poolingLayer === "stride" && !isLast && j === convolutions - 1 ? 2 : 1;
    const conv = `${name}_conv${j + 1}`;
    const names = { conv, norm: `${conv}_bn`, activation: `${conv}_relu` };
    const kind = { filters, kernelSize: 3, strides, padding: "same" } as const;
    return batchNormalization
      ? convNorm({ ...kind, names })
      : [
          layers.conv2d({ ...kind, name: conv }),
          layers.activation({ activation: "relu", name: names.activation }),
        ];
  });
  const pool = { poolSize: 2, name: `${name}_pool` };
  return [
    ...convs.flat(),
    ...(isLast || poolingLayer === "stride"
      ? []
      : [poolingLayer === "max" ? layers.maxPooling2d(pool) : layers.averagePooling2d(pool)]),
    ...(isLast || dropout === 0
      ? []
      : [layers.dropout({ rate: dropout / 2, name: `${name}_dropout` })]),
  ];
}

/**
 * A CNN to order, `[N, H, W, C] → [N, classes]`: `depth` blocks of `convolutions` 3 x 3
 * convolutions with ReLU, the first with `width` filters and each other with twice those before it,
 * then the mean of each channel and a dense layer.
 */
export const customCnn = defineArchitecture<CustomCnnOptions>({
  name: "custom-cnn",
  title: "Custom CNN",
  family: "first networks",
  year: 2015,
  paper:
    "Simonyan and Zisserman, ICLR 2015, arXiv:1409.1556; Ioffe and Szegedy, ICML 2015, arXiv:1502.03167",
  description: "A CNN to order: depth, width, batch normalization, dropout, pooling",
  inputShape: [32, 32, 3],
  classes: 10,
  className: "Sequential",
  options: {
    depth: wholeOption("How many blocks there are.", 3),
    width: wholeOption("Filters of the first block; each other has twice those before it.", 32),
    convolutions: wholeOption("Convolutions of each block.", 1),
    batchNormalization: flagOption("Whether each convolution is normalized.", true),
    dropout: numberOption("Dropout before the dense layers; half of it after each block.", 0.5, {
      least: 0,
      below: 1,
    }),
    poolingLayer: wordOption(
      "What halves the image after each block: a pool, or the stride of its last convolution.",
      "max",
      ["max", "average", "stride"],
    ),
    units: wholeOption("Units of the dense layer before the classes; 0 leaves it out.", 128, 0),
  },
  preprocess: unit,
  figures: [],
  features: ({ depth, convolutions }) =>
    Object.fromEntries(
      Array.from({ length: depth }, (_, i) => [
        `stage${i + 1}`,
        `block${i + 1}_conv${convolutions}_relu`,
      ]),
    ),
  body: (x, options) =>
    chain(x, Array.from({ length: options.depth }, (_, i) => block(i, options)).flat()),
  top(x, { classes, activation, dropout, units }) {
    const drop = (name: string) => (dropout === 0 ? [] : [layers.dropout({ rate: dropout, name })]);
    return chain(x, [
      layers.globalAveragePooling2d({ name: "global_pool" }),
      ...drop("dropout"),
      ...(units === 0
        ? []
        : [layers.dense({ units, activation: "relu", name: "fc1" }), ...drop("fc1_dropout")]),
      layers.dense({ units: classes, activation, name: "output" }),
    ]);
  },
});
