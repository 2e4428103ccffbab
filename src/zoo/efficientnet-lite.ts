// EfficientNet-Lite: EfficientNet without attention and with ReLU6, for chips that compute in whole
// numbers. Its layers have timm's names, such as `blocks.1.0.conv_dw`.

import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { fanOut, stages } from "./parts/efficient-block.ts";
import { invertedResidual } from "./parts/inverted-residual.ts";
import { type StrideOptions, strideOptions, stridesUpTo } from "./parts/output-stride.ts";
import { toMultiple } from "./parts/sizes.ts";
import { averageTop } from "./parts/top.ts";
import { symmetric } from "./preprocessing.ts";

const kind = {
  norm: { epsilon: 1e-3, momentum: 0.9 },
  activation: "relu6",
  kernelInitializer: fanOut,
} as const;

/** How often a block is left out, at the end of the network. */
const dropRate = 0.2;

interface Scale {
  /** What filters are multiplied by; the first and the last convolution stay as they are. */
  readonly width: number;
  /** What numbers of blocks are multiplied by; the first and the last stage stay as they are. */
  readonly depth: number;
}

const countsOf = ({ depth }: Scale) =>
  stages.map(({ count }, stage) =>
    stage === 0 || stage === stages.length - 1 ? count : Math.ceil(depth * count),
  );

/** timm's names for block `index` of stage `stage`; the first stage has no first convolution. */
function namesOf(stage: number, index: number) {
  const prefix = `blocks.${stage}.${index}.`;
  const part = (conv: string, i: number) => ({
    conv: prefix + conv,
    norm: `${prefix}bn${i}`,
    activation: `${prefix}act${i}`,
  });
  const add = `${prefix}add`;
  return stage === 0
    ? { expand: {}, depthwise: part("conv_dw", 1), project: part("conv_pw", 2), add }
    : {
        expand: part("conv_pw", 1),
        depthwise: part("conv_dw", 2),
        project: part("conv_pwl", 3),
        add,
      };
}

function body(
  images: SymbolicTensor,
  scale: Scale,
  { outputStride }: StrideOptions,
): SymbolicTensor {
  const same = { padding: "same", ...kind } as const;
  const stem = { conv: "conv_stem", norm: "bn1", activation: "act1" };
  let x = chain(images, convNorm({ filters: 32, kernelSize: 3, strides: 2, ...same, names: stem }));
  const counts = countsOf(scale);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const step = stridesUpTo(outputStride, 2);
  let done = 0;
  for (const [stage, { expansion, filters, kernelSize, stride }] of stages.entries()) {
    for (let i = 0; i < counts[stage]; i++) {
      x = invertedResidual(x, {
        hidden: expansion === 1 ? undefined : expansion * x.shape[2],
        filters: toMultiple(filters * scale.width),
        kernelSize,
        ...step(i === 0 ? stride : 1),
        zeros: "same",
        ...kind,
        names: namesOf(stage, i),
        drop: { rate: (dropRate * done) / total },
      });
      done++;
    }
  }
  const head = { conv: "conv_head", norm: "bn2", activation: "act2" };
  return chain(x, convNorm({ filters: 1280, kernelSize: 1, ...same, names: head }));
}

/** The layer that ends stage `stage`, from 0. */
function endOf(stage: number, scale: Scale): string {
  const count = countsOf(scale)[stage];
  const block = `blocks.${stage}.${count - 1}`;
  if (count > 1) return `${block}.add`;
  return stage === 0 ? `${block}.bn2` : `${block}.bn3`;
}

interface Size extends Scale {
  readonly number: number;
  readonly pixels: number;
  readonly dropout: number;
  readonly figures: Omit<PublishedFigures, "source">;
}

function lite({ number, pixels, dropout, figures, ...scale }: Size): Architecture<StrideOptions> {
  return defineArchitecture<StrideOptions>({
    name: `efficientnet-lite${number}`,
    title: `EfficientNet-Lite${number}`,
    family: "EfficientNet-Lite",
    year: 2020,
    paper:
      "Tan and Le, “EfficientNet”, ICML 2019, arXiv:1905.11946; Liu, “Higher accuracy on vision models with EfficientNet-Lite”, TensorFlow's blog, 2020",
    description: `EfficientNet without attention and with ReLU6, at ${pixels} x ${pixels} pixels`,
    inputShape: [pixels, pixels, 3],
    classes: 1000,
    options: strideOptions,
    preprocess: symmetric,
    figures: [{ source: "timm", ...figures }],
    features: {
      stem: endOf(0, scale),
      stage1: endOf(1, scale),
      stage2: endOf(2, scale),
      stage3: endOf(4, scale),
      stage4: "act2",
    },
    body: (x, options) => body(x, scale, options),
    top: averageTop({
      pool: "global_pool",
      dropout: { rate: dropout, name: "drop" },
      dense: "classifier",
    }),
  });
}

/** EfficientNet-Lite0, `[N, H, W, 3] → [N, classes]`. */
export const efficientnetLite0 = lite({
  number: 0,
  width: 1,
  depth: 1,
  pixels: 224,
  dropout: 0.2,
  figures: { trainableParameters: 4_652_008, top1: 74.85, top5: 92.18 },
});

/** EfficientNet-Lite1. */
export const efficientnetLite1 = lite({
  number: 1,
  width: 1,
  depth: 1.1,
  pixels: 240,
  dropout: 0.2,
  figures: { trainableParameters: 5_416_680 },
});

/** EfficientNet-Lite2. */
export const efficientnetLite2 = lite({
  number: 2,
  width: 1.1,
  depth: 1.2,
  pixels: 260,
  dropout: 0.3,
  figures: { trainableParameters: 6_092_072 },
});

/** EfficientNet-Lite3. */
export const efficientnetLite3 = lite({
  number: 3,
  width: 1.2,
  depth: 1.4,
  pixels: 280,
  dropout: 0.3,
  figures: { trainableParameters: 8_197_096 },
});

/** EfficientNet-Lite4. */
export const efficientnetLite4 = lite({
  number: 4,
  width: 1.4,
  depth: 1.8,
  pixels: 300,
  dropout: 0.3,
  figures: { trainableParameters: 13_006_568 },
});
