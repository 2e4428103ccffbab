// EfficientNet B0 to B7: one network, made wider, deeper and sharper at the same rate.

import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { fanOut, namesOf, stages, thirdOfFanOut } from "./parts/efficient-block.ts";
import { invertedResidual } from "./parts/inverted-residual.ts";
import { type StrideOptions, strideOptions, stridesUpTo } from "./parts/output-stride.ts";
import { toMultiple, zerosBeforeStride } from "./parts/sizes.ts";
import { squeeze } from "./parts/squeeze-excite.ts";
import { averageTop } from "./parts/top.ts";
import { none } from "./preprocessing.ts";

const kind = { norm: {}, activation: "swish", kernelInitializer: fanOut } as const;

/** How often a block is left out, at the end of the network. */
const dropRate = 0.2;

interface Scale {
  /** What filters are multiplied by. */
  readonly width: number;
  /** What numbers of blocks are multiplied by. */
  readonly depth: number;
}

function body(
  images: SymbolicTensor,
  { width, depth }: Scale,
  { outputStride }: StrideOptions,
): SymbolicTensor {
  const scaled = chain(images, [layers.rescaling({ scale: 1 / 255 }), layers.normalization()]);
  const stem = { conv: "stem_conv", norm: "stem_bn", activation: "stem_activation" };
  let x = chain(scaled, [
    layers.zeroPadding2d({ padding: zerosBeforeStride(images.shape, 3), name: "stem_conv_pad" }),
    ...convNorm({
      filters: toMultiple(32 * width),
      kernelSize: 3,
      strides: 2,
      ...kind,
      names: stem,
    }),
  ]);
  const counts = stages.map(({ count }) => Math.ceil(depth * count));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const step = stridesUpTo(outputStride, 2);
  let done = 0;
  for (const [stage, { expansion, filters, kernelSize, stride }] of stages.entries()) {
    for (let i = 0; i < counts[stage]; i++) {
      const channels = x.shape[2];
      const { attention, dropName, ...names } = namesOf(stage, i);
      x = invertedResidual(x, {
        hidden: expansion === 1 ? undefined : expansion * channels,
        filters: toMultiple(filters * width),
        kernelSize,
        ...step(i === 0 ? stride : 1),
        zeros: "layer",
        ...kind,
        names,
        attention: (inner) =>
          squeeze(inner, {
            filters: Math.max(1, Math.floor(channels / 4)),
            activation: "swish",
            gate: "sigmoid",
            kernelInitializer: fanOut,
            names: attention,
          }),
        drop: { rate: (dropRate * done) / total, name: dropName },
      });
      done++;
    }
  }
  const names = { conv: "top_conv", norm: "top_bn", activation: "top_activation" };
  const last = { filters: toMultiple(1280 * width), kernelSize: 1, padding: "same" } as const;
  return chain(x, convNorm({ ...last, ...kind, names }));
}

/** The layer that ends stage `stage`, from 0. */
function endOf(stage: number, depth: number): string {
  const count = Math.ceil(depth * stages[stage].count);
  const block = `block${stage + 1}${String.fromCharCode(96 + count)}`;
  return count === 1 ? `${block}_project_bn` : `${block}_add`;
}

interface Size extends Scale {
  readonly number: number;
  /** Height and width of the images. */
  readonly pixels: number;
  readonly dropout: number;
  readonly figures: readonly PublishedFigures[];
}

function efficientnet({
  number,
  width,
  depth,
  pixels,
  dropout,
  figures,
}: Size): Architecture<StrideOptions> {
  return defineArchitecture<StrideOptions>({
    name: `efficientnet-b${number}`,
    title: `EfficientNet-B${number}`,
    family: "EfficientNet",
    year: 2019,
    paper:
      "Tan and Le, “EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks”, ICML 2019, arXiv:1905.11946",
    description: `MobileNetV2's blocks with attention, at ${pixels} x ${pixels} pixels`,
    inputShape: [pixels, pixels, 3],
    classes: 1000,
    options: strideOptions,
    preprocess: none,
    figures,
    features: {
      stem: endOf(0, depth),
      stage1: endOf(1, depth),
      stage2: endOf(2, depth),
      stage3: endOf(4, depth),
      stage4: "top_activation",
    },
    body: (x, options) => body(x, { width, depth }, options),
    top: averageTop({
      pool: "avg_pool",
      dropout: { rate: dropout, name: "top_dropout" },
      kernelInitializer: thirdOfFanOut,
    }),
  });
}

/** Figures of Keras and of torchvision. */
function figuresOf(
  keras: readonly [parameters: number, trainable: number, withoutTop: number, gmacs: number],
  torchvision: Omit<PublishedFigures, "source">,
): readonly PublishedFigures[] {
  const [parameters, trainableParameters, parametersWithoutTop, gmacs] = keras;
  return [
    {
      source: "Keras",
      parameters,
      trainableParameters,
      parametersWithoutTop,
      counters: 1,
      gmacs,
    },
    { source: "torchvision", trainableParameters, ...torchvision },
  ];
}

/**
 * EfficientNet-B0, `[N, H, W, 3] → [N, classes]`, as Keras has it: it takes bytes from 0 to 255,
 * and its first layers rescale and normalize them.
 */
export const efficientnetB0 = efficientnet({
  number: 0,
  width: 1,
  depth: 1,
  pixels: 224,
  dropout: 0.2,
  figures: figuresOf([5_330_571, 5_288_548, 4_049_571, 0.3858], {
    gmacs: 0.386,
    top1: 77.692,
    top5: 93.532,
  }),
});

/** EfficientNet-B1. */
export const efficientnetB1 = efficientnet({
  number: 1,
  width: 1,
  depth: 1.1,
  pixels: 240,
  dropout: 0.2,
  figures: figuresOf([7_856_239, 7_794_184, 6_575_239, 0.6868], { gmacs: 0.687, top1: 78.642 }),
});

/** EfficientNet-B2. torchvision's weights are for images of 288 x 288. */
export const efficientnetB2 = efficientnet({
  number: 2,
  width: 1.1,
  depth: 1.2,
  pixels: 260,
  dropout: 0.3,
  figures: figuresOf([9_177_569, 9_109_994, 7_768_569, 0.9936], {
    options: { inputShape: [288, 288, 3] },
    gmacs: 1.088,
    top1: 80.608,
  }),
});

/** EfficientNet-B3. */
export const efficientnetB3 = efficientnet({
  number: 3,
  width: 1.2,
  depth: 1.4,
  pixels: 300,
  dropout: 0.3,
  figures: figuresOf([12_320_535, 12_233_232, 10_783_535, 1.8271], { gmacs: 1.827, top1: 82.008 }),
});

/** EfficientNet-B4. */
export const efficientnetB4 = efficientnet({
  number: 4,
  width: 1.4,
  depth: 1.8,
  pixels: 380,
  dropout: 0.4,
  figures: figuresOf([19_466_823, 19_341_616, 17_673_823, 4.3938], { gmacs: 4.394, top1: 83.384 }),
});

/** EfficientNet-B5. */
export const efficientnetB5 = efficientnet({
  number: 5,
  width: 1.6,
  depth: 2.2,
  pixels: 456,
  dropout: 0.4,
  figures: figuresOf([30_562_527, 30_389_784, 28_513_527, 10.2664], {
    gmacs: 10.266,
    top1: 83.444,
  }),
});

/** EfficientNet-B6. */
export const efficientnetB6 = efficientnet({
  number: 6,
  width: 1.8,
  depth: 2.6,
  pixels: 528,
  dropout: 0.5,
  figures: figuresOf([43_265_143, 43_040_704, 40_960_143, 19.0676], {
    gmacs: 19.068,
    top1: 84.008,
  }),
});

/** EfficientNet-B7. */
export const efficientnetB7 = efficientnet({
  number: 7,
  width: 2,
  depth: 3.1,
  pixels: 600,
  dropout: 0.5,
  figures: figuresOf([66_658_687, 66_347_960, 64_097_687, 37.7459], {
    gmacs: 37.746,
    top1: 84.122,
    top5: 96.908,
  }),
});
