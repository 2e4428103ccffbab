// Layers that move images in training.

import type { LayerCase } from "./layer-case.ts";

const sampling = { interpolation: "bilinear", fillMode: "reflect", fillValue: 0 };
const noImages = [{ input: [8] }, { input: [8, 8] }];
const wrongSampling = [
  { options: { interpolation: "cubic" }, names: "interpolation" },
  { options: { fillMode: "mirror" }, names: "fillMode" },
  { options: { fillValue: Number.NaN }, names: "fillValue" },
  { options: { seed: 0.5 }, names: "seed" },
];
const image = { input: [6, 5, 2], output: [6, 5, 2] };
const grey = { input: [5, 7, 1], output: [5, 7, 1] };

export const geometric = {
  randomFlip: {
    defaults: { given: {}, all: { mode: "horizontalAndVertical" } },
    samples: [
      { options: {}, ...image },
      { options: { mode: "horizontal", seed: 3 }, ...grey },
      { options: { mode: "vertical" }, ...image },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      { options: { mode: "diagonal" }, names: "mode" },
      { options: { seed: 0.5 }, names: "seed" },
    ],
  },
  randomRotation: {
    defaults: { given: { factor: 0.1 }, all: { factor: 0.1, ...sampling } },
    samples: [
      { options: { factor: 0.1 }, ...image },
      { options: { factor: [0, 0.5], fillMode: "constant", fillValue: 0.5 }, ...grey },
      { options: { factor: 0 }, ...grey },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      ...wrongSampling,
      { options: { factor: 1.5 }, names: "factor" },
      { options: { factor: [0, 1, 2] }, names: "factor" },
    ],
  },
  randomTranslation: {
    defaults: {
      given: { heightFactor: 0.1, widthFactor: 0.2 },
      all: { heightFactor: 0.1, widthFactor: 0.2, ...sampling },
    },
    samples: [
      { options: { heightFactor: 0.3, widthFactor: [-0.2, 0.4], fillMode: "wrap" }, ...image },
      { options: { heightFactor: [0, 0.2], widthFactor: 0, interpolation: "nearest" }, ...grey },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      ...wrongSampling,
      { options: { heightFactor: 1.5 }, names: "heightFactor" },
      { options: { widthFactor: Number.NaN }, names: "widthFactor" },
    ],
  },
  randomZoom: {
    defaults: { given: { heightFactor: 0.1 }, all: { heightFactor: 0.1, ...sampling } },
    samples: [
      { options: { heightFactor: 0.3 }, ...image },
      { options: { heightFactor: [-0.5, 0], widthFactor: 0.2, fillMode: "nearest" }, ...grey },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      ...wrongSampling,
      { options: { heightFactor: -1 }, names: "heightFactor" },
      { options: { widthFactor: [0, 2] }, names: "widthFactor" },
    ],
  },
  randomShear: {
    defaults: { given: {}, all: { xFactor: 0, yFactor: 0, ...sampling } },
    samples: [
      { options: { xFactor: 0.3 }, ...image },
      { options: { xFactor: [0.1, 0.3], yFactor: 0.2 }, ...grey },
      { options: {}, ...grey },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      ...wrongSampling,
      { options: { xFactor: -0.5 }, names: "xFactor" },
      { options: { yFactor: 2 }, names: "yFactor" },
    ],
  },
  randomCrop: {
    defaults: { given: { height: 3, width: 4 }, all: { height: 3, width: 4 } },
    samples: [
      { options: { height: 3, width: 4 }, input: [6, 5, 2], output: [3, 4, 2] },
      { options: { height: 5, width: 4, seed: 3 }, input: [5, 7, 1], output: [5, 4, 1] },
      { options: { height: 8, width: 6 }, input: [5, 7, 1], output: [8, 6, 1] },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      { options: { height: 0 }, names: "height" },
      { options: { width: 2.5 }, names: "width" },
      { options: { seed: 0.5 }, names: "seed" },
    ],
  },
  randomPerspective: {
    defaults: {
      given: {},
      all: { factor: 1, scale: 1, interpolation: "bilinear", fillValue: 0 },
    },
    samples: [
      { options: { scale: 0.5 }, ...image },
      { options: { factor: [0.5, 1], fillValue: 0.5 }, ...grey },
      { options: { factor: 0 }, ...grey },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      { options: { factor: 2 }, names: "factor" },
      { options: { scale: -1 }, names: "scale" },
      { options: { interpolation: "cubic" }, names: "interpolation" },
    ],
  },
  randomElasticTransform: {
    defaults: {
      given: {},
      all: { factor: 1, scale: 1, ...sampling, valueRange: [0, 255] },
    },
    samples: [
      { options: { valueRange: [-2, 2] }, ...image },
      { options: { factor: [0.9, 1], scale: [0.5, 1], fillMode: "mirror" }, ...grey },
    ],
    noisy: true,
    misfits: noImages,
    refused: [
      { options: { factor: 2 }, names: "factor" },
      { options: { scale: -1 }, names: "scale" },
      { options: { fillMode: "mirrored" }, names: "fillMode" },
      { options: { valueRange: [1, 0] }, names: "valueRange" },
    ],
  },
} satisfies Record<string, LayerCase>;
