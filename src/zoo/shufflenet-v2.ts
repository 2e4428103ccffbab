// ShuffleNetV2: half of the channels pass untouched, and both halves are shuffled, as torchvision
// has it.

import { layers } from "../nn/layers/index.ts";
import { operations } from "../nn/operation-calls.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { choiceOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { around } from "./parts/sizes.ts";
import { averageTop } from "./parts/top.ts";
import { standardized } from "./preprocessing.ts";

/** Channels of the three stages and of the last convolution, at each width. */
const widths = {
  0.5: [48, 96, 192, 1024],
  1: [116, 232, 464, 1024],
  1.5: [176, 352, 704, 1024],
  2: [244, 488, 976, 2048],
} as const;

type Width = 0.5 | 1 | 1.5 | 2;

/** Blocks of each stage. */
const counts = [4, 8, 4];

const norm = { epsilon: 1e-5, momentum: 0.9 };

/** A convolution with the layers `i` and `i + 1` of a row, activated where it mixes channels. */
const point = (filters: number, prefix: string, i: number) =>
  convNorm({
    filters,
    kernelSize: 1,
    norm,
    names: { conv: `${prefix}.${i}`, norm: `${prefix}.${i + 1}`, activation: `${prefix}.${i + 2}` },
  });

const depthwise = (strides: number, prefix: string, i: number) =>
  convNorm({
    filters: "depthwise",
    kernelSize: 3,
    strides,
    padding: around(1),
    norm,
    activation: null,
    names: { conv: `${prefix}.${i}`, norm: `${prefix}.${i + 1}` },
  });

/** Channels of both halves by turns. */
function shuffled(x: SymbolicTensor, name: string): SymbolicTensor {
  const [height, width, channels] = x.shape;
  return chain(x, [
    layers.reshape({ targetShape: [height, width, 2, channels / 2] }),
    layers.permute({ dims: [1, 2, 4, 3] }),
    layers.reshape({ targetShape: [height, width, channels], name }),
  ]);
}

/**
 * A block of so many `filters`: beside half of the channels, or where it halves the image, beside
 * another branch.
 */
function block(
  x: SymbolicTensor,
  {
    name,
    filters,
    stride,
  }: { readonly name: string; readonly filters: number; readonly stride: number },
): SymbolicTensor {
  const half = filters / 2;
  const main = [
    ...point(half, `${name}.branch2`, 0),
    ...depthwise(stride, `${name}.branch2`, 3),
    ...point(half, `${name}.branch2`, 5),
  ];
  if (stride > 1) {
    const side = [...depthwise(stride, `${name}.branch1`, 0), ...point(half, `${name}.branch1`, 2)];
    return shuffled(layers.concatenate().apply([chain(x, side), chain(x, main)]), name);
  }
  const [kept, changed] = operations.split(x, 2);
  return shuffled(layers.concatenate().apply([kept, chain(changed, main)]), name);
}

/** ShuffleNetV2, `[N, H, W, 3] → [N, classes]`. `width` is one of 0.5, 1, 1.5 and 2. */
export const shufflenetV2 = defineArchitecture<{ readonly width: Width }>({
  name: "shufflenet-v2",
  title: "ShuffleNetV2",
  family: "ShuffleNet",
  year: 2018,
  paper:
    "Ma, Zhang, Zheng and Sun, “ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design”, ECCV 2018, arXiv:1807.11164",
  description: "Small and fast: half of the channels pass untouched, and all are shuffled",
  inputShape: [224, 224, 3],
  classes: 1000,
  options: { width: choiceOption("How wide it is, as a share of the usual.", 1, [0.5, 1, 1.5, 2]) },
  preprocess: standardized,
  figures: [
    { source: "torchvision", trainableParameters: 2_278_604, gmacs: 0.145, top1: 69.362 },
    {
      source: "torchvision",
      options: { width: 0.5 },
      trainableParameters: 1_366_792,
      gmacs: 0.04,
      top1: 60.552,
    },
    {
      source: "torchvision",
      options: { width: 1.5 },
      trainableParameters: 3_503_624,
      gmacs: 0.296,
      top1: 72.996,
    },
    {
      source: "torchvision",
      options: { width: 2 },
      trainableParameters: 7_393_996,
      gmacs: 0.583,
      top1: 76.23,
    },
  ],
  features: {
    stem: "conv1.2",
    stage1: "maxpool",
    stage2: "stage2.3",
    stage3: "stage3.7",
    stage4: "conv5.2",
  },
  body(images, { width }) {
    const channels = widths[width];
    const names = { conv: "conv1.0", norm: "conv1.1", activation: "conv1.2" };
    const stem = { filters: 24, kernelSize: 3, strides: 2, padding: around(1), norm, names };
    let x = chain(images, [
      ...convNorm(stem),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: around(1), name: "maxpool" }),
    ]);
    for (const [stage, count] of counts.entries()) {
      for (let i = 0; i < count; i++) {
        const name = `stage${stage + 2}.${i}`;
        x = block(x, { name, filters: channels[stage], stride: i === 0 ? 2 : 1 });
      }
    }
    return chain(x, point(channels[3], "conv5", 0));
  },
  top: averageTop({ dense: "fc" }),
});
