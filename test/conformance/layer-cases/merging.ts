// Layers that join several inputs.

import type { LayerCase } from "./layer-case.ts";

/** A layer that joins inputs element by element; `pairs` where it takes just two. */
const joining = (pairs = false): LayerCase => ({
  defaults: { given: {}, all: {} },
  samples: [
    { options: {}, input: [3, 4, 2], others: [[3, 4, 2]], output: [3, 4, 2] },
    { options: {}, input: [1, 1, 5], others: [[2, 3, 5]], output: [2, 3, 5] },
    { options: {}, input: [2, 3, 1], others: [[4]], output: [2, 3, 4] },
    ...(pairs ? [] : [{ options: {}, input: [6], others: [[6], [1]], output: [6] }]),
  ],
  misfits: [
    { input: [4] },
    { input: [3, 4, 2], others: [[3, 5, 2]] },
    { input: [3, 4, 2], others: [[3]] },
    ...(pairs ? [{ input: [4], others: [[4], [4]] }] : []),
  ],
  refused: [],
});

export const merging = {
  add: joining(),
  subtract: joining(true),
  multiply: joining(),
  average: joining(),
  maximum: joining(),
  minimum: joining(),
  scaledAdd: {
    ...joining(true),
    defaults: { given: { scale: 0.2 }, all: { scale: 0.2 } },
    samples: joining(true).samples.map((sample) => ({ ...sample, options: { scale: 0.2 } })),
    misfits: joining(true).misfits.map((misfit) => ({ ...misfit, options: { scale: 0.2 } })),
    refused: [{ options: { scale: Number.NaN }, names: "scale" }],
  },
  dot: {
    defaults: { given: { axes: 1 }, all: { axes: 1, normalize: false } },
    samples: [
      { options: { axes: 1 }, input: [5], others: [[5]], output: [1] },
      { options: { axes: 2, normalize: true }, input: [2, 4], others: [[3, 4]], output: [2, 3] },
      { options: { axes: [2, 1] }, input: [3, 4], others: [[4, 2]], output: [3, 2] },
      { options: { axes: -1 }, input: [2, 3, 4], others: [[4]], output: [2, 3] },
    ],
    misfits: [
      { input: [4] },
      { input: [4], others: [[4], [4]] },
      { input: [4], others: [[5]] },
      { options: { axes: 2 }, input: [4], others: [[4]] },
    ],
    refused: [
      { options: { axes: 0 }, names: "axes" },
      { options: { axes: [1, 0.5] }, names: "axes" },
      { options: { normalize: 1 }, names: "normalize" },
    ],
  },
  boxDecoding: {
    defaults: { given: { strides: [4] }, all: { strides: [4] } },
    learningRate: 1e-4,
    samples: [
      { options: { strides: [2] }, input: [2, 3, 5], output: [6, 5] },
      { options: { strides: [1, 2] }, input: [2, 4, 7], others: [[1, 2, 7]], output: [10, 7] },
    ],
    misfits: [
      { input: [4] },
      { input: [2, 3, 4] },
      { input: [2, 2, 6], others: [[1, 1, 6]] },
      { options: { strides: [1, 2] }, input: [2, 2, 6] },
      { options: { strides: [1, 2] }, input: [2, 2, 6], others: [[1, 1, 7]] },
      { options: { strides: [1, 2] }, input: [2, 2, 6], others: [[2, 1, 6]] },
    ],
    refused: [
      { options: { strides: [] }, names: "strides" },
      { options: { strides: [8, 0.5] }, names: "strides" },
      { options: { strides: 8 }, names: "strides" },
    ],
  },
  roiAlign: {
    defaults: {
      given: { outputSize: [2, 2] },
      all: { outputSize: [2, 2], spatialScale: 1, samplingRatio: 2, aligned: false },
    },
    samples: [
      { options: { outputSize: [2, 3] }, input: [4, 5, 2], others: [[3, 4]], output: [3, 2, 3, 2] },
      {
        options: { outputSize: [1, 2], spatialScale: 3, samplingRatio: 3, aligned: true },
        input: [5, 3, 17],
        others: [[2, 4]],
        output: [2, 1, 2, 17],
      },
    ],
    positions: [1],
    misfits: [
      { input: [4, 4, 2] },
      { input: [4, 4], others: [[3, 4]] },
      { input: [4, 4, 2], others: [[3, 5]] },
      { input: [4, 4, 2], others: [[4]] },
    ],
    refused: [
      { options: { outputSize: 2 }, names: "outputSize" },
      { options: { spatialScale: 0 }, names: "spatialScale" },
      { options: { samplingRatio: 0 }, names: "samplingRatio" },
      { options: { aligned: 1 }, names: "aligned" },
    ],
  },
  channelPooling: {
    defaults: { given: {}, all: {} },
    samples: [
      { options: {}, input: [3, 4, 5], output: [3, 4, 2] },
      { options: {}, input: [1, 2, 1], output: [1, 2, 2] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [],
  },
  concatenate: {
    defaults: { given: {}, all: { axis: -1 } },
    samples: [
      {
        options: {},
        input: [3, 4, 2],
        others: [
          [3, 4, 5],
          [3, 4, 1],
        ],
        output: [3, 4, 8],
      },
      { options: { axis: 1 }, input: [2, 3, 2], others: [[4, 3, 2]], output: [6, 3, 2] },
      { options: { axis: -2 }, input: [2, 3, 2], others: [[2, 1, 2]], output: [2, 4, 2] },
      { options: {}, input: [17], others: [[3]], output: [20] },
    ],
    misfits: [
      { input: [4] },
      { input: [3, 4, 2], others: [[3, 5, 2]] },
      { input: [3, 4, 2], others: [[4]] },
      { options: { axis: 3 }, input: [4], others: [[4]] },
      { options: { axis: -3 }, input: [4], others: [[4]] },
    ],
    refused: [
      { options: { axis: 0 }, names: "axis" },
      { options: { axis: 1.5 }, names: "axis" },
    ],
  },
} satisfies Record<string, LayerCase>;
