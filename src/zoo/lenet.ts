// LeNet-5, as it is taught today and as its paper has it.

import { RandomStream } from "../core/random.ts";
import { layers } from "../nn/layers/index.ts";
import { operations } from "../nn/operation-calls.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { wordOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { unit } from "./preprocessing.ts";

const facts = {
  family: "LeNet",
  year: 1998,
  paper:
    "LeCun, Bottou, Bengio and Haffner, “Gradient-Based Learning Applied to Document Recognition”, Proceedings of the IEEE 86(11), 1998",
  classes: 10,
  preprocess: unit,
};

/**
 * LeNet-5 of today, `[N, 28, 28, 1] → [N, classes]`: 6 filters of 5 x 5, pool, 16 filters of 5 x 5,
 * pool, 120, 84 and the classes. Pooling has no weights, every filter sees all channels, and
 * softmax takes the place of radial units.
 */
export const lenet5 = defineArchitecture<{ readonly padding: "same" | "valid" }>({
  ...facts,
  name: "lenet-5",
  title: "LeNet-5",
  description: "LeNet-5 of 1998 as it is taught today: 6C5-A2-16C5-A2-120-84-10, tanh",
  className: "Sequential",
  inputShape: [28, 28, 1],
  options: {
    padding: wordOption(
      "Zeros around the image: `same` makes 28 x 28 pixels the paper's 32 x 32.",
      "same",
      ["same", "valid"],
    ),
  },
  figures: [
    { source: "paper, with a full table and softmax", parameters: 61_706 },
    {
      source: "paper, with a full table and softmax",
      options: { inputShape: [32, 32, 1], padding: "valid" },
      parameters: 61_706,
    },
    { source: "the same on 28 x 28 pixels", options: { padding: "valid" }, parameters: 44_426 },
  ],
  features: { stage1: "conv2d", stage2: "conv2d_1" },
  body: (x, { padding }) =>
    chain(x, [
      layers.conv2d({ filters: 6, kernelSize: 5, padding, activation: "tanh" }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 16, kernelSize: 5, activation: "tanh" }),
      layers.averagePooling2d({ poolSize: 2 }),
    ]),
  top: (x, { classes, activation }) =>
    chain(x, [
      layers.flatten(),
      layers.dense({ units: 120, activation: "tanh" }),
      layers.dense({ units: 84, activation: "tanh" }),
      layers.dense({ units: classes, activation }),
    ]),
});

/**
 * Which of the six maps each of the sixteen filters of the second convolution sees: the paper's
 * Table I.
 */
const table = [
  "012",
  "123",
  "234",
  "345",
  "045",
  "015",
  "0123",
  "1234",
  "2345",
  "0345",
  "0145",
  "0125",
  "0134",
  "1245",
  "0235",
  "012345",
].map((maps) => [...maps].map(Number));

/** 1.7159 · tanh(2/3 · x), which is 1 at 1. */
function squash(x: SymbolicTensor): SymbolicTensor {
  return operations.multiply(operations.tanh(operations.multiply(x, 2 / 3)), 1.7159);
}

/** The mean of 2 x 2 pixels, times a learned factor for each map, plus a learned offset. */
function subsample(x: SymbolicTensor, name: string): SymbolicTensor {
  return squash(
    chain(x, [
      layers.averagePooling2d({ poolSize: 2 }),
      layers.depthwiseConv2d({ kernelSize: 1, depthwiseInitializer: "ones", name }),
    ]),
  );
}

/** The second convolution: sixteen filters of 5 x 5, each of which sees some of the maps. */
function sparseConvolution(x: SymbolicTensor): SymbolicTensor {
  const maps = operations.split(x, 6);
  const filters = table.map((seen, i) => {
    const some = layers.concatenate().apply(seen.map((map) => maps[map]));
    return layers.conv2d({ filters: 1, kernelSize: 5, name: `c3_${i + 1}` }).apply(some);
  });
  return squash(layers.concatenate({ name: "c3" }).apply(filters));
}

/** Digits as pictures of 7 x 12 pixels, a row in each pair of hexadecimal digits. */
const digits = [
  "1c3663636363636363361c00",
  "0c1c3c0c0c0c0c0c0c0c3f00",
  "3e636303060c183060637f00",
  "3e6303031e03030303633e00",
  "060e1e3666667f0606060600",
  "7f6060607e03030303633e00",
  "1e3060607e63636363633e00",
  "7f630306060c0c1818181800",
  "3e6363633e63636363633e00",
  "3e636363633f030303063c00",
];

const pixels = 84;

/**
 * What the 84 units show of each class: the picture of a digit, or at random -1 and 1, as the paper
 * proposes.
 */
function codes(classes: number): number[][] {
  const random = new RandomStream(1998);
  return Array.from({ length: classes }, (_, i) => {
    if (i >= digits.length) {
      return Array.from({ length: pixels }, () => (random.word() < 2 ** 31 ? -1 : 1));
    }
    const rows = digits[i].match(/../g) ?? [];
    return rows.flatMap((row) =>
      [...Number.parseInt(row, 16).toString(2).padStart(7, "0")].map((bit) => 2 * Number(bit) - 1),
    );
  });
}

/**
 * LeNet-5 of the paper, `[N, 32, 32, 1] → [N, classes]`: subsampling with weights, a second
 * convolution whose filters see some of the maps only, and classes whose logit is the negative
 * squared distance of the 84 units from a fixed picture of the digit. Images that are smaller than
 * 32 x 32 get a border of zeros.
 */
export const lenet5of1998 = defineArchitecture({
  ...facts,
  name: "lenet-5-1998",
  title: "LeNet-5 (1998)",
  description: "LeNet-5 to the letter: sparse table, subsampling with weights, radial units",
  inputShape: [32, 32, 1],
  figures: [{ source: "paper", trainableParameters: 60_000 }],
  features: { stage1: "c1", stage2: "c3" },
  body(images) {
    const border = images.shape.slice(0, 2).map((size) => Math.max(0, 32 - size));
    const sides = border.map((size) => [Math.floor(size / 2), Math.ceil(size / 2)] as const);
    const isSmall = border.some((size) => size > 0);
    const large = isSmall
      ? layers.zeroPadding2d({ padding: [sides[0], sides[1]] }).apply(images)
      : images;
    const c1 = layers.conv2d({ filters: 6, kernelSize: 5, name: "c1" }).apply(large);
    const s2 = subsample(squash(c1), "s2");
    const s4 = subsample(sparseConvolution(s2), "s4");
    return squash(layers.conv2d({ filters: 120, kernelSize: 5, name: "c5" }).apply(s4));
  },
  top(x, { classes, activation }) {
    const flat = layers.flatten().apply(x);
    const f6 = squash(layers.dense({ units: pixels, name: "f6" }).apply(flat));
    const each = layers.reshape({ targetShape: [1, pixels] }).apply(f6);
    const apart = operations.square(operations.subtract(each, codes(classes)));
    const logits = operations.negative(operations.sum(apart, { axis: 2 }));
    return layers.activation({ activation, name: "predictions" }).apply(logits);
  },
});
