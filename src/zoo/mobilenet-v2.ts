// MobileNetV2: narrow values between blocks, wide ones inside.

import { defineArchitecture } from "./architecture.ts";
import { widthOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { invertedResidual } from "./parts/inverted-residual.ts";
import { type StrideOptions, strideOptions, stridesUpTo } from "./parts/output-stride.ts";
import { toMultiple } from "./parts/sizes.ts";
import { averageTop } from "./parts/top.ts";
import { symmetric } from "./preprocessing.ts";

const kind = { norm: { epsilon: 1e-3, momentum: 0.999 }, activation: "relu6" } as const;

/**
 * Blocks in a row: how much wider they are inside, their filters, how many there are, their first
 * stride.
 */
const groups = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** The names of block number `id`. */
function namesOf(id: number) {
  const prefix = id === 0 ? "expanded_conv_" : `block_${id}_`;
  const part = (name: string) => ({
    conv: prefix + name,
    norm: `${prefix}${name}_BN`,
    activation: `${prefix}${name}_relu`,
  });
  return {
    expand: part("expand"),
    depthwise: part("depthwise"),
    project: part("project"),
    zeros: `${prefix}pad`,
    add: `${prefix}add`,
  };
}

/** Parameters, those that are trained, those without the classifier, and GMACs at each width. */
const byWidth = [
  [0.35, 1_691_208, 1_677_128, 410_208, 0.0593],
  [0.5, 1_987_224, 1_968_680, 706_224, 0.0971],
  [0.75, 2_663_064, 2_636_424, 1_382_064, 0.2091],
  [1.4, 6_156_712, 6_108_776, 4_363_712, 0.5822],
] as const;

/** The options that only MobileNetV2 has. */
export type MobilenetV2Options = StrideOptions & { readonly width: number };

/**
 * MobileNetV2, `[N, H, W, 3] → [N, classes]`, as Keras has it. `width` multiplies the filters of
 * all convolutions, but the last has 1280 at least.
 */
export const mobilenetV2 = defineArchitecture<MobilenetV2Options>({
  name: "mobilenet-v2",
  title: "MobileNetV2",
  family: "MobileNet",
  year: 2018,
  paper:
    "Sandler, Howard, Zhu, Zhmoginov and Chen, “MobileNetV2: Inverted Residuals and Linear Bottlenecks”, CVPR 2018, arXiv:1801.04381",
  description: "Small and fast: depthwise convolutions inside, narrow values between blocks",
  inputShape: [224, 224, 3],
  classes: 1000,
  options: { width: widthOption, ...strideOptions },
  preprocess: symmetric,
  figures: [
    {
      source: "Keras",
      parameters: 3_538_984,
      trainableParameters: 3_504_872,
      parametersWithoutTop: 2_257_984,
      gmacs: 0.3008,
      top1: 71.3,
      top5: 90.1,
    },
    {
      source: "torchvision",
      trainableParameters: 3_504_872,
      gmacs: 0.301,
      top1: 71.878,
      top5: 90.286,
    },
    ...byWidth.map(([width, parameters, trainableParameters, parametersWithoutTop, gmacs]) => ({
      source: "Keras" as const,
      options: { width },
      parameters,
      trainableParameters,
      parametersWithoutTop,
      gmacs,
    })),
  ],
  features: {
    stem: "expanded_conv_project_BN",
    stage1: "block_2_add",
    stage2: "block_5_add",
    stage3: "block_12_add",
    stage4: "out_relu",
  },
  body(images, { width, outputStride }) {
    const stem = { conv: "Conv1", norm: "bn_Conv1", activation: "Conv1_relu" };
    const filters = toMultiple(32 * width);
    const first = { filters, kernelSize: 3, strides: 2, padding: "same", names: stem } as const;
    let x = chain(images, convNorm({ ...first, ...kind }));
    const step = stridesUpTo(outputStride, 2);
    let id = 0;
    for (const [expansion, channels, count, firstStride] of groups) {
      for (let i = 0; i < count; i++) {
        x = invertedResidual(x, {
          hidden: id === 0 ? undefined : expansion * x.shape[2],
          filters: toMultiple(Math.floor(channels * width)),
          kernelSize: 3,
          ...step(i === 0 ? firstStride : 1),
          zeros: "layer",
          ...kind,
          names: namesOf(id),
        });
        id++;
      }
    }
    const last = width > 1 ? toMultiple(1280 * width) : 1280;
    const names = { conv: "Conv_1", norm: "Conv_1_bn", activation: "out_relu" };
    return chain(x, convNorm({ filters: last, kernelSize: 1, ...kind, names }));
  },
  top: averageTop(),
});
