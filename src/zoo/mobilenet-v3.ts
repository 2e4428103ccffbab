// MobileNetV3, small and large: blocks of MobileNetV2, some with attention, and activations that
// cost little.

import type { ActivationName } from "../nn/activations.ts";
import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type Architecture, defineArchitecture, type PublishedFigures } from "./architecture.ts";
import { flagOption, widthOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { activate, convNorm } from "./parts/convolution.ts";
import { invertedResidual } from "./parts/inverted-residual.ts";
import {
  type StrideOptions,
  type StrideStep,
  strideOptions,
  stridesUpTo,
} from "./parts/output-stride.ts";
import { toMultiple } from "./parts/sizes.ts";
import { squeeze } from "./parts/squeeze-excite.ts";
import { none } from "./preprocessing.ts";

/** The options that only MobileNetV3 has. */
export type MobilenetV3Options = StrideOptions & {
  readonly width: number;
  readonly minimalistic: boolean;
};

const norm = { epsilon: 1e-3, momentum: 0.999 };

/** One block; `h` has the hard swish, `s` attention, `5` a kernel of 5 x 5. */
interface Block {
  readonly expansion: number;
  readonly filters: number;
  readonly stride: number;
  readonly kind: string;
}

const block = (expansion: number, filters: number, stride: number, kind = ""): Block => ({
  expansion,
  filters,
  stride,
  kind,
});

const small = [
  block(1, 16, 2, "s"),
  block(72 / 16, 24, 2),
  block(88 / 24, 24, 1),
  block(4, 40, 2, "hs5"),
  block(6, 40, 1, "hs5"),
  block(6, 40, 1, "hs5"),
  block(3, 48, 1, "hs5"),
  block(3, 48, 1, "hs5"),
  block(6, 96, 2, "hs5"),
  block(6, 96, 1, "hs5"),
  block(6, 96, 1, "hs5"),
];

const large = [
  block(1, 16, 1),
  block(4, 24, 2),
  block(3, 24, 1),
  block(3, 40, 2, "s5"),
  block(3, 40, 1, "s5"),
  block(3, 40, 1, "s5"),
  block(6, 80, 2, "h"),
  block(2.5, 80, 1, "h"),
  block(2.3, 80, 1, "h"),
  block(2.3, 80, 1, "h"),
  block(6, 112, 1, "hs"),
  block(6, 112, 1, "hs"),
  block(6, 160, 2, "hs5"),
  block(6, 160, 1, "hs5"),
  block(6, 160, 1, "hs5"),
];

/** The names of block number `id`. */
function namesOf(id: number) {
  const prefix = id === 0 ? "expanded_conv_" : `expanded_conv_${id}_`;
  const part = (name: string) => ({ conv: prefix + name, norm: `${prefix}${name}_bn` });
  return {
    expand: part("expand"),
    depthwise: part("depthwise"),
    project: part("project"),
    zeros: `${prefix}depthwise_pad`,
    add: `${prefix}add`,
    attention: {
      pool: `${prefix}squeeze_excite_avg_pool`,
      reduce: `${prefix}squeeze_excite_conv`,
      expand: `${prefix}squeeze_excite_conv_1`,
      multiply: `${prefix}squeeze_excite_mul`,
    },
  };
}

function apply(
  x: SymbolicTensor,
  { expansion, filters, kind }: Block,
  step: StrideStep,
  id: number,
  { width, minimalistic }: MobilenetV3Options,
): SymbolicTensor {
  const hidden = toMultiple(x.shape[2] * expansion);
  const isAttentive = kind.includes("s") && !minimalistic;
  const { attention: attentionNames, ...names } = namesOf(id);
  const weigh = (inner: SymbolicTensor) =>
    squeeze(inner, {
      filters: toMultiple(hidden / 4),
      activation: "relu",
      gate: "hardSigmoid",
      names: attentionNames,
    });
  return invertedResidual(x, {
    hidden: id === 0 ? undefined : hidden,
    filters: toMultiple(filters * width),
    kernelSize: kind.includes("5") && !minimalistic ? 5 : 3,
    ...step,
    zeros: "layer",
    norm,
    activation: kind.includes("h") ? activationOf(minimalistic) : "relu",
    names,
    attention: isAttentive ? weigh : undefined,
  });
}

const activationOf = (minimalistic: boolean): ActivationName =>
  minimalistic ? "relu" : "hardSwish";

interface Size {
  readonly name: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Channels before the classifier. */
  readonly points: number;
  readonly stages: readonly [stem: string, stage1: string, stage2: string, stage3: string];
  readonly figures: readonly PublishedFigures[];
}

function mobilenet(size: Size): Architecture<MobilenetV3Options> {
  const { name, title, blocks, points, stages, figures } = size;
  const [stem, stage1, stage2, stage3] = stages;
  return defineArchitecture<MobilenetV3Options>({
    name,
    title,
    family: "MobileNet",
    year: 2019,
    paper:
      "Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le and Adam, “Searching for MobileNetV3”, ICCV 2019, arXiv:1905.02244",
    description: "MobileNetV2 with attention and cheap activations, its blocks found by a search",
    inputShape: [224, 224, 3],
    classes: 1000,
    options: {
      width: widthOption,
      minimalistic: flagOption(
        "Whether it goes without attention, hard swish and 5 x 5 kernels.",
        false,
      ),
      ...strideOptions,
    },
    preprocess: none,
    figures,
    features: { stem, stage1, stage2, stage3, stage4: "last_activation" },
    body(images, options) {
      const activation = activationOf(options.minimalistic);
      const first = { filters: 16, kernelSize: 3, strides: 2, padding: "same", norm } as const;
      let x = chain(images, [
        layers.rescaling({ scale: 1 / 127.5, offset: -1 }),
        ...convNorm({ ...first, activation, names: { conv: "conv", norm: "conv_bn" } }),
      ]);
      const step = stridesUpTo(options.outputStride, 2);
      for (const [id, one] of blocks.entries()) x = apply(x, one, step(one.stride), id, options);
      const names = { conv: "conv_1", norm: "conv_1_bn", activation: "last_activation" };
      const last = { filters: toMultiple(x.shape[2] * 6), kernelSize: 1, padding: "same" } as const;
      return chain(x, convNorm({ ...last, norm, activation, names }));
    },
    top: (x, { classes, activation, width, minimalistic }) =>
      chain(x, [
        layers.globalAveragePooling2d({ keepDimensions: true }),
        layers.conv2d({
          filters: width > 1 ? toMultiple(points * width) : points,
          kernelSize: 1,
          padding: "same",
          name: "conv_2",
        }),
        activate(activationOf(minimalistic)),
        layers.dropout({ rate: 0.2 }),
        layers.conv2d({ filters: classes, kernelSize: 1, padding: "same", name: "logits" }),
        layers.flatten(),
        layers.activation({ activation, name: "predictions" }),
      ]),
  });
}

/**
 * MobileNetV3-Small, `[N, H, W, 3] → [N, classes]`, as Keras has it: it takes bytes from 0 to 255,
 * and its first layer rescales them.
 */
export const mobilenetV3Small = mobilenet({
  name: "mobilenet-v3-small",
  title: "MobileNetV3-Small",
  blocks: small,
  points: 1024,
  stages: [
    "expanded_conv_project_bn",
    "expanded_conv_2_add",
    "expanded_conv_7_add",
    "expanded_conv_10_add",
  ],
  figures: [
    {
      source: "Keras",
      parameters: 2_554_968,
      trainableParameters: 2_542_856,
      parametersWithoutTop: 939_120,
      gmacs: 0.0565,
    },
    {
      source: "torchvision",
      trainableParameters: 2_542_856,
      gmacs: 0.057,
      top1: 67.668,
      top5: 87.402,
    },
    {
      source: "Keras",
      options: { minimalistic: true },
      parameters: 2_056_848,
      trainableParameters: 2_044_736,
      parametersWithoutTop: 441_000,
      gmacs: 0.0523,
    },
  ],
});

/** MobileNetV3-Large, as Keras has it. */
export const mobilenetV3Large = mobilenet({
  name: "mobilenet-v3-large",
  title: "MobileNetV3-Large",
  blocks: large,
  points: 1280,
  stages: [
    "expanded_conv_add",
    "expanded_conv_2_add",
    "expanded_conv_5_add",
    "expanded_conv_11_add",
  ],
  figures: [
    {
      source: "Keras",
      parameters: 5_507_432,
      trainableParameters: 5_483_032,
      parametersWithoutTop: 2_996_352,
      gmacs: 0.2166,
    },
    { source: "torchvision", trainableParameters: 5_483_032, gmacs: 0.217, top1: 74.042 },
    {
      source: "Keras",
      options: { minimalistic: true },
      parameters: 3_948_688,
      trainableParameters: 3_924_288,
      parametersWithoutTop: 1_437_608,
      gmacs: 0.2091,
    },
  ],
});
