// GoogLeNet, as torchvision has it: Inception modules with batch normalization, and 3 x 3 where the
// paper has 5 x 5.

import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { around, upToLastPixel } from "./parts/sizes.ts";
import { averageTop } from "./parts/top.ts";
import { standardized } from "./preprocessing.ts";

const conv = (filters: number, kernelSize: number, name: string, strides = 1) =>
  convNorm({
    filters,
    kernelSize,
    strides,
    padding: around(Math.floor(kernelSize / 2)),
    norm: { epsilon: 1e-3, momentum: 0.9 },
    names: { conv: `${name}.conv`, norm: `${name}.bn`, activation: `${name}.relu` },
  });

/** A pool that reaches the last pixel. */
function pool(x: SymbolicTensor, name: string, poolSize = 3): SymbolicTensor {
  const padding = upToLastPixel(x.shape, poolSize, 2);
  return layers.maxPooling2d({ poolSize, strides: 2, padding, name }).apply(x);
}

/**
 * Filters of a module: the 1 x 1 branch, both convolutions of two branches, and that behind the
 * pool.
 */
type Filters = readonly [number, number, number, number, number, number];

function inception(x: SymbolicTensor, id: string, filters: Filters): SymbolicTensor {
  const [ones, narrow, threes, narrower, more, behind] = filters;
  const name = `inception${id}`;
  return layers.concatenate({ name }).apply([
    chain(x, conv(ones, 1, `${name}.branch1`)),
    chain(x, [...conv(narrow, 1, `${name}.branch2.0`), ...conv(threes, 3, `${name}.branch2.1`)]),
    chain(x, [...conv(narrower, 1, `${name}.branch3.0`), ...conv(more, 3, `${name}.branch3.1`)]),
    chain(x, [
      layers.maxPooling2d({
        poolSize: 3,
        strides: 1,
        padding: "same",
        name: `${name}.branch4.0`,
      }),
      ...conv(behind, 1, `${name}.branch4.1`),
    ]),
  ]);
}

const stages: readonly (readonly (readonly [id: string, filters: Filters])[])[] = [
  [
    ["3a", [64, 96, 128, 16, 32, 32]],
    ["3b", [128, 128, 192, 32, 96, 64]],
  ],
  [
    ["4a", [192, 96, 208, 16, 48, 64]],
    ["4b", [160, 112, 224, 24, 64, 64]],
    ["4c", [128, 128, 256, 24, 64, 64]],
    ["4d", [112, 144, 288, 32, 64, 64]],
    ["4e", [256, 160, 320, 32, 128, 128]],
  ],
  [
    ["5a", [256, 160, 320, 32, 128, 128]],
    ["5b", [384, 192, 384, 48, 128, 128]],
  ],
];

/** GoogLeNet, `[N, H, W, 3] → [N, classes]`, without the two classifiers that help training. */
export const googlenet = defineArchitecture({
  name: "googlenet",
  title: "GoogLeNet",
  family: "Inception",
  year: 2014,
  paper:
    "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke and Rabinovich, “Going Deeper with Convolutions”, CVPR 2015, arXiv:1409.4842",
  description:
    "Nine modules of windows of several sizes side by side, here with batch normalization",
  inputShape: [224, 224, 3],
  classes: 1000,
  preprocess: standardized,
  figures: [
    {
      source: "torchvision",
      trainableParameters: 6_624_904,
      gmacs: 1.498,
      top1: 69.778,
      top5: 89.53,
    },
    {
      source: "torchvision with another head",
      options: { classes: 10 },
      trainableParameters: 5_610_154,
    },
  ],
  features: {
    stem: "conv1.relu",
    stage1: "conv3.relu",
    stage2: "inception3b",
    stage3: "inception4e",
    stage4: "inception5b",
  },
  body(images) {
    const first = pool(chain(images, conv(64, 7, "conv1", 2)), "maxpool1");
    let x = pool(chain(first, [...conv(64, 1, "conv2"), ...conv(192, 3, "conv3")]), "maxpool2");
    for (const [i, modules] of stages.entries()) {
      if (i > 0) x = pool(x, `maxpool${i + 2}`, i === 1 ? 3 : 2);
      for (const [id, filters] of modules) x = inception(x, id, filters);
    }
    return x;
  },
  top: averageTop({ pool: "avgpool", dropout: { rate: 0.2, name: "dropout" }, dense: "fc" }),
});
