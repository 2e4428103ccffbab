// Layers that draw numbers in training.

import type { LayerCase } from "./layer-case.ts";

export const random = {
  dropout: {
    defaults: { given: { rate: 0.5 }, all: { rate: 0.5 } },
    samples: [
      { options: { rate: 0.25, seed: 3 }, input: [4, 3, 2], output: [4, 3, 2] },
      { options: { rate: 0 }, input: [7], output: [7] },
      { options: { rate: 0.5, noiseShape: [null, 1, 3] }, input: [4, 3], output: [4, 3] },
    ],
    noisy: true,
    misfits: [
      { options: { noiseShape: [null, 2] }, input: [3] },
      { options: { noiseShape: [null, null] }, input: [3, 3] },
    ],
    refused: [
      { options: { rate: 1 }, names: "rate" },
      { options: { rate: -0.1 }, names: "rate" },
      { options: { rate: Number.NaN }, names: "rate" },
    ],
  },

  stochasticDepth: {
    defaults: { given: { dropPathRate: 0.5 }, all: { dropPathRate: 0.5 } },
    samples: [
      { options: { dropPathRate: 0.25 }, input: [3, 2, 5], output: [3, 2, 5] },
      { options: { dropPathRate: 0 }, input: [4], output: [4] },
    ],
    noisy: true,
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [
      { options: { dropPathRate: 1 }, names: "dropPathRate" },
      { options: { dropPathRate: -0.1 }, names: "dropPathRate" },
    ],
  },

  spatialDropout2d: {
    defaults: { given: { rate: 0.5 }, all: { rate: 0.5 } },
    samples: [
      { options: { rate: 0.25, seed: 3 }, input: [3, 2, 5], output: [3, 2, 5] },
      { options: { rate: 0 }, input: [2, 2, 1], output: [2, 2, 1] },
    ],
    noisy: true,
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [
      { options: { rate: 1 }, names: "rate" },
      { options: { rate: -0.1 }, names: "rate" },
      { options: { rate: Number.NaN }, names: "rate" },
    ],
  },
  spatialDropout1d: {
    defaults: { given: { rate: 0.5 }, all: { rate: 0.5 } },
    samples: [
      { options: { rate: 0.25, seed: 3 }, input: [3, 5], output: [3, 5] },
      { options: { rate: 0 }, input: [2, 1], output: [2, 1] },
    ],
    noisy: true,
    misfits: [{ input: [8] }, { input: [8, 8, 1] }],
    refused: [
      { options: { rate: 1 }, names: "rate" },
      { options: { rate: -0.1 }, names: "rate" },
      { options: { rate: Number.NaN }, names: "rate" },
    ],
  },
  alphaDropout: {
    defaults: { given: { rate: 0.5 }, all: { rate: 0.5 } },
    samples: [
      { options: { rate: 0.25, seed: 3 }, input: [3, 2, 5], output: [3, 2, 5] },
      { options: { rate: 0 }, input: [7], output: [7] },
      { options: { rate: 0.2, noiseShape: [1, null, 1] }, input: [4, 3], output: [4, 3] },
    ],
    noisy: true,
    misfits: [{ options: { noiseShape: [null, 2] }, input: [3] }],
    refused: [
      { options: { rate: 1 }, names: "rate" },
      { options: { rate: -0.1 }, names: "rate" },
      { options: { rate: Number.NaN }, names: "rate" },
    ],
  },
  gaussianDropout: {
    defaults: { given: { rate: 0.5 }, all: { rate: 0.5 } },
    samples: [
      { options: { rate: 0.25, seed: 3 }, input: [3, 2, 5], output: [3, 2, 5] },
      { options: { rate: 0 }, input: [7], output: [7] },
    ],
    noisy: true,
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [
      { options: { rate: 1 }, names: "rate" },
      { options: { rate: -0.1 }, names: "rate" },
      { options: { rate: Number.NaN }, names: "rate" },
    ],
  },
  gaussianNoise: {
    defaults: { given: { stddev: 0.5 }, all: { stddev: 0.5 } },
    samples: [
      { options: { stddev: 0.25, seed: 3 }, input: [3, 2, 5], output: [3, 2, 5] },
      { options: { stddev: 0 }, input: [7], output: [7] },
    ],
    noisy: true,
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [
      { options: { stddev: 1.5 }, names: "stddev" },
      { options: { stddev: -0.1 }, names: "stddev" },
      { options: { stddev: Number.NaN }, names: "stddev" },
    ],
  },
} satisfies Record<string, LayerCase>;
