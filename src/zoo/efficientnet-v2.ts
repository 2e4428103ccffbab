// EfficientNetV2: in its first stages, one 3 x 3 convolution in place of a 1 x 1 and a depthwise
// one.

import type { LayerInstance } from "../nn/layer-instance.ts";
import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { fanOut, namesOf, thirdOfFanOut } from "./parts/efficient-block.ts";
import {
  dropped,
  type InvertedResidualOptions,
  invertedResidual,
} from "./parts/inverted-residual.ts";
import { squeeze } from "./parts/squeeze-excite.ts";
import { averageTop } from "./parts/top.ts";
import { none } from "./preprocessing.ts";

const kind = { norm: { momentum: 0.9 }, activation: "swish", kernelInitializer: fanOut } as const;

/** How often a block is left out, at the end of the network. */
const dropRate = 0.2;

interface Stage {
  readonly filters: number;
  readonly count: number;
  readonly stride: number;
  readonly expansion: number;
  /** Whether one convolution does both; all others have attention. */
  readonly fused: boolean;
}

const fused = (expansion: number, filters: number, count: number, stride: number): Stage => ({
  filters,
  count,
  stride,
  expansion,
  fused: true,
});

const deep = (expansion: number, filters: number, count: number, stride: number): Stage => ({
  ...fused(expansion, filters, count, stride),
  fused: false,
});

type Names = ReturnType<typeof namesOf>;

/**
 * A 3 x 3 convolution to a wide image, 1 x 1 to a narrow one; without expansion, the first alone.
 */
function fusedBlock(
  x: SymbolicTensor,
  { filters, expansion, stride }: Stage,
  { expand, project, add }: Names,
  drop: InvertedResidualOptions["drop"],
): SymbolicTensor {
  const three = { kernelSize: 3, strides: stride, padding: "same", ...kind } as const;
  const hidden = expansion * x.shape[2];
  const y = chain(
    x,
    expansion === 1
      ? convNorm({ filters, ...three, names: project })
      : [
          ...convNorm({ filters: hidden, ...three, names: expand }),
          ...convNorm({
            ...three,
            filters,
            kernelSize: 1,
            strides: 1,
            activation: null,
            names: project,
          }),
        ],
  );
  if (stride > 1 || x.shape[2] !== filters) return y;
  return layers.add({ name: add }).apply([chain(y, dropped(drop)), x]);
}

function deepBlock(
  x: SymbolicTensor,
  { filters, expansion, stride }: Stage,
  { attention, dropName: _, ...names }: Names,
  drop: InvertedResidualOptions["drop"],
): SymbolicTensor {
  const channels = x.shape[2];
  return invertedResidual(x, {
    hidden: expansion * channels,
    filters,
    kernelSize: 3,
    stride,
    zeros: "same",
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
    ...(drop === undefined ? {} : { drop }),
  });
}

interface Size {
  readonly name: string;
  readonly title: string;
  readonly pixels: number;
  readonly stem: number;
  readonly stages: readonly Stage[];
  /** What is done to bytes from 0 to 255, for images with so many channels. */
  readonly scaling: (channels: number) => LayerInstance[];
  readonly figures: PublishedFigures;
}

/** The layer that ends stage `stage`, from 0. */
function endOf(stages: readonly Stage[], stage: number): string {
  const { count, expansion } = stages[stage];
  const block = `block${stage + 1}${String.fromCharCode(96 + count)}`;
  if (count > 1) return `${block}_add`;
  return expansion === 1 ? `${block}_project_activation` : `${block}_project_bn`;
}

function efficientnet({ name, title, pixels, stem, stages, scaling, figures }: Size): Architecture {
  return defineArchitecture({
    name,
    title,
    family: "EfficientNetV2",
    year: 2021,
    paper:
      "Tan and Le, “EfficientNetV2: Smaller Models and Faster Training”, ICML 2021, arXiv:2104.00298",
    description: `EfficientNet with fused convolutions first, at ${pixels} x ${pixels} pixels`,
    inputShape: [pixels, pixels, 3],
    classes: 1000,
    preprocess: none,
    figures: [figures],
    features: {
      stem: endOf(stages, 0),
      stage1: endOf(stages, 1),
      stage2: endOf(stages, 2),
      stage3: endOf(stages, 4),
      stage4: "top_activation",
    },
    body(images) {
      const names = { conv: "stem_conv", norm: "stem_bn", activation: "stem_activation" };
      const first = { filters: stem, kernelSize: 3, strides: 2, padding: "same", names } as const;
      let x = chain(images, [...scaling(images.shape[2]), ...convNorm({ ...first, ...kind })]);
      const total = stages.reduce((sum, { count }) => sum + count, 0);
      let done = 0;
      for (const [number, stage] of stages.entries()) {
        for (let i = 0; i < stage.count; i++) {
          const blockNames = namesOf(number, i, "dwconv2");
          const drop = { rate: (dropRate * done) / total, name: blockNames.dropName };
          const one = { ...stage, stride: i === 0 ? stage.stride : 1 };
          x = (stage.fused ? fusedBlock : deepBlock)(x, one, blockNames, drop);
          done++;
        }
      }
      const last = { conv: "top_conv", norm: "top_bn", activation: "top_activation" };
      const point = { filters: 1280, kernelSize: 1, padding: "same", names: last } as const;
      return chain(x, convNorm({ ...point, ...kind }));
    },
    top: averageTop({
      pool: "avg_pool",
      dropout: { rate: 0.2, name: "top_dropout" },
      kernelInitializer: thirdOfFanOut,
    }),
  });
}

const symmetric = () => [layers.rescaling({ scale: 1 / 128, offset: -1 })];

const standardized = () => [
  layers.rescaling({ scale: 1 / 255 }),
  layers.normalization({
    mean: [0.485, 0.456, 0.406],
    variance: [0.229 ** 2, 0.224 ** 2, 0.225 ** 2],
  }),
];

/**
 * EfficientNetV2-B0, `[N, H, W, 3] → [N, classes]`, as Keras has it: it takes bytes from 0 to 255,
 * and its first layers rescale and normalize them.
 */
export const efficientnetV2B0 = efficientnet({
  name: "efficientnet-v2-b0",
  title: "EfficientNetV2-B0",
  pixels: 224,
  stem: 32,
  stages: [
    fused(1, 16, 1, 1),
    fused(4, 32, 2, 2),
    fused(4, 48, 2, 2),
    deep(4, 96, 3, 2),
    deep(6, 112, 5, 1),
    deep(6, 192, 8, 2),
  ],
  scaling: (channels) => (channels === 3 ? standardized() : symmetric()),
  figures: {
    source: "Keras",
    parameters: 7_200_312,
    trainableParameters: 7_139_704,
    parametersWithoutTop: 5_919_312,
    top1: 78.7,
    top5: 94.3,
  },
});

/**
 * EfficientNetV2-S, as Keras has it: it takes bytes from 0 to 255, and its first layer rescales
 * them.
 */
export const efficientnetV2S = efficientnet({
  name: "efficientnet-v2-s",
  title: "EfficientNetV2-S",
  pixels: 384,
  stem: 24,
  stages: [
    fused(1, 24, 2, 1),
    fused(4, 48, 4, 2),
    fused(4, 64, 4, 2),
    deep(4, 128, 6, 2),
    deep(6, 160, 9, 1),
    deep(6, 256, 15, 2),
  ],
  scaling: symmetric,
  figures: {
    source: "Keras",
    parameters: 21_612_360,
    trainableParameters: 21_458_488,
    parametersWithoutTop: 20_331_360,
    top1: 83.9,
    top5: 96.7,
  },
});
