// What people say to `imageDataGenerator`, and whether it can be used.

import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireOption,
  requireWord,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import type { ShiftRange, TransformRanges } from "./random-transform.ts";

/** The options of Keras's `ImageDataGenerator`. */
export interface ImageDataGeneratorOptions {
  /** Subtracts the mean of each channel over all examples, which `fit` finds. Default: false. */
  readonly featurewiseCenter?: boolean;
  /** Subtracts each image's own mean. Default: false. */
  readonly samplewiseCenter?: boolean;
  /** Divides by the standard deviation of each channel over all examples. Default: false. */
  readonly featurewiseStdNormalization?: boolean;
  /** Divides by each image's own standard deviation. Default: false. */
  readonly samplewiseStdNormalization?: boolean;
  /** Makes pixels uncorrelated by a matrix that `fit` finds. Default: false. */
  readonly zcaWhitening?: boolean;
  /** What keeps small variances from being blown up by whitening. Default: 1e-6. */
  readonly zcaEpsilon?: number;
  /** Degrees from 0 to 180 for a rotation by −r to r. Default: 0. */
  readonly rotationRange?: number;
  /**
   * How far images move sideways: below 1 a part of the width, else pixels; or distances to choose from, to
   * either side. Default: 0.
   */
  readonly widthShiftRange?: ShiftRange;
  /** How far images move up and down, in the same way. Default: 0. */
  readonly heightShiftRange?: ShiftRange;
  /** The lowest and the highest factor that values are multiplied by, as bytes. Default: none. */
  readonly brightnessRange?: readonly [number, number];
  /** Degrees for a shear by −s to s. Default: 0. */
  readonly shearRange?: number;
  /** z for `[1 − z, 1 + z]`, or the lowest and the highest zoom; above 1 images shrink. Default: 0. */
  readonly zoomRange?: number | readonly [number, number];
  /** How much is added to all values, from −c to c. Default: 0. */
  readonly channelShiftRange?: number;
  /**
   * What is shown beyond the border: `nearest` the border itself, `constant` the number `cval`, `reflect` the
   * image backwards, with the border twice, `wrap` the image again. Default: `nearest`.
   */
  readonly fillMode?: "nearest" | "constant" | "reflect" | "wrap";
  /** What `constant` fills with. Default: 0. */
  readonly cval?: number;
  /** Whether half of the images have left and right swapped. Default: false. */
  readonly horizontalFlip?: boolean;
  /** Whether half of the images have top and bottom swapped. Default: false. */
  readonly verticalFlip?: boolean;
  /** What values are multiplied by, after all changes. Default: 1. */
  readonly rescale?: number;
  /** Makes an image `[H, W, C]` of one, before it is rescaled. Default: none. */
  readonly preprocessingFunction?: (image: Tensor<Float32Array>) => Tensor;
  /** The share of the examples, from the first on, that is the subset `validation`. Default: 0. */
  readonly validationSplit?: number;
  /** 0 for the nearest pixel, 1 for linear interpolation. Default: 1. */
  readonly interpolationOrder?: 0 | 1;
  /** What all draws follow from. Default: 0. */
  readonly seed?: number;
}

export interface FlowOptions {
  /** What the draws follow from. Default: the generator's seed. */
  readonly seed?: number;
  /** Which part of the examples, as `validationSplit` divides them. Default: all. */
  readonly subset?: "training" | "validation";
}

export interface FolderFlowOptions extends FlowOptions {
  /** Height and width that every picture gets. Default: `[256, 256]`. */
  readonly targetSize?: readonly [number, number];
  /** Three channels or one. Default: `rgb`. */
  readonly colorMode?: "rgb" | "grayscale";
  /** The classes in the order of their numbers. Default: the folders, by name. */
  readonly classes?: readonly string[];
  /**
   * How targets come: `categorical` as rows `[N, K]`, `sparse` as class numbers `[N]`, `binary` as 0 and 1
   * `[N, 1]`, or null for none. Default: `categorical`.
   */
  readonly classMode?: "categorical" | "sparse" | "binary" | null;
  /** How pixels between pixels are computed. Default: `nearest`. */
  readonly interpolation?: "nearest" | "bilinear" | "bicubic";
}

export interface GeneratorFitOptions {
  /** Whether statistics are those of changed images. Default: false. */
  readonly augment?: boolean;
  /** How often each image is changed then. Default: 1. */
  readonly rounds?: number;
  /** What the draws follow from. Default: the generator's own. */
  readonly seed?: number;
}

/** All options, defaults filled in. */
export interface GeneratorSettings extends TransformRanges {
  readonly featurewiseCenter: boolean;
  readonly samplewiseCenter: boolean;
  readonly featurewiseStdNormalization: boolean;
  readonly samplewiseStdNormalization: boolean;
  readonly zcaWhitening: boolean;
  readonly zcaEpsilon: number;
  readonly fillMode: "nearest" | "constant" | "reflect" | "wrap";
  readonly cval: number;
  readonly rescale: number;
  readonly preprocessingFunction: ImageDataGeneratorOptions["preprocessingFunction"];
  readonly validationSplit: number;
  readonly interpolationOrder: 0 | 1;
  readonly seed: number;
}

const names: OptionNames<ImageDataGeneratorOptions> = {
  featurewiseCenter: true,
  samplewiseCenter: true,
  featurewiseStdNormalization: true,
  samplewiseStdNormalization: true,
  zcaWhitening: true,
  zcaEpsilon: true,
  rotationRange: true,
  widthShiftRange: true,
  heightShiftRange: true,
  brightnessRange: true,
  shearRange: true,
  zoomRange: true,
  channelShiftRange: true,
  fillMode: true,
  cval: true,
  horizontalFlip: true,
  verticalFlip: true,
  rescale: true,
  preprocessingFunction: true,
  validationSplit: true,
  interpolationOrder: true,
  seed: true,
};

const flags = [
  "featurewiseCenter",
  "samplewiseCenter",
  "featurewiseStdNormalization",
  "samplewiseStdNormalization",
  "zcaWhitening",
  "horizontalFlip",
  "verticalFlip",
] as const;

/** @throws ConfigError where an option cannot be used. */
export function checkGeneratorOptions(options: ImageDataGeneratorOptions): GeneratorSettings {
  const call = "augment.imageDataGenerator";
  requireKnownOptions(call, options, names, "{ rotationRange: 20 }");
  for (const flag of flags) {
    const value = options[flag];
    requireOption(flag, value, value === undefined || typeof value === "boolean", "true or false");
  }
  const settings = {
    featurewiseCenter: false,
    samplewiseCenter: false,
    featurewiseStdNormalization: false,
    samplewiseStdNormalization: false,
    zcaWhitening: false,
    zcaEpsilon: 1e-6,
    rotationRange: 0,
    widthShiftRange: 0,
    heightShiftRange: 0,
    brightnessRange: undefined,
    shearRange: 0,
    zoomRange: 0,
    channelShiftRange: 0,
    fillMode: "nearest" as const,
    cval: 0,
    horizontalFlip: false,
    verticalFlip: false,
    rescale: 1,
    preprocessingFunction: undefined,
    validationSplit: 0,
    interpolationOrder: 1 as const,
    seed: 0,
    ...options,
  };
  for (const name of ["rotationRange", "shearRange", "channelShiftRange", "zcaEpsilon"] as const) {
    requireNumber(name, settings[name], { least: 0 });
  }
  for (const name of ["widthShiftRange", "heightShiftRange"] as const) {
    const distances = [settings[name]].flat();
    const fits = distances.length > 0 && distances.every((one) => Number.isFinite(one) && one >= 0);
    requireOption(name, settings[name], fits, "a number of at least 0, or several in a list");
  }
  requirePair("brightnessRange", settings.brightnessRange ?? [1, 1]);
  if (typeof settings.zoomRange !== "number") requirePair("zoomRange", settings.zoomRange);
  else requireNumber("zoomRange", settings.zoomRange, { least: 0, below: 1 });
  requireWord("fillMode", settings.fillMode, ["nearest", "constant", "reflect", "wrap"]);
  requireNumber("cval", settings.cval);
  requireNumber("rescale", settings.rescale);
  requireNumber("validationSplit", settings.validationSplit, { least: 0, below: 1 });
  requireOption(
    "interpolationOrder",
    settings.interpolationOrder,
    [0, 1].includes(settings.interpolationOrder),
    "0 or 1",
  );
  const { preprocessingFunction: given } = settings;
  const isFunction = given === undefined || typeof given === "function";
  requireOption("preprocessingFunction", given, isFunction, "a function");
  return withImplied(settings);
}

function requirePair(name: string, value: readonly number[]): void {
  const fits =
    Array.isArray(value) && value.length === 2 && value.every((end) => end >= 0 && end < Infinity);
  requireOption(name, value, fits, "the lowest and the highest factor, such as [0.5, 1.5]");
}

/** Standard deviations are those of centred values, and whitening brings its own. As in Keras. */
function withImplied(settings: GeneratorSettings): GeneratorSettings {
  const { zcaWhitening, featurewiseStdNormalization, samplewiseStdNormalization } = settings;
  return {
    ...settings,
    featurewiseCenter: settings.featurewiseCenter || zcaWhitening || featurewiseStdNormalization,
    featurewiseStdNormalization: featurewiseStdNormalization && !zcaWhitening,
    samplewiseCenter: settings.samplewiseCenter || samplewiseStdNormalization,
  };
}
