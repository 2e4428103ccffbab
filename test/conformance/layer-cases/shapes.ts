// Layers that move elements about.

import type { LayerCase } from "./layer-case.ts";

export const shapes = {
  flatten: {
    defaults: { given: {}, all: {} },
    samples: [
      { options: {}, input: [3, 4, 2], output: [24] },
      { options: {}, input: [5], output: [5] },
    ],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [],
  },

  activityRegularization: {
    defaults: { given: {}, all: { l1: 0, l2: 0 } },
    samples: [{ options: { l1: 0.01, l2: 0.02 }, input: [3, 4, 2], output: [3, 4, 2] }],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [
      { options: { l1: -1 }, names: "l1" },
      { options: { l2: Number.NaN }, names: "l2" },
    ],
  },
  layerScale: {
    defaults: {
      given: { initValues: 1e-6, projectionDim: 4 },
      all: { initValues: 1e-6, projectionDim: 4 },
    },
    samples: [
      {
        options: { initValues: 0.1, projectionDim: 4 },
        input: [2, 3, 4],
        output: [2, 3, 4],
        weights: { gamma: [4] },
      },
    ],
    misfits: [{ input: [3] }],
    refused: [
      { options: { initValues: Number.NaN }, names: "initValues" },
      { options: { projectionDim: 0 }, names: "projectionDim" },
    ],
  },
  timeDistributed: {
    defaults: {
      given: { layer: { kind: "flatten", options: {} } },
      all: { layer: { kind: "flatten", options: {} } },
    },
    samples: [
      {
        options: {
          layer: { kind: "conv2d", options: { filters: 2, kernelSize: 2, activation: "tanh" } },
        },
        input: [2, 3, 3, 1],
        output: [2, 2, 2, 2],
        weights: { kernel: [2, 2, 1, 2], bias: [2] },
      },
      {
        options: { layer: { kind: "globalAveragePooling2d", options: {} } },
        input: [3, 2, 2, 4],
        output: [3, 4],
      },
      {
        options: { layer: { kind: "batchNormalization", options: { momentum: 0.8 } } },
        input: [2, 3, 4],
        output: [2, 3, 4],
        weights: { gamma: [4], beta: [4], moving_mean: [4], moving_variance: [4] },
      },
    ],
    statistics: ["moving_mean", "moving_variance"],
    misfits: [
      { input: [4] },
      { options: { layer: { kind: "maxPooling2d", options: {} } }, input: [4, 4] },
    ],
    refused: [
      { options: { layer: 3 }, names: "layer" },
      { options: { layer: { kind: "dens", options: {} } }, names: "dens" },
    ],
  },
  spectralNormalization: {
    defaults: {
      given: { layer: { kind: "dense", options: { units: 3 } } },
      all: {
        layer: {
          kind: "dense",
          options: {
            kernelInitializer: "glorotUniform",
            units: 3,
            activation: "linear",
            useBias: true,
            biasInitializer: "zeros",
          },
        },
        powerIterations: 1,
      },
    },
    samples: [
      {
        options: { layer: { kind: "dense", options: { units: 3 } } },
        input: [2, 4],
        output: [2, 3],
        weights: { kernel: [4, 3], vector_u: [1, 3], bias: [3] },
      },
      {
        options: {
          layer: { kind: "conv2d", options: { filters: 2, kernelSize: 2, activation: "tanh" } },
          powerIterations: 3,
        },
        input: [3, 3, 1],
        output: [2, 2, 2],
        weights: { kernel: [2, 2, 1, 2], vector_u: [1, 2], bias: [2] },
      },
      {
        options: {
          layer: {
            kind: "conv2dTranspose",
            options: { filters: 2, kernelSize: 2, useBias: false },
          },
        },
        input: [3, 3, 3],
        output: [4, 4, 2],
        weights: { kernel: [2, 2, 2, 3], vector_u: [1, 3] },
      },
    ],
    statistics: ["vector_u"],
    replaced: ["kernel"],
    misfits: [
      {
        options: { layer: { kind: "conv2d", options: { filters: 1, kernelSize: 1 } } },
        input: [4],
      },
    ],
    refused: [
      { options: { layer: "dense" }, names: "layer" },
      { options: { powerIterations: 0 }, names: "powerIterations" },
    ],
  },
  identity: {
    defaults: { given: {}, all: {} },
    samples: [{ options: {}, input: [3, 4, 2], output: [3, 4, 2] }],
    misfits: [],
    fitsAll: "it works on any shape",
    refused: [],
  },
  reshape: {
    defaults: { given: { targetShape: [-1] }, all: { targetShape: [-1] } },
    samples: [
      { options: { targetShape: [2, 6] }, input: [3, 4], output: [2, 6] },
      { options: { targetShape: [2, -1, 3] }, input: [12], output: [2, 2, 3] },
    ],
    misfits: [
      { options: { targetShape: [5] }, input: [4] },
      { options: { targetShape: [3, -1] }, input: [4] },
      { options: { targetShape: [8, -1] }, input: [4] },
    ],
    refused: [
      { options: { targetShape: [-1, -1] }, names: "targetShape" },
      { options: { targetShape: [0, 2] }, names: "targetShape" },
      { options: { targetShape: [] }, names: "targetShape" },
    ],
  },
  permute: {
    defaults: { given: { dims: [2, 1] }, all: { dims: [2, 1] } },
    samples: [
      { options: { dims: [2, 1] }, input: [3, 4], output: [4, 3] },
      { options: { dims: [3, 1, 2] }, input: [2, 3, 5], output: [5, 2, 3] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8, 1] }],
    refused: [
      { options: { dims: [0, 1] }, names: "dims" },
      { options: { dims: [1, 1] }, names: "dims" },
      { options: { dims: [] }, names: "dims" },
    ],
  },
  zeroPadding2d: {
    defaults: {
      given: {},
      all: {
        padding: [
          [1, 1],
          [1, 1],
        ],
      },
    },
    samples: [
      { options: {}, input: [2, 3, 5], output: [4, 5, 5] },
      { options: { padding: [0, 2] }, input: [2, 3, 1], output: [2, 7, 1] },
      {
        options: {
          padding: [
            [1, 0],
            [0, 3],
          ],
        },
        input: [2, 2, 3],
        output: [3, 5, 3],
      },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [
      { options: { padding: -1 }, names: "padding" },
      { options: { padding: [1, 0.5] }, names: "padding" },
    ],
  },
  cropping2d: {
    defaults: {
      given: {},
      all: {
        cropping: [
          [0, 0],
          [0, 0],
        ],
      },
    },
    samples: [
      { options: { cropping: 1 }, input: [4, 3, 5], output: [2, 1, 5] },
      {
        options: {
          cropping: [
            [1, 0],
            [0, 2],
          ],
        },
        input: [4, 4, 2],
        output: [3, 2, 2],
      },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }, { options: { cropping: 2 }, input: [5, 4, 1] }],
    refused: [
      { options: { cropping: -1 }, names: "cropping" },
      { options: { cropping: [1, 0.5] }, names: "cropping" },
    ],
  },
  repeatVector: {
    defaults: { given: { n: 2 }, all: { n: 2 } },
    samples: [{ options: { n: 3 }, input: [5], output: [3, 5] }],
    misfits: [{ input: [4, 4] }, { input: [4, 4, 1] }],
    refused: [{ options: { n: 0 }, names: "n" }],
  },
  zeroPadding1d: {
    defaults: { given: {}, all: { padding: [1, 1] } },
    samples: [
      { options: {}, input: [3, 5], output: [5, 5] },
      { options: { padding: [0, 2] }, input: [3, 2], output: [5, 2] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8, 1] }],
    refused: [{ options: { padding: -1 }, names: "padding" }],
  },
  cropping1d: {
    defaults: { given: {}, all: { cropping: [1, 1] } },
    samples: [
      { options: {}, input: [5, 3], output: [3, 3] },
      { options: { cropping: [2, 0] }, input: [4, 2], output: [2, 2] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8, 1] }, { input: [2, 3] }],
    refused: [{ options: { cropping: [0, 0.5] }, names: "cropping" }],
  },
} satisfies Record<string, LayerCase>;
