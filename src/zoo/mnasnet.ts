// MNASNet, as torchvision has it: blocks of MobileNetV2, chosen by how fast a telephone computes
// them.

import { defineArchitecture } from "./architecture.ts";
import { widthOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { invertedResidual } from "./parts/inverted-residual.ts";
import { around, toMultiple } from "./parts/sizes.ts";
import { averageTop } from "./parts/top.ts";
import { standardized } from "./preprocessing.ts";

const kind = { norm: { epsilon: 1e-5, momentum: 0.9997 }, activation: "relu" } as const;

/**
 * Blocks in a row: filters, kernel, first stride, how much wider they are inside, how many there
 * are.
 */
const stacks = [
  [24, 3, 2, 3, 3],
  [40, 5, 2, 3, 3],
  [80, 5, 2, 6, 3],
  [96, 3, 1, 6, 2],
  [192, 5, 2, 6, 4],
  [320, 3, 1, 6, 1],
];

/** The names of the layers `i`, `i + 1` and `i + 2` of a row. */
const names = (prefix: string, i: number) => ({
  conv: `${prefix}layers.${i}`,
  norm: `${prefix}layers.${i + 1}`,
  activation: `${prefix}layers.${i + 2}`,
});

/**
 * MNASNet, `[N, H, W, 3] → [N, classes]`. `width` multiplies the filters of all convolutions but
 * the last.
 */
export const mnasnet = defineArchitecture<{ readonly width: number }>({
  name: "mnasnet",
  title: "MNASNet",
  family: "MNASNet",
  year: 2018,
  paper:
    "Tan, Chen, Pang, Vasudevan, Sandler, Howard and Le, “MnasNet: Platform-Aware Neural Architecture Search for Mobile”, CVPR 2019, arXiv:1807.11626",
  description: "MobileNetV2's blocks, found by a search that measured time on a telephone",
  inputShape: [224, 224, 3],
  classes: 1000,
  options: { width: widthOption },
  preprocess: standardized,
  figures: [{ source: "torchvision", trainableParameters: 4_383_312, gmacs: 0.314, top1: 73.456 }],
  features: {
    stem: "layers.7",
    stage1: "layers.8.2.add",
    stage2: "layers.9.2.add",
    stage3: "layers.11.1.add",
    stage4: "layers.16",
  },
  body(images, { width }) {
    const filtersOf = (filters: number) => toMultiple(filters * width);
    const three = { kernelSize: 3, padding: around(1), ...kind };
    let x = chain(images, [
      ...convNorm({ filters: filtersOf(32), strides: 2, ...three, names: names("", 0) }),
      ...convNorm({ filters: "depthwise", ...three, names: names("", 3) }),
      ...convNorm({
        filters: filtersOf(16),
        kernelSize: 1,
        ...kind,
        activation: null,
        names: names("", 6),
      }),
    ]);
    for (const [stack, [filters, kernelSize, stride, expansion, count]] of stacks.entries()) {
      for (let i = 0; i < count; i++) {
        const prefix = `layers.${stack + 8}.${i}.`;
        x = invertedResidual(x, {
          hidden: x.shape[2] * expansion,
          filters: filtersOf(filters),
          kernelSize,
          stride: i === 0 ? stride : 1,
          zeros: "symmetric",
          ...kind,
          names: {
            expand: names(prefix, 0),
            depthwise: names(prefix, 3),
            project: names(prefix, 6),
            add: `${prefix}add`,
          },
        });
      }
    }
    return chain(x, convNorm({ filters: 1280, kernelSize: 1, ...kind, names: names("", 14) }));
  },
  top: averageTop({ dropout: { rate: 0.2, name: "classifier.0" }, dense: "classifier.1" }),
});
