// Activation functions.

import { activationNames } from "../../../src/nn/activations.ts";
import type { LayerCase } from "./layer-case.ts";

export const activations = {
  activation: {
    defaults: { given: { activation: "relu" }, all: { activation: "relu" } },
    samples: [
      ...activationNames,
      { name: "leakyRelu", options: { negativeSlope: 0.1 } },
      { name: "elu", options: { alpha: 0.7 } },
      { name: "relu", options: { maxValue: 0.8, negativeSlope: 0.1 } },
      { name: "softmax", options: { axis: 1 } },
    ].map((activation) => ({
      options: { activation },
      input: [2, 3, 4],
      output: activation === "glu" ? [2, 3, 2] : [2, 3, 4],
    })),
    misfits: [{ options: { activation: "glu" }, input: [2, 3] }],
    refused: [
      { options: { activation: "swoosh" }, names: "activation" },
      { options: { activation: { name: "prelu" } }, names: "activation" },
      {
        options: { activation: { name: "leakyRelu", options: { negativeSlope: Number.NaN } } },
        names: "negativeSlope",
      },
    ],
  },

  relu: {
    defaults: { given: {}, all: { negativeSlope: 0, threshold: 0 } },
    samples: [
      { options: {}, input: [3, 4], output: [3, 4] },
      {
        options: { maxValue: 0.7, negativeSlope: 0.3, threshold: 0.2 },
        input: [17],
        output: [17],
      },
      { options: { maxValue: 6 }, input: [2, 2, 3], output: [2, 2, 3] },
    ],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [
      { options: { maxValue: -1 }, names: "maxValue" },
      { options: { negativeSlope: -0.1 }, names: "negativeSlope" },
      { options: { threshold: Number.NaN }, names: "threshold" },
    ],
  },
  leakyRelu: {
    defaults: { given: {}, all: { negativeSlope: 0.3 } },
    samples: [
      { options: {}, input: [3, 4], output: [3, 4] },
      { options: { negativeSlope: 0.01 }, input: [17], output: [17] },
    ],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [{ options: { negativeSlope: Number.NaN }, names: "negativeSlope" }],
  },
  prelu: {
    defaults: { given: {}, all: { alphaInitializer: "zeros" } },
    samples: [
      { options: {}, input: [3, 4], output: [3, 4], weights: { alpha: [3, 4] } },
      {
        options: { sharedAxes: [1, 2], alphaInitializer: "heNormal" },
        input: [2, 3, 5],
        output: [2, 3, 5],
        weights: { alpha: [1, 1, 5] },
      },
    ],
    misfits: [{ options: { sharedAxes: [3] }, input: [4, 4] }],
    refused: [{ options: { alphaInitializer: "zero" }, names: "initializer" }],
  },
  elu: {
    defaults: { given: {}, all: { alpha: 1 } },
    samples: [
      { options: {}, input: [3, 4], output: [3, 4] },
      { options: { alpha: 0.3 }, input: [17], output: [17] },
    ],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [{ options: { alpha: Number.NaN }, names: "alpha" }],
  },
  softmax: {
    defaults: { given: {}, all: { axis: -1 } },
    samples: [
      { options: {}, input: [3, 4], output: [3, 4] },
      { options: { axis: 1 }, input: [3, 4, 2], output: [3, 4, 2] },
      { options: { axis: [1, -1] }, input: [3, 2, 4], output: [3, 2, 4] },
    ],
    misfits: [
      { options: { axis: 0 }, input: [4] },
      { options: { axis: 2 }, input: [4] },
    ],
    refused: [],
  },
} satisfies Record<string, LayerCase>;
