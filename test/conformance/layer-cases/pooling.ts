// Pooling.

import type { LayerCase } from "./layer-case.ts";

const window = { poolSize: [2, 2], strides: [2, 2], padding: "valid" };

const pool: LayerCase = {
  defaults: { given: {}, all: window },
  samples: [
    { options: {}, input: [5, 7, 3], output: [2, 3, 3] },
    { options: { padding: "same" }, input: [5, 7, 6], output: [3, 4, 6] },
    { options: { poolSize: 3, strides: 1 }, input: [3, 4, 1], output: [1, 2, 1] },
    { options: { poolSize: [1, 3], strides: [2, 3] }, input: [4, 6, 2], output: [2, 2, 2] },
    {
      options: { poolSize: 3, padding: { top: 1, bottom: 2, left: 0, right: 1 } },
      input: [4, 5, 2],
      output: [2, 2, 2],
    },
  ],
  misfits: [
    { input: [8] },
    { input: [8, 8] },
    { options: { poolSize: 9 }, input: [8, 8, 1] },
    { options: { poolSize: [2, 9] }, input: [8, 8, 1] },
  ],
  refused: [
    { options: { poolSize: 0 }, names: "poolSize" },
    { options: { poolSize: [2, 1.5] }, names: "poolSize" },
    { options: { strides: -1 }, names: "strides" },
    { options: { padding: "full" }, names: "padding" },
    { options: { padding: { top: -1, bottom: 0, left: 0, right: 0 } }, names: "padding" },
    { options: { padding: { top: 0, bottom: 2, left: 0, right: 0 } }, names: "padding" },
  ],
};

const alongOneAxis: LayerCase = {
  defaults: { given: {}, all: { poolSize: 2, strides: 2, padding: "valid" } },
  samples: [
    { options: {}, input: [7, 3], output: [3, 3] },
    { options: { padding: "same", poolSize: 3, strides: 2 }, input: [6, 5], output: [3, 5] },
    { options: { poolSize: 3, strides: 1 }, input: [4, 1], output: [2, 1] },
  ],
  misfits: [{ input: [8] }, { input: [8, 8, 1] }, { options: { poolSize: 9 }, input: [8, 1] }],
  refused: [
    { options: { poolSize: 0 }, names: "poolSize" },
    { options: { strides: -1 }, names: "strides" },
    { options: { padding: "full" }, names: "padding" },
  ],
};

const globalAlongOneAxis: LayerCase = {
  defaults: { given: {}, all: { keepDimensions: false } },
  samples: [
    { options: {}, input: [5, 6], output: [6] },
    { options: { keepDimensions: true }, input: [4, 1], output: [1, 1] },
  ],
  misfits: [{ input: [8] }, { input: [8, 8, 1] }],
  refused: [],
};

const adaptive: LayerCase = {
  defaults: { given: { outputSize: 2 }, all: { outputSize: [2, 2] } },
  samples: [
    { options: { outputSize: 2 }, input: [4, 6, 3], output: [2, 2, 3] },
    { options: { outputSize: [3, 1] }, input: [7, 5, 2], output: [3, 1, 2] },
    { options: { outputSize: [4, 5] }, input: [3, 5, 1], output: [4, 5, 1] },
  ],
  misfits: [{ input: [8] }, { input: [8, 8] }],
  refused: [
    { options: { outputSize: 0 }, names: "outputSize" },
    { options: { outputSize: [2, 0.5] }, names: "outputSize" },
  ],
};

export const pooling = {
  maxPooling2d: pool,
  averagePooling2d: pool,
  globalAveragePooling2d: {
    defaults: { given: {}, all: { keepDimensions: false } },
    samples: [
      { options: {}, input: [3, 5, 6], output: [6] },
      { options: { keepDimensions: true }, input: [1, 4, 1], output: [1, 1, 1] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [],
  },

  globalMaxPooling2d: {
    defaults: { given: {}, all: { keepDimensions: false } },
    samples: [
      { options: {}, input: [3, 5, 6], output: [6] },
      { options: { keepDimensions: true }, input: [1, 4, 1], output: [1, 1, 1] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [],
  },
  maxPooling1d: alongOneAxis,
  averagePooling1d: alongOneAxis,
  globalMaxPooling1d: globalAlongOneAxis,
  globalAveragePooling1d: globalAlongOneAxis,
  adaptiveMaxPooling2d: adaptive,
  adaptiveAveragePooling2d: adaptive,
} satisfies Record<string, LayerCase>;
