// Layers that work on the size and the units of images.

import type { LayerCase } from "./layer-case.ts";

export const images = {
  upSampling2d: {
    defaults: { given: {}, all: { size: [2, 2], interpolation: "nearest" } },
    samples: [
      { options: {}, input: [2, 3, 5], output: [4, 6, 5] },
      { options: { size: [1, 3] }, input: [2, 3, 1], output: [2, 9, 1] },
      { options: { size: [3, 2], interpolation: "bilinear" }, input: [2, 3, 2], output: [6, 6, 2] },
      { options: { interpolation: "bilinear" }, input: [1, 2, 17], output: [2, 4, 17] },
      ...["bicubic", "lanczos3", "lanczos5", "area"].map((interpolation) => ({
        options: { interpolation },
        input: [4, 3, 2],
        output: [8, 6, 2],
      })),
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [
      { options: { size: 0 }, names: "size" },
      { options: { interpolation: "cubic" }, names: "interpolation" },
    ],
  },
  upSampling1d: {
    defaults: { given: {}, all: { size: 2 } },
    samples: [
      { options: {}, input: [3, 5], output: [6, 5] },
      { options: { size: 3 }, input: [2, 1], output: [6, 1] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8, 1] }],
    refused: [{ options: { size: 0 }, names: "size" }],
  },
  resizing: {
    defaults: {
      given: { height: 4, width: 5 },
      all: {
        height: 4,
        width: 5,
        interpolation: "bilinear",
        cropToAspectRatio: false,
        padToAspectRatio: false,
        fillValue: 0,
        antialias: false,
      },
    },
    samples: [
      { options: { height: 4, width: 5 }, input: [7, 3, 2], output: [4, 5, 2] },
      {
        options: { height: 5, width: 2, interpolation: "nearest" },
        input: [3, 4, 17],
        output: [5, 2, 17],
      },
      { options: { height: 2, width: 3, antialias: true }, input: [5, 4, 1], output: [2, 3, 1] },
      ...["bicubic", "lanczos3", "lanczos5", "area"].map((interpolation) => ({
        options: { height: 3, width: 7, interpolation },
        input: [5, 4, 1],
        output: [3, 7, 1],
      })),
      ...["bicubic", "lanczos3"].map((interpolation) => ({
        options: { height: 3, width: 2, interpolation, antialias: true },
        input: [5, 6, 1],
        output: [3, 2, 1],
      })),
      {
        options: { height: 3, width: 3, cropToAspectRatio: true },
        input: [4, 6, 2],
        output: [3, 3, 2],
      },
      {
        options: { height: 3, width: 3, padToAspectRatio: true, fillValue: 0.5 },
        input: [6, 4, 2],
        output: [3, 3, 2],
      },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [
      { options: { height: 0 }, names: "height" },
      { options: { width: 1.5 }, names: "width" },
      { options: { interpolation: "mitchell" }, names: "interpolation" },
      { options: { fillValue: Number.NaN }, names: "fillValue" },
      { options: { cropToAspectRatio: true, padToAspectRatio: true }, names: "padToAspectRatio" },
    ],
  },
  centerCrop: {
    defaults: { given: { height: 4, width: 5 }, all: { height: 4, width: 5 } },
    samples: [
      { options: { height: 2, width: 3 }, input: [5, 4, 2], output: [2, 3, 2] },
      { options: { height: 4, width: 3 }, input: [3, 5, 2], output: [4, 3, 2] },
    ],
    misfits: [{ input: [8] }, { input: [8, 8] }],
    refused: [
      { options: { height: 0 }, names: "height" },
      { options: { width: -1 }, names: "width" },
    ],
  },
  pipeline: {
    defaults: {
      given: { layers: [{ kind: "rescaling", options: { scale: 2 } }] },
      all: { layers: [{ kind: "rescaling", options: { scale: 2, offset: 0 } }] },
    },
    samples: [
      {
        options: {
          layers: [
            { kind: "randomGrayscale", options: { factor: 0.5 } },
            { kind: "resizing", options: { height: 2, width: 3 } },
            { kind: "rescaling", options: { scale: 0.5, offset: -1 } },
          ],
        },
        input: [4, 3, 3],
        output: [2, 3, 3],
      },
      {
        options: { layers: [{ kind: "centerCrop", options: { height: 2, width: 2 } }] },
        input: [4, 3, 1],
        output: [2, 2, 1],
      },
    ],
    noisy: true,
    misfits: [
      {
        options: { layers: [{ kind: "centerCrop", options: { height: 2, width: 2 } }] },
        input: [8],
      },
    ],
    refused: [
      { options: { layers: [] }, names: "layers" },
      { options: { layers: [3] }, names: "layers" },
      { options: { layers: "rescaling" }, names: "layers" },
    ],
  },
  rescaling: {
    defaults: { given: { scale: 2 }, all: { scale: 2, offset: 0 } },
    samples: [
      { options: { scale: 0.5, offset: -1 }, input: [3, 4], output: [3, 4] },
      { options: { scale: [1, 2, 3], offset: [0, -1, 0.5] }, input: [2, 3], output: [2, 3] },
    ],
    misfits: [{ options: { scale: [1, 2] }, input: [3] }],
    refused: [
      { options: { scale: Number.NaN }, names: "scale" },
      { options: { scale: [] }, names: "scale" },
      { options: { offset: [1, Infinity] }, names: "offset" },
    ],
  },
} satisfies Record<string, LayerCase>;
