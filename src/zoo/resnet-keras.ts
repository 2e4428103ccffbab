// ResNet-50, 101 and 152 as keras.applications has them, and their second version, which normalizes
// first.

import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { activate, convNorm, convolve } from "./parts/convolution.ts";
import {
  type StrideOptions,
  type StrideStep,
  strideOptions,
  stridesUpTo,
} from "./parts/output-stride.ts";
import { averageTop } from "./parts/top.ts";
import { centered, symmetric } from "./preprocessing.ts";

const norm = { epsilon: 1.001e-5 };
/** Filters of the narrow convolutions of each stage. */
const widths = [64, 128, 256, 512];

type Block = (x: SymbolicTensor, filters: number, place: Place) => SymbolicTensor;

interface Place extends StrideStep {
  readonly name: string;
  /** Whether the shortcut is a convolution. */
  readonly projects: boolean;
}

/** A convolution with a bias, normalized; the bias is Keras's own. */
const biased = (
  name: string,
  filters: number,
  options: {
    readonly kernelSize: number;
    readonly strides?: number;
    readonly dilationRate?: number;
    readonly activates: boolean;
  },
) => {
  const { activates, ...rest } = options;
  return convNorm({
    filters,
    padding: "same",
    useBias: true,
    ...rest,
    norm,
    activation: activates ? "relu" : null,
    names: { conv: `${name}_conv`, norm: `${name}_bn`, activation: `${name}_relu` },
  });
};

/** 1 x 1, 3 x 3 and 1 x 1 beside a shortcut. The stride is that of the first convolution. */
const bottleneck: Block = (x, filters, { name, stride, dilationAfter, projects }) => {
  const wide = { kernelSize: 1, activates: false };
  const shortcut = projects
    ? chain(x, biased(`${name}_0`, 4 * filters, { ...wide, strides: stride }))
    : x;
  const main = chain(x, [
    ...biased(`${name}_1`, filters, { kernelSize: 1, strides: stride, activates: true }),
    ...biased(`${name}_2`, filters, {
      kernelSize: 3,
      dilationRate: dilationAfter,
      activates: true,
    }),
    ...biased(`${name}_3`, 4 * filters, wide),
  ]);
  const sum = layers.add({ name: `${name}_add` }).apply([shortcut, main]);
  return activate("relu", `${name}_out`).apply(sum);
};

/** The same with normalization and activation before each convolution; nothing follows the sum. */
const preactivated: Block = (x, filters, { name, stride, dilation, projects }) => {
  const first = chain(x, [
    layers.batchNormalization({ ...norm, name: `${name}_preact_bn` }),
    activate("relu", `${name}_preact_relu`),
  ]);
  const skipped = stride > 1 ? layers.maxPooling2d({ poolSize: 1, strides: stride }).apply(x) : x;
  const shortcut = projects
    ? layers
        .conv2d({ filters: 4 * filters, kernelSize: 1, strides: stride, name: `${name}_0_conv` })
        .apply(first)
    : skipped;
  const names = (part: number) => ({
    conv: `${name}_${part}_conv`,
    norm: `${name}_${part}_bn`,
    activation: `${name}_${part}_relu`,
  });
  const main = chain(first, [
    ...convNorm({ filters, kernelSize: 1, norm, names: names(1) }),
    layers.zeroPadding2d({ padding: dilation, name: `${name}_2_pad` }),
    ...convNorm({
      filters,
      kernelSize: 3,
      strides: stride,
      dilationRate: dilation,
      norm,
      names: names(2),
    }),
    convolve({ filters: 4 * filters, kernelSize: 1 }, `${name}_3_conv`),
  ]);
  return layers.add({ name: `${name}_out` }).apply([shortcut, main]);
};

/** What differs between the two versions. */
interface Version {
  readonly block: Block;
  /** Whether the first convolution is normalized and activated; otherwise the last features are. */
  readonly isFirst: boolean;
  /** The stride of each stage's block at `index`, of `count`. */
  stride(stage: number, index: number, count: number): number;
}

const first: Version = {
  block: bottleneck,
  isFirst: true,
  stride: (stage, index) => (stage > 0 && index === 0 ? 2 : 1),
};

const second: Version = {
  block: preactivated,
  isFirst: false,
  stride: (stage, index, count) => (stage < 3 && index === count - 1 ? 2 : 1),
};

const ending = (name: string) => [
  layers.batchNormalization({ ...norm, name: `${name}_bn` }),
  activate("relu", `${name}_relu`),
];

function body(
  images: SymbolicTensor,
  blocks: readonly number[],
  version: Version,
  { outputStride }: StrideOptions,
): SymbolicTensor {
  let x = chain(images, [
    layers.zeroPadding2d({ padding: 3, name: "conv1_pad" }),
    convolve({ filters: 64, kernelSize: 7, strides: 2 }, "conv1_conv"),
    ...(version.isFirst ? ending("conv1") : []),
    layers.zeroPadding2d({ padding: 1, name: "pool1_pad" }),
    layers.maxPooling2d({ poolSize: 3, strides: 2, name: "pool1_pool" }),
  ]);
  const step = stridesUpTo(outputStride, 4);
  for (const [stage, count] of blocks.entries()) {
    for (let i = 0; i < count; i++) {
      x = version.block(x, widths[stage], {
        name: `conv${stage + 2}_block${i + 1}`,
        ...step(version.stride(stage, i, count)),
        projects: i === 0,
      });
    }
  }
  return version.isFirst ? x : chain(x, ending("post"));
}

interface Depth {
  readonly depth: number;
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  readonly figures: Omit<PublishedFigures, "source">;
}

function resnet({ depth, blocks, figures }: Depth): Architecture<StrideOptions> {
  return defineArchitecture<StrideOptions>({
    name: `resnet-${depth}`,
    title: `ResNet-${depth}`,
    family: "ResNet",
    year: 2015,
    paper:
      "He, Zhang, Ren and Sun, “Deep Residual Learning for Image Recognition”, CVPR 2016, arXiv:1512.03385",
    description: `${depth} layers with shortcuts over every three, as Keras has it`,
    inputShape: [224, 224, 3],
    classes: 1000,
    preprocess: centered,
    options: strideOptions,
    figures: [{ source: "Keras", ...figures }],
    features: {
      stem: "conv1_relu",
      ...Object.fromEntries(
        blocks.map((count, i) => [`stage${i + 1}`, `conv${i + 2}_block${count}_out`]),
      ),
    },
    body: (x, options) => body(x, blocks, first, options),
    top: averageTop({ pool: "avg_pool" }),
  });
}

function resnetV2({ depth, blocks, figures }: Depth): Architecture<StrideOptions> {
  return defineArchitecture<StrideOptions>({
    name: `resnet-${depth}-v2`,
    title: `ResNet-${depth}-V2`,
    family: "ResNet-V2",
    year: 2016,
    paper:
      "He, Zhang, Ren and Sun, “Identity Mappings in Deep Residual Networks”, ECCV 2016, arXiv:1603.05027",
    description: `${depth} layers with clear shortcuts: each block normalizes first`,
    inputShape: [224, 224, 3],
    classes: 1000,
    preprocess: symmetric,
    options: strideOptions,
    figures: [{ source: "Keras", ...figures }],
    // A stage's last block halves the image, so its features are those before that block's stride.
    features: {
      stem: "conv1_conv",
      stage1: "conv2_block3_1_relu",
      stage2: `conv3_block${blocks[1]}_1_relu`,
      stage3: `conv4_block${blocks[2]}_1_relu`,
      stage4: "post_relu",
    },
    body: (x, options) => body(x, blocks, second, options),
    top: averageTop({ pool: "avg_pool" }),
  });
}

const blocks50 = [3, 4, 6, 3];
const blocks101 = [3, 4, 23, 3];
const blocks152 = [3, 8, 36, 3];

/**
 * ResNet-50, `[N, H, W, 3] → [N, classes]`, as Keras has it: convolutions with biases, and the
 * stride of a stage in its first 1 x 1 convolution.
 */
export const resnet50 = resnet({
  depth: 50,
  blocks: blocks50,
  figures: {
    parameters: 25_636_712,
    trainableParameters: 25_583_592,
    parametersWithoutTop: 23_587_712,
    gmacs: 3.858,
    top1: 74.9,
    top5: 92.1,
  },
});

/** ResNet-101, as Keras has it. */
export const resnet101 = resnet({
  depth: 101,
  blocks: blocks101,
  figures: {
    parameters: 44_707_176,
    trainableParameters: 44_601_832,
    parametersWithoutTop: 42_658_176,
    gmacs: 7.5702,
    top1: 76.4,
    top5: 92.8,
  },
});

/** ResNet-152, as Keras has it. */
export const resnet152 = resnet({
  depth: 152,
  blocks: blocks152,
  figures: {
    parameters: 60_419_944,
    trainableParameters: 60_268_520,
    parametersWithoutTop: 58_370_944,
    gmacs: 11.2824,
    top1: 76.6,
    top5: 93.1,
  },
});

/** ResNet-50-V2, `[N, H, W, 3] → [N, classes]`. */
export const resnet50v2 = resnetV2({
  depth: 50,
  blocks: blocks50,
  figures: {
    parameters: 25_613_800,
    trainableParameters: 25_568_360,
    parametersWithoutTop: 23_564_800,
    gmacs: 3.4823,
    top1: 76,
    top5: 93,
  },
});

/** ResNet-101-V2. */
export const resnet101v2 = resnetV2({
  depth: 101,
  blocks: blocks101,
  figures: {
    parameters: 44_675_560,
    trainableParameters: 44_577_896,
    parametersWithoutTop: 42_626_560,
    gmacs: 7.1945,
    top1: 77.2,
    top5: 93.8,
  },
});

/** ResNet-152-V2. */
export const resnet152v2 = resnetV2({
  depth: 152,
  blocks: blocks152,
  figures: {
    parameters: 60_380_648,
    trainableParameters: 60_236_904,
    parametersWithoutTop: 58_331_648,
    gmacs: 10.9067,
    top1: 78,
    top5: 94.2,
  },
});
