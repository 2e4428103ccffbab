// SqueezeNet: few channels, seen by 1 x 1 and 3 x 3 convolutions side by side, as torchvision has
// it.

import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { around, upToLastPixel } from "./parts/sizes.ts";
import { standardized } from "./preprocessing.ts";

/** What stands at each number of the row: a fire module's two numbers of filters, or a pool. */
type Place = readonly [squeeze: number, expand: number] | "pool";

const relu = (filters: number, kernelSize: number, name: string) =>
  layers.conv2d({
    filters,
    kernelSize,
    padding: around(Math.floor(kernelSize / 2)),
    activation: "relu",
    kernelInitializer: "heUniform",
    name,
  });

/** 1 x 1 to few channels, then 1 x 1 and 3 x 3 side by side. */
function fire(x: SymbolicTensor, name: string, squeeze: number, expand: number): SymbolicTensor {
  const few = relu(squeeze, 1, `${name}.squeeze`).apply(x);
  return layers
    .concatenate({ name })
    .apply([
      relu(expand, 1, `${name}.expand1x1`).apply(few),
      relu(expand, 3, `${name}.expand3x3`).apply(few),
    ]);
}

interface Version {
  readonly version: "1.0" | "1.1";
  /** Filters and size of the first convolution. */
  readonly first: readonly [filters: number, kernelSize: number];
  /** What follows it and its activation. */
  readonly places: readonly Place[];
  readonly features: Readonly<Record<string, string>>;
  readonly figures: Omit<PublishedFigures, "source">;
}

function squeezenet({ version, first, places, features, figures }: Version): Architecture {
  return defineArchitecture({
    name: `squeezenet-${version}`,
    title: `SqueezeNet ${version}`,
    family: "SqueezeNet",
    year: 2016,
    paper:
      "Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer, “SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size”, arXiv:1602.07360",
    description:
      "As accurate as AlexNet with a fiftieth of its parameters: few channels, 1 x 1 first",
    inputShape: [224, 224, 3],
    classes: 1000,
    preprocess: standardized,
    figures: [{ source: "torchvision", ...figures }],
    features,
    body(images) {
      const [filters, kernelSize] = first;
      let x = layers
        .conv2d({
          filters,
          kernelSize,
          strides: 2,
          activation: "relu",
          kernelInitializer: "heUniform",
          name: "features.0",
        })
        .apply(images);
      for (const [i, place] of places.entries()) {
        const name = `features.${i + 2}`;
        const padding = upToLastPixel(x.shape, 3, 2);
        x =
          place === "pool"
            ? layers.maxPooling2d({ poolSize: 3, strides: 2, padding, name }).apply(x)
            : fire(x, name, ...place);
      }
      return x;
    },
    top: (x, { classes, activation }) =>
      chain(x, [
        layers.dropout({ rate: 0.5, name: "classifier.0" }),
        relu(classes, 1, "classifier.1"),
        layers.globalAveragePooling2d({ name: "classifier.3" }),
        layers.activation({ activation, name: "predictions" }),
      ]),
  });
}

const [few, some, more, many] = [
  [16, 64] as const,
  [32, 128] as const,
  [48, 192] as const,
  [64, 256] as const,
];

/** SqueezeNet 1.0, `[N, H, W, 3] → [N, classes]`. */
export const squeezenet10 = squeezenet({
  version: "1.0",
  first: [96, 7],
  places: ["pool", few, few, some, "pool", some, more, more, many, "pool", many],
  features: {
    stem: "features.0",
    stage1: "features.5",
    stage2: "features.10",
    stage3: "features.12",
  },
  figures: { trainableParameters: 1_248_424, gmacs: 0.819, top1: 58.092 },
});

/** SqueezeNet 1.1, with less than half of the multiply-adds. */
export const squeezenet11 = squeezenet({
  version: "1.1",
  first: [64, 3],
  places: ["pool", few, few, "pool", some, some, "pool", more, more, many, many],
  features: {
    stem: "features.0",
    stage1: "features.4",
    stage2: "features.7",
    stage3: "features.12",
  },
  figures: { trainableParameters: 1_235_496, gmacs: 0.349, top1: 58.178 },
});
