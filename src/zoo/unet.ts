// U-Net: down to a small image and up again, with a shortcut at each size, to a class for every
// pixel.

import { ShapeError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import { layers } from "../nn/layers/index.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { defineArchitecture } from "./architecture.ts";
import { flagOption, wholeOption, wordOption } from "./option-kinds.ts";
import { chain } from "./parts/chain.ts";
import { activate, convNorm } from "./parts/convolution.ts";
import { unit } from "./preprocessing.ts";

/** The options that only U-Net has. */
export type UnetOptions = {
  readonly filters: number;
  readonly depth: number;
  readonly padding: "same" | "valid";
  readonly batchNormalization: boolean;
  readonly useBias: boolean;
  readonly upSampling: "transposed" | "nearest" | "bilinear";
};

/** Two 3 x 3 convolutions with ReLU; `inner` filters in the first. */
function pair(
  x: SymbolicTensor,
  name: string,
  { filters, inner = filters }: { readonly filters: number; readonly inner?: number },
  { padding, batchNormalization, useBias }: UnetOptions,
): SymbolicTensor {
  return [inner, filters].reduce((y, count, i) => {
    const convolution = { filters: count, kernelSize: 3, padding, useBias } as const;
    const kernelInitializer = "heNormal" as const;
    const conv = `${name}_conv${i + 1}`;
    const activation = `${name}_relu${i + 1}`;
    const names = { conv, norm: `${name}_norm${i + 1}`, activation };
    if (batchNormalization) {
      // Statistics that follow as fast as in PyTorch, where these forms come from.
      const norm = { momentum: 0.9 };
      return chain(y, convNorm({ ...convolution, kernelInitializer, norm, names }));
    }
    return chain(y, [
      layers.conv2d({ ...convolution, kernelInitializer, name: conv }),
      activate("relu", activation),
    ]);
  }, x);
}

/** `x` at twice the height and width. */
function enlarge(x: SymbolicTensor, name: string, filters: number, up: UnetOptions["upSampling"]) {
  if (up === "transposed") {
    return layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2, name }).apply(x);
  }
  if (up === "bilinear") {
    return layers.upSampling2d({ size: 2, interpolation: "bilinear", name }).apply(x);
  }
  return chain(x, [
    layers.upSampling2d({ size: 2, name: `${name}_size` }),
    layers.conv2d({ filters, kernelSize: 2, padding: "same", activation: "relu", name }),
  ]);
}

/** The middle of `x`, as large as `other`. */
function cropped(x: SymbolicTensor, other: SymbolicTensor, name: string): SymbolicTensor {
  const [height, width] = other.shape;
  const isSame = x.shape[0] === height && x.shape[1] === width;
  return isSame ? x : layers.centerCrop({ height, width, name }).apply(x);
}

/**
 * @throws ShapeError where halving the image `depth` times leaves a rest, so that shortcuts would
 * not fit.
 */
function requireHalves({ shape }: SymbolicTensor, { depth, padding }: UnetOptions): void {
  const step = 2 ** depth;
  const fits = padding === "valid" || shape.slice(0, 2).every((size) => size % step === 0);
  if (fits) return;
  throw new ShapeError({
    what: "The images do not fit U-Net: halved again and again, they leave a rest.",
    expected: `height and width that are multiples of ${step}`,
    received: formatShape(shape),
    fix: `resize or pad the images, or choose a smaller depth than ${depth}`,
  });
}

const levels = (depth: number) => Array.from({ length: depth }, (_, i) => i);

/**
 * U-Net, `[N, H, W, C] → [N, H, W, classes]`: by default with as many zeros around images as keep
 * their size. The paper's own has none (`padding: "valid"`) and gives smaller images back. Without
 * its top it ends with the features of each pixel, `[N, H, W, filters]`.
 */
export const unet = defineArchitecture<UnetOptions>({
  name: "unet",
  title: "U-Net",
  family: "U-Net",
  year: 2015,
  paper:
    "Ronneberger, Fischer and Brox, “U-Net: Convolutional Networks for Biomedical Image Segmentation”, MICCAI 2015, arXiv:1505.04597",
  description:
    "A class for every pixel: down to a small image and up again, with shortcuts between",
  inputShape: [256, 256, 1],
  classes: 2,
  options: {
    filters: wholeOption(
      "Filters of the first convolutions; each level below has twice as many.",
      64,
    ),
    depth: wholeOption("How often the image is halved.", 4),
    padding: wordOption("`same` keeps the size of images, `valid` is the paper's.", "same", [
      "same",
      "valid",
    ]),
    batchNormalization: flagOption("Whether each 3 x 3 convolution is normalized.", false),
    useBias: flagOption("Whether 3 x 3 convolutions have biases.", true),
    upSampling: wordOption(
      "How images grow: transposed convolutions, or repeated or interpolated pixels.",
      "transposed",
      ["transposed", "nearest", "bilinear"],
    ),
  },
  preprocess: unit,
  figures: [
    {
      source: "paper",
      options: { inputShape: [572, 572, 1], padding: "valid" },
      parameters: 31_030_658,
    },
    {
      source: "milesial/Pytorch-UNet",
      options: { inputShape: [256, 256, 3], batchNormalization: true, useBias: false },
      trainableParameters: 31_037_698,
    },
    {
      source: "milesial/Pytorch-UNet",
      options: {
        inputShape: [256, 256, 3],
        batchNormalization: true,
        useBias: false,
        upSampling: "bilinear",
      },
      trainableParameters: 17_263_042,
    },
    {
      source: "mateuszbuda/brain-segmentation-pytorch",
      options: {
        inputShape: [256, 256, 3],
        classes: 1,
        filters: 32,
        batchNormalization: true,
        useBias: false,
      },
      trainableParameters: 7_763_041,
    },
  ],
  features: ({ depth }) => ({
    ...Object.fromEntries(levels(depth).map((i) => [`down${i + 1}`, `down${i + 1}_relu2`])),
    middle: "middle_relu2",
    ...Object.fromEntries(levels(depth).map((i) => [`up${depth - i}`, `up${depth - i}_relu2`])),
  }),
  body(images, options) {
    const { filters, depth, upSampling } = options;
    requireHalves(images, options);
    const skipped: SymbolicTensor[] = [];
    let x = images;
    for (const i of levels(depth)) {
      x = pair(x, `down${i + 1}`, { filters: filters * 2 ** i }, options);
      skipped.push(x);
      x = layers.maxPooling2d({ poolSize: 2, name: `down${i + 1}_pool` }).apply(x);
    }
    // Interpolation leaves channels as they are, so the level below ends with half of them.
    const isNarrow = upSampling === "bilinear";
    const bottom = filters * 2 ** depth;
    x = pair(x, "middle", isNarrow ? { filters: bottom / 2 } : { filters: bottom }, options);
    for (const i of levels(depth).reverse()) {
      const name = `up${i + 1}`;
      const width = filters * 2 ** i;
      const grown = enlarge(x, `${name}_sampling`, width, upSampling);
      const beside = cropped(skipped[i], grown, `${name}_crop`);
      x = layers.concatenate({ name: `${name}_concat` }).apply([beside, grown]);
      const inner = isNarrow && i > 0 ? { filters: width / 2, inner: width } : { filters: width };
      x = pair(x, name, inner, options);
    }
    return x;
  },
  top: (x, { classes, activation }) =>
    layers.conv2d({ filters: classes, kernelSize: 1, activation, name: "predictions" }).apply(x),
});
