// Normalisations.

import type { LayerCase } from "./layer-case.ts";

export const normalizations = {
  batchNormalization: {
    defaults: {
      given: {},
      all: {
        axis: -1,
        momentum: 0.99,
        epsilon: 1e-3,
        center: true,
        scale: true,
        betaInitializer: "zeros",
        gammaInitializer: "ones",
        movingMeanInitializer: "zeros",
        movingVarianceInitializer: "ones",
      },
    },
    samples: [
      {
        options: {},
        input: [3, 4, 5],
        output: [3, 4, 5],
        weights: { gamma: [5], beta: [5], moving_mean: [5], moving_variance: [5] },
      },
      {
        options: { center: false, momentum: 0.5, epsilon: 0.1 },
        input: [6],
        output: [6],
        weights: { gamma: [6], moving_mean: [6], moving_variance: [6] },
      },
      {
        options: { scale: false },
        input: [2, 2, 1],
        output: [2, 2, 1],
        weights: { beta: [1], moving_mean: [1], moving_variance: [1] },
      },
      {
        options: { axis: 1, gammaInitializer: "heNormal" },
        input: [4, 3],
        output: [4, 3],
        weights: { gamma: [4], beta: [4], moving_mean: [4], moving_variance: [4] },
      },
    ],
    statistics: ["moving_mean", "moving_variance"],
    misfits: [{ input: [] }, { options: { axis: 3 }, input: [4, 3] }],
    refused: [
      { options: { momentum: 1.1 }, names: "momentum" },
      { options: { momentum: Number.NaN }, names: "momentum" },
      { options: { epsilon: 0 }, names: "epsilon" },
      { options: { movingMeanInitializer: "zero" }, names: "initializer" },
    ],
  },

  layerNormalization: {
    defaults: {
      given: {},
      all: {
        axis: -1,
        epsilon: 1e-3,
        center: true,
        scale: true,
        betaInitializer: "zeros",
        gammaInitializer: "ones",
      },
    },
    samples: [
      {
        options: {},
        input: [3, 2, 5],
        output: [3, 2, 5],
        weights: { gamma: [5], beta: [5] },
      },
      {
        options: { axis: [3, 1], center: false, epsilon: 0.1 },
        input: [3, 2, 5],
        output: [3, 2, 5],
        weights: { gamma: [3, 5] },
      },
      { options: { axis: 1, scale: false }, input: [6], output: [6], weights: { beta: [6] } },
    ],
    misfits: [
      { input: [] },
      { options: { axis: 2 }, input: [5] },
      { options: { axis: 0 }, input: [5] },
      { options: { axis: [1, -2] }, input: [5, 3] },
    ],
    refused: [
      { options: { epsilon: 0 }, names: "epsilon" },
      { options: { gammaInitializer: "one" }, names: "initializer" },
    ],
  },
  groupNormalization: {
    defaults: {
      given: {},
      all: {
        groups: 32,
        axis: -1,
        epsilon: 1e-3,
        center: true,
        scale: true,
        betaInitializer: "zeros",
        gammaInitializer: "ones",
      },
    },
    samples: [
      {
        options: { groups: 2 },
        input: [3, 2, 6],
        output: [3, 2, 6],
        weights: { gamma: [6], beta: [6] },
      },
      {
        options: { groups: -1, center: false },
        input: [3, 2, 5],
        output: [3, 2, 5],
        weights: { gamma: [5] },
      },
      {
        options: { groups: 2, axis: 1, scale: false },
        input: [4, 3],
        output: [4, 3],
        weights: { beta: [4] },
      },
    ],
    misfits: [
      { input: [4, 4, 33] },
      { options: { groups: 2, axis: 1 }, input: [3, 4] },
      { options: { groups: 1, axis: 4 }, input: [3, 4] },
    ],
    refused: [
      { options: { groups: 0 }, names: "groups" },
      { options: { groups: -2 }, names: "groups" },
      { options: { epsilon: -1 }, names: "epsilon" },
      { options: { betaInitializer: "zero" }, names: "initializer" },
    ],
  },
  rmsNormalization: {
    defaults: { given: {}, all: { axis: -1, epsilon: 1e-6 } },
    samples: [
      { options: {}, input: [3, 2, 5], output: [3, 2, 5], weights: { scale: [5] } },
      {
        options: { axis: [1, 2], epsilon: 0.1 },
        input: [3, 2],
        output: [3, 2],
        weights: { scale: [3, 2] },
      },
    ],
    misfits: [{ options: { axis: 2 }, input: [5] }],
    refused: [{ options: { epsilon: 0 }, names: "epsilon" }],
  },
  unitNormalization: {
    defaults: { given: {}, all: { axis: -1 } },
    samples: [
      { options: {}, input: [3, 2, 5], output: [3, 2, 5] },
      { options: { axis: [1, 2] }, input: [3, 2], output: [3, 2] },
    ],
    misfits: [{ options: { axis: 0 }, input: [5] }],
    refused: [],
  },
  normalization: {
    defaults: { given: {}, all: { axis: -1, invert: false } },
    samples: [
      {
        options: { mean: [0.5, -1, 0], variance: [4, 1, 0.25] },
        input: [2, 4, 3],
        output: [2, 4, 3],
      },
      {
        options: { axis: [1, 3], mean: [0.5, -1, 0], variance: [4, 1, 0.25] },
        input: [2, 4, 3],
        output: [2, 4, 3],
      },
      {
        options: { axis: null, mean: 0.5, variance: 2, invert: true },
        input: [5],
        output: [5],
      },
      {
        options: { axis: null },
        input: [5],
        output: [5],
        weights: { mean: [], variance: [] },
      },
      {
        options: { axis: [1, 2] },
        input: [2, 3],
        output: [2, 3],
        weights: { mean: [2, 3], variance: [2, 3] },
      },
    ],
    fixed: ["mean", "variance"],
    misfits: [
      { options: { axis: 2 }, input: [5] },
      { options: { mean: [1, 2], variance: [1, 1] }, input: [5] },
    ],
    refused: [
      { options: { mean: 1 }, names: "variance" },
      { options: { mean: [1, 2], variance: [1] }, names: "variance" },
      { options: { mean: 1, variance: -1 }, names: "variance" },
      { options: { mean: Number.NaN, variance: 1 }, names: "mean" },
    ],
  },
} satisfies Record<string, LayerCase>;
