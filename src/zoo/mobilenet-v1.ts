// MobileNet: a depthwise and a 1 x 1 convolution in place of each usual one.

import { layers } from "../nn/layers/index.ts";
import { defineArchitecture } from "./architecture.ts";
import { widthOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { convNorm } from "./parts/convolution.ts";
import { symmetric } from "./preprocessing.ts";

const names = (name: string) => ({ conv: name, norm: `${name}_bn`, activation: `${name}_relu` });

const kind = { activation: "relu6" } as const;

/** Filters and stride of each pair of convolutions. */
const pairs = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  [1024, 2],
  [1024, 1],
] as const;

/** Parameters, those that are trained, those without the classifier, and GMACs at each width. */
const byWidth = [
  [0.75, 2_601_976, 2_585_560, 1_832_976, 0.3254],
  [0.5, 1_342_536, 1_331_592, 829_536, 0.1495],
  [0.25, 475_544, 470_072, 218_544, 0.041],
] as const;

/**
 * MobileNet, `[N, H, W, 3] → [N, classes]`, as Keras has it. `width` multiplies the filters of all
 * convolutions.
 */
export const mobilenetV1 = defineArchitecture<{ readonly width: number }>({
  name: "mobilenet-v1",
  title: "MobileNet",
  family: "MobileNet",
  year: 2017,
  paper:
    "Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto and Adam, “MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications”, arXiv:1704.04861",
  description: "Small and fast: a depthwise and a 1 x 1 convolution in place of each usual one",
  inputShape: [224, 224, 3],
  classes: 1000,
  options: { width: widthOption },
  preprocess: symmetric,
  figures: [
    {
      source: "Keras",
      parameters: 4_253_864,
      trainableParameters: 4_231_976,
      parametersWithoutTop: 3_228_864,
      gmacs: 0.5687,
      top1: 70.4,
      top5: 89.5,
    },
    ...byWidth.map(([width, parameters, trainableParameters, parametersWithoutTop, gmacs]) => ({
      source: "Keras",
      options: { width },
      parameters,
      trainableParameters,
      parametersWithoutTop,
      gmacs,
    })),
  ],
  features: {
    stem: "conv_pw_1_relu",
    stage1: "conv_pw_3_relu",
    stage2: "conv_pw_5_relu",
    stage3: "conv_pw_11_relu",
    stage4: "conv_pw_13_relu",
  },
  body(images, { width }) {
    const filtersOf = (filters: number) => Math.floor(filters * width);
    const first = { filters: filtersOf(32), kernelSize: 3, strides: 2, padding: "same" } as const;
    const x = chain(images, convNorm({ ...first, ...kind, names: names("conv1") }));
    const rest = pairs.flatMap(([filters, strides], i) => [
      ...(strides === 1
        ? []
        : [
            layers.zeroPadding2d({
              padding: [
                [0, 1],
                [0, 1],
              ],
              name: `conv_pad_${i + 1}`,
            }),
          ]),
      ...convNorm({
        filters: "depthwise",
        kernelSize: 3,
        strides,
        padding: strides === 1 ? "same" : "valid",
        ...kind,
        names: names(`conv_dw_${i + 1}`),
      }),
      ...convNorm({
        filters: filtersOf(filters),
        kernelSize: 1,
        padding: "same",
        ...kind,
        names: names(`conv_pw_${i + 1}`),
      }),
    ]);
    return chain(x, rest);
  },
  top: (x, { classes, activation }) =>
    chain(x, [
      layers.globalAveragePooling2d({ keepDimensions: true }),
      layers.dropout({ rate: 1e-3, name: "dropout" }),
      layers.conv2d({ filters: classes, kernelSize: 1, padding: "same", name: "conv_preds" }),
      layers.reshape({ targetShape: [classes], name: "reshape_2" }),
      layers.activation({ activation, name: "predictions" }),
    ]),
});
