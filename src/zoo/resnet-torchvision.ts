// ResNets as torchvision has them: without biases, and with the stride in the 3 x 3 convolution.
// Their layers have torchvision's names, such as `layer1.0.conv1`.

import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { activate, convNorm } from "./parts/convolution.ts";
import {
  type StrideOptions,
  type StrideStep,
  strideOptions,
  stridesUpTo,
} from "./parts/output-stride.ts";
import { around } from "./parts/sizes.ts";
import { averageTop } from "./parts/top.ts";
import { standardized, unit } from "./preprocessing.ts";

/** What is the same for all convolutions: PyTorch's batch normalization, and how kernels begin. */
const kind = {
  norm: { epsilon: 1e-5, momentum: 0.9 },
  kernelInitializer: {
    name: "varianceScaling",
    options: { scale: 2, mode: "fanOut", distribution: "untruncatedNormal" },
  },
} as const;

interface Blocks {
  /** Blocks of each stage. */
  readonly counts: readonly number[];
  /**
   * Two 3 x 3 convolutions, or 1 x 1, 3 x 3 and 1 x 1 with four times the channels at their end.
   */
  readonly block: "basic" | "bottleneck";
  /** Groups of the 3 x 3 convolution. Default: 1. */
  readonly groups?: number;
  /** How much wider the 3 x 3 convolution is than usual. Default: 1. */
  readonly width?: number;
}

interface Place extends StrideStep {
  readonly name: string;
  readonly filters: number;
}

function block(
  x: SymbolicTensor,
  { name, filters, stride, dilation, dilationAfter }: Place,
  { block: shape, groups = 1, width = 1 }: Blocks,
): SymbolicTensor {
  const names = (i: number) => ({
    conv: `${name}.conv${i}`,
    norm: `${name}.bn${i}`,
    activation: `${name}.relu${i}`,
  });
  const inner = filters * width;
  const three = (i: number, strides: number, dilationRate: number) => ({
    filters: inner,
    kernelSize: 3,
    strides,
    dilationRate,
    padding: around(dilationRate),
    groups,
    ...kind,
    names: names(i),
  });
  const one = (count: number, i: number) => ({
    filters: count,
    kernelSize: 1,
    ...kind,
    names: names(i),
  });
  const outer = shape === "basic" ? filters : 4 * filters;
  const main = chain(
    x,
    shape === "basic"
      ? [
          ...convNorm(three(1, stride, dilation)),
          ...convNorm({ ...three(2, 1, dilationAfter), activation: null }),
        ]
      : [
          ...convNorm(one(inner, 1)),
          ...convNorm(three(2, stride, dilation)),
          ...convNorm({ ...one(outer, 3), activation: null }),
        ],
  );
  const projection = convNorm({
    filters: outer,
    kernelSize: 1,
    strides: stride,
    ...kind,
    activation: null,
    names: { conv: `${name}.downsample.0`, norm: `${name}.downsample.1` },
  });
  const isSame = stride === 1 && x.shape[2] === outer;
  const sum = layers.add({ name: `${name}.add` }).apply([main, isSame ? x : chain(x, projection)]);
  return activate("relu", `${name}.out`).apply(sum);
}

/** The first layers for images of ImageNet: a quarter of the height and width is left. */
const stem = [
  { filters: 64, kernelSize: 7, strides: 2, padding: around(3) },
  { poolSize: 3, strides: 2, padding: around(1), name: "maxpool" },
] as const;

/** The first layer for small images. */
const smallStem = { filters: 64, kernelSize: 3, padding: around(1) };

const names = { conv: "conv1", norm: "bn1", activation: "relu" };

function stages(
  x: SymbolicTensor,
  blocks: Blocks,
  step: (stride: number) => StrideStep,
): SymbolicTensor {
  let y = x;
  for (const [stage, count] of blocks.counts.entries()) {
    for (let i = 0; i < count; i++) {
      const place = { name: `layer${stage + 1}.${i}`, filters: 64 * 2 ** stage };
      y = block(y, { ...place, ...step(stage > 0 && i === 0 ? 2 : 1) }, blocks);
    }
  }
  return y;
}

const featuresOf = (counts: readonly number[]) => ({
  stem: "relu",
  ...Object.fromEntries(
    counts.map((count, i) => [`stage${i + 1}`, `layer${i + 1}.${count - 1}.out`]),
  ),
});

const he =
  "He, Zhang, Ren and Sun, “Deep Residual Learning for Image Recognition”, CVPR 2016, arXiv:1512.03385";

interface Facts extends Blocks {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly family?: string;
  readonly year?: number;
  readonly paper?: string;
  readonly figures: Omit<PublishedFigures, "source">;
}

function resnet({
  figures,
  counts,
  block: shape,
  groups = 1,
  width = 1,
  ...facts
}: Facts): Architecture<StrideOptions> {
  const blocks = { counts, block: shape, groups, width };
  const [convolution, pool] = stem;
  return defineArchitecture<StrideOptions>({
    family: "ResNet",
    year: 2015,
    paper: he,
    inputShape: [224, 224, 3],
    classes: 1000,
    preprocess: standardized,
    ...facts,
    figures: [{ source: "torchvision", ...figures }],
    options: strideOptions,
    features: featuresOf(counts),
    body(images, { outputStride }) {
      const x = chain(images, [
        ...convNorm({ ...convolution, ...kind, names }),
        layers.maxPooling2d(pool),
      ]);
      return stages(x, blocks, stridesUpTo(outputStride, 4));
    },
    top: averageTop({ pool: "avgpool", dense: "fc" }),
  });
}

/** ResNet-18, `[N, H, W, 3] → [N, classes]`. */
export const resnet18 = resnet({
  name: "resnet-18",
  title: "ResNet-18",
  description: "18 layers with shortcuts over every two",
  counts: [2, 2, 2, 2],
  block: "basic",
  figures: { trainableParameters: 11_689_512, gmacs: 1.814, top1: 69.758, top5: 89.078 },
});

/** ResNet-34. */
export const resnet34 = resnet({
  name: "resnet-34",
  title: "ResNet-34",
  description: "34 layers with shortcuts over every two",
  counts: [3, 4, 6, 3],
  block: "basic",
  figures: { trainableParameters: 21_797_672, gmacs: 3.664, top1: 73.314, top5: 91.42 },
});

/** ResNet-50 as torchvision has it, also known as version 1.5. */
export const resnet50Torchvision = resnet({
  name: "resnet-50-torchvision",
  title: "ResNet-50 (torchvision)",
  description:
    "50 layers with shortcuts over every three; strides in 3 x 3 convolutions, no biases",
  counts: [3, 4, 6, 3],
  block: "bottleneck",
  figures: { trainableParameters: 25_557_032, gmacs: 4.089, top1: 76.13, top5: 92.862 },
});

/** ResNet-101 as torchvision has it. */
export const resnet101Torchvision = resnet({
  name: "resnet-101-torchvision",
  title: "ResNet-101 (torchvision)",
  description:
    "101 layers with shortcuts over every three; strides in 3 x 3 convolutions, no biases",
  counts: [3, 4, 23, 3],
  block: "bottleneck",
  figures: { trainableParameters: 44_549_160, gmacs: 7.801, top1: 77.374, top5: 93.546 },
});

/** ResNet-152 as torchvision has it. */
export const resnet152Torchvision = resnet({
  name: "resnet-152-torchvision",
  title: "ResNet-152 (torchvision)",
  description:
    "152 layers with shortcuts over every three; strides in 3 x 3 convolutions, no biases",
  counts: [3, 8, 36, 3],
  block: "bottleneck",
  figures: { trainableParameters: 60_192_808, gmacs: 11.514, top1: 78.312, top5: 94.046 },
});

/** ResNeXt-50 with 32 groups of 4 channels. */
export const resnext50 = resnet({
  name: "resnext-50",
  title: "ResNeXt-50 (32x4d)",
  family: "ResNeXt",
  year: 2016,
  paper:
    "Xie, Girshick, Dollár, Tu and He, “Aggregated Residual Transformations for Deep Neural Networks”, CVPR 2017, arXiv:1611.05431",
  description: "ResNet-50 with 3 x 3 convolutions in 32 groups, twice as wide",
  counts: [3, 4, 6, 3],
  block: "bottleneck",
  groups: 32,
  width: 2,
  figures: { trainableParameters: 25_028_904, gmacs: 4.23, top1: 77.618 },
});

/** Wide ResNet-50-2. */
export const wideResnet50 = resnet({
  name: "wide-resnet-50-2",
  title: "Wide-ResNet-50-2",
  family: "Wide ResNet",
  year: 2016,
  paper: "Zagoruyko and Komodakis, “Wide Residual Networks”, BMVC 2016, arXiv:1605.07146",
  description: "ResNet-50 with 3 x 3 convolutions that are twice as wide",
  counts: [3, 4, 6, 3],
  block: "bottleneck",
  width: 2,
  figures: { trainableParameters: 68_883_240, gmacs: 11.398, top1: 78.468 },
});

const basic18: Blocks = { counts: [2, 2, 2, 2], block: "basic" };

/**
 * ResNet-18 for images of CIFAR: `[N, 32, 32, 3] → [N, classes]`, with a first convolution of 3 x 3
 * and no pool.
 */
export const resnet18Cifar = defineArchitecture({
  name: "resnet-18-cifar",
  title: "ResNet-18 for CIFAR",
  family: "ResNet for CIFAR",
  year: 2015,
  paper: he,
  description:
    "ResNet-18 for small images: a first convolution of 3 x 3 without stride, and no pool",
  inputShape: [32, 32, 3],
  classes: 10,
  preprocess: unit,
  figures: [{ source: "kuangliu/pytorch-cifar", trainableParameters: 11_173_962 }],
  features: featuresOf(basic18.counts),
  body(images) {
    const x = chain(images, convNorm({ ...smallStem, ...kind, names }));
    return stages(x, basic18, stridesUpTo(32, 1));
  },
  top: averageTop({ pool: "avgpool", dense: "linear" }),
});
