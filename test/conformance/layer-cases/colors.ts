// Layers that change the colours of images, most of them at random.

import type { LayerCase } from "./layer-case.ts";

const bytes = [0, 255];
/** The numbers that the suite tries. */
const valueRange = [-1, 1];
const image = [4, 3, 3];
const noImage = [{ input: [8] }, { input: [8, 8] }];
const noColors = [...noImage, { input: [8, 8, 2] }];

const badRanges = [
  { options: { valueRange: [1, 0] }, names: "valueRange" },
  { options: { valueRange: 255 }, names: "valueRange" },
];
const badSeed = { options: { seed: 0.5 }, names: "seed" };
/** What a factor within bounds is not. */
function badFactors(names: string, above: number) {
  return [above, "0.5", [0, 0.5, 1], [0, Number.NaN]].map((factor) => ({
    options: { [names]: factor },
    names,
  }));
}

/** A layer with a factor and a range, of images of the same shape. */
function withFactor(
  factor: number,
  others: readonly (number | readonly number[])[],
  misfits: LayerCase["misfits"],
  above = 1.5,
): LayerCase {
  return {
    defaults: { given: { factor }, all: { factor, valueRange: bytes } },
    samples: [
      { options: { factor, valueRange, seed: 3 }, input: image, output: image },
      ...others.map((other) => ({
        options: { factor: other, valueRange },
        input: image,
        output: image,
      })),
    ],
    noisy: true,
    misfits,
    refused: [...badFactors("factor", above), ...badRanges, badSeed],
  };
}

export const colors = {
  randomBrightness: withFactor(0.25, [[-0.1, 0.4]], noImage),
  randomContrast: withFactor(0.25, [[0.1, 0.4]], noImage),
  randomHue: withFactor(0.25, [[0.1, 0.4]], noColors),
  randomSaturation: {
    ...withFactor(0.25, [], noColors),
    samples: [
      { options: { factor: 0.25, seed: 3 }, input: image, output: image, positive: true },
      {
        options: { factor: [0.3, 0.45], valueRange: [0, 1] },
        input: image,
        output: image,
        positive: true,
      },
    ],
  },
  randomColorDegeneration: withFactor(0.25, [[-0.1, 0.4]], noColors),
  randomSharpness: withFactor(0.25, [[0.1, 0.4]], noImage),
  randomPosterization: withFactor(4, [[5, 8], 1], noImage, 9),

  randomGrayscale: {
    defaults: { given: {}, all: { factor: 0.5 } },
    samples: [
      { options: { seed: 3 }, input: image, output: image },
      { options: { factor: 1 }, input: image, output: image },
      { options: { factor: 0.5 }, input: [4, 3, 1], output: [4, 3, 1] },
    ],
    noisy: true,
    misfits: noColors,
    refused: [
      { options: { factor: 1.5 }, names: "factor" },
      { options: { factor: [0, 1] }, names: "factor" },
      badSeed,
    ],
  },
  randomGaussianBlur: {
    defaults: { given: {}, all: { factor: 1, kernelSize: 3, sigma: 1, valueRange: bytes } },
    samples: [
      { options: { valueRange, seed: 3 }, input: image, output: image },
      {
        options: { factor: [1, 1], kernelSize: [5, 3], sigma: [0.5, 2], valueRange },
        input: [6, 5, 2],
        output: [6, 5, 2],
      },
    ],
    noisy: true,
    misfits: noImage,
    refused: [
      ...badFactors("factor", 1.5),
      ...badFactors("sigma", 2),
      { options: { kernelSize: 4 }, names: "kernelSize" },
      { options: { kernelSize: [3, 2] }, names: "kernelSize" },
      ...badRanges,
    ],
  },
  randomInvert: {
    defaults: { given: {}, all: { factor: 1, valueRange: bytes } },
    samples: [
      { options: { valueRange, seed: 3 }, input: image, output: image },
      { options: { factor: [0.5, 0.5], valueRange }, input: [2, 3, 1], output: [2, 3, 1] },
    ],
    noisy: true,
    misfits: noImage,
    refused: [...badFactors("factor", 1.5), ...badRanges, badSeed],
  },
  solarization: {
    defaults: {
      given: {},
      all: { additionFactor: 0, thresholdFactor: 0, valueRange: bytes },
    },
    samples: [
      { options: { valueRange, seed: 3 }, input: image, output: image },
      {
        options: { additionFactor: 0.2, thresholdFactor: [0.3, 0.7], valueRange },
        input: image,
        output: image,
      },
    ],
    noisy: true,
    misfits: noImage,
    refused: [
      ...badFactors("additionFactor", 1.5),
      ...badFactors("thresholdFactor", -0.1),
      ...badRanges,
    ],
  },
  randomErasing: {
    defaults: {
      given: {},
      all: { factor: 1, scale: [0.02, 0.33], fillValue: null, valueRange: bytes },
    },
    samples: [
      { options: { valueRange, seed: 3 }, input: [6, 5, 2], output: [6, 5, 2] },
      {
        options: { factor: [1, 1], scale: 0.5, fillValue: [0.5, 0, 1], valueRange },
        input: [6, 5, 3],
        output: [6, 5, 3],
      },
      { options: { fillValue: 0.5, valueRange }, input: [6, 5, 1], output: [6, 5, 1] },
    ],
    noisy: true,
    misfits: [...noImage, { options: { fillValue: [0, 0, 0] }, input: [4, 4, 1] }],
    refused: [
      ...badFactors("factor", 1.5),
      ...badFactors("scale", 2),
      { options: { fillValue: [0, 1] }, names: "fillValue" },
      { options: { fillValue: "normal" }, names: "fillValue" },
      ...badRanges,
    ],
  },
  randomColorJitter: {
    defaults: {
      given: {},
      all: {
        brightnessFactor: null,
        contrastFactor: null,
        saturationFactor: null,
        hueFactor: null,
        valueRange: bytes,
      },
    },
    samples: [
      {
        options: { brightnessFactor: 0.2, valueRange, seed: 3 },
        input: [4, 3, 1],
        output: [4, 3, 1],
      },
      {
        options: {
          brightnessFactor: 0.1,
          contrastFactor: 0.2,
          saturationFactor: [0.3, 0.6],
          hueFactor: 0.1,
          valueRange: [0, 2],
        },
        input: image,
        output: image,
        positive: true,
      },
    ],
    noisy: true,
    misfits: [...noImage, { options: { hueFactor: 0.1 }, input: [4, 3, 1] }],
    refused: [
      ...badFactors("brightnessFactor", 1.5).map((one) => ({ ...one, names: "factor" })),
      ...badFactors("hueFactor", -0.5).map((one) => ({ ...one, names: "factor" })),
      ...badRanges,
      badSeed,
    ],
  },
  randAugment: {
    defaults: {
      given: {},
      all: { valueRange: bytes, numOps: 2, factor: 0.5, interpolation: "bilinear" },
    },
    samples: [
      { options: { valueRange, seed: 3 }, input: [2, 2, 3], output: [2, 2, 3] },
      {
        options: { valueRange, numOps: 1, factor: [0.1, 0.3] },
        input: [3, 4, 1],
        output: [3, 4, 1],
      },
    ],
    noisy: true,
    misfits: noColors,
    refused: [
      ...badFactors("factor", 1.5),
      ...badRanges,
      { options: { numOps: 0 }, names: "numOps" },
      { options: { interpolation: "bicubic" }, names: "interpolation" },
      badSeed,
    ],
  },
  augMix: {
    defaults: {
      given: {},
      all: {
        valueRange: bytes,
        numChains: 3,
        chainDepth: 3,
        factor: 0.3,
        alpha: 1,
        allOps: true,
        interpolation: "bilinear",
      },
    },
    samples: [
      {
        options: { valueRange, numChains: 2, chainDepth: 1, seed: 3 },
        input: [2, 3, 1],
        output: [2, 3, 1],
      },
      {
        options: { valueRange, numChains: 1, chainDepth: 1, allOps: false },
        input: [3, 2, 3],
        output: [3, 2, 3],
      },
    ],
    noisy: true,
    misfits: noColors,
    refused: [
      ...badFactors("factor", 1.5),
      ...badRanges,
      { options: { numChains: 0 }, names: "numChains" },
      { options: { chainDepth: 30 }, names: "chainDepth" },
      { options: { alpha: 0 }, names: "alpha" },
      { options: { allOps: 1 }, names: "allOps" },
      { options: { interpolation: "bicubic" }, names: "interpolation" },
    ],
  },

  mixUp: {
    defaults: { given: {}, all: { alpha: 0.2 } },
    samples: [
      { options: { seed: 3 }, input: image, output: image },
      { options: { alpha: 1 }, input: [2, 3, 1], output: [2, 3, 1] },
    ],
    noisy: true,
    misfits: noImage,
    refused: [{ options: { alpha: 0 }, names: "alpha" }, badSeed],
  },
  cutMix: {
    defaults: { given: {}, all: { factor: 1 } },
    samples: [
      { options: { seed: 3 }, input: image, output: image },
      { options: { factor: [1, 1] }, input: [5, 6, 1], output: [5, 6, 1] },
    ],
    noisy: true,
    misfits: noImage,
    refused: [...badFactors("factor", 1.5), badSeed],
  },

  equalization: {
    defaults: { given: {}, all: { valueRange: bytes, bins: 256 } },
    samples: [
      { options: { valueRange }, input: [2, 3, 1], output: [2, 3, 1] },
      { options: { valueRange, bins: 17 }, input: image, output: image },
    ],
    misfits: noImage,
    refused: [...badRanges, { options: { bins: 1 }, names: "bins" }],
  },
  autoContrast: {
    defaults: { given: {}, all: { valueRange: bytes } },
    samples: [
      { options: { valueRange }, input: image, output: image },
      { options: { valueRange: [-2, 2] }, input: [1, 1, 2], output: [1, 1, 2] },
    ],
    misfits: noImage,
    refused: badRanges,
  },
  cLAHE: {
    defaults: { given: {}, all: { valueRange: bytes, clipLimit: 4, tileGridSize: [8, 8] } },
    samples: [
      { options: { valueRange, tileGridSize: [1, 2] }, input: [2, 3, 1], output: [2, 3, 1] },
      {
        options: { valueRange, clipLimit: 0, tileGridSize: [2, 1] },
        input: [3, 1, 2],
        output: [3, 1, 2],
      },
    ],
    misfits: [...noImage, { input: [3, 9, 1] }],
    refused: [
      ...badRanges,
      { options: { clipLimit: -1 }, names: "clipLimit" },
      { options: { tileGridSize: 8 }, names: "tileGridSize" },
      { options: { tileGridSize: [0, 8] }, names: "tileGridSize" },
    ],
  },
} satisfies Record<string, LayerCase>;
