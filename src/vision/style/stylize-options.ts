// What people say to stylize, and what they get.

import {
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireOption,
  requireWhole,
  requireWord,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Warn } from "../../core/warn.ts";
import type { WebAbortSignal } from "../../core/web.ts";
import { type ColorSource, colorSources } from "./colors.ts";
import { type FeatureOptions, featureOptionNames } from "./feature-model.ts";
import { type StyleLossOptions, styleLossOptionNames } from "./loss-options.ts";
import type { StyleLossParts } from "./style-loss.ts";

/** How a picture is stylised. */
export interface StylizeOptions extends StyleLossOptions, FeatureOptions {
  /** How much each of several styles counts, such as `[2, 1]`. Default: all alike. */
  readonly mix?: readonly number[];
  /** The longer side of the result in pixels, 32 to 2048. Default: that of the content, from 128 to 512. */
  readonly size?: number;
  /** The longer side of style pictures in parts of the result's: less gives finer strokes. Default: 1. */
  readonly styleScale?: number;
  /**
   * Sizes on the way: each level doubles the one before and begins with its result. Default: as many as keep the first at
   * 256 pixels or more.
   */
  readonly levels?: number;
  /**
   * Steps of the first level, and half as many at each level after it; or a list with a number for each level.
   * Default: 200.
   */
  readonly steps?: number | readonly number[];
  /** How pixels are changed: `lbfgs` needs the fewest steps, `adam` the least memory. Default: `lbfgs`. */
  readonly optimizer?: "lbfgs" | "adam";
  /** Learning rate of Adam, in levels from 0 to 255. Default: 5. */
  readonly learningRate?: number;
  /** Steps that L-BFGS remembers; each takes twice the memory of the picture. Default: 10. */
  readonly history?: number;
  /** What the first level begins with: the `content`, or `noise`. Default: `content`. */
  readonly start?: "content" | "noise";
  /** The seed of the noise. Default: 0. */
  readonly seed?: number;
  /**
   * Where colours come from: the `style`; the photograph by `histogram`, which gives the style its mean and covariance; or
   * the photograph by `luminance`, pixel by pixel, so that the style changes brightness alone. Default: `style`.
   */
  readonly color?: ColorSource;
  /** Keeps a picture after every so many steps, and the last one. Default: 0, none. */
  readonly progressEvery?: number;
  /** Called after each step. */
  readonly onProgress?: (progress: StylizeProgress) => void;
  /** Ends the work after the step under way; the picture so far is the result. */
  readonly signal?: WebAbortSignal;
  /** Whether one style picture that cannot be used is an error, even if there are others. Default: false. */
  readonly strict?: boolean;
  /** Takes what is worth knowing, such as a style that was left out. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
}

/** How far the work has come. */
export interface StylizeProgress extends StyleLossParts {
  /** The level, from 1. */
  readonly level: number;
  readonly levels: number;
  /** Height and width of this level. */
  readonly size: readonly [number, number];
  /** Steps that are done, of all levels. */
  readonly step: number;
  /** Steps of all levels. */
  readonly steps: number;
  /** The picture so far, u8 `[H, W, 3]` in the size of this level. */
  picture(): Tensor<Uint8Array>;
}

/** A picture on the way. */
export interface ProgressPicture extends StyleLossParts {
  readonly step: number;
  /** u8 `[H, W, 3]` in the size of its level. */
  readonly picture: Tensor<Uint8Array>;
}

/** A style picture that was not used. */
export interface SkippedStyle {
  /** Which one, from 0. */
  readonly index: number;
  readonly reason: string;
}

/** A stylised picture. */
export interface Stylized extends StyleLossParts {
  /** u8 `[H, W, 3]` */
  readonly picture: Tensor<Uint8Array>;
  /** Steps that were taken. */
  readonly steps: number;
  /** How often loss and gradient were computed. */
  readonly evaluations: number;
  /** Whether `signal` ended the work early. */
  readonly isStopped: boolean;
  /** Pictures on the way, as `progressEvery` asks for them. */
  readonly progress: readonly ProgressPicture[];
  /** Style pictures that could not be used. */
  readonly skipped: readonly SkippedStyle[];
}

const optionNames: OptionNames<StylizeOptions> = {
  ...styleLossOptionNames,
  ...featureOptionNames,
  mix: true,
  size: true,
  styleScale: true,
  levels: true,
  steps: true,
  optimizer: true,
  learningRate: true,
  history: true,
  start: true,
  seed: true,
  color: true,
  progressEvery: true,
  onProgress: true,
  signal: true,
  strict: true,
  onWarning: true,
};

/** The options with their defaults, for a content of this size. */
export interface StylizeSettings {
  /** The longer side at each level. */
  readonly sizes: readonly number[];
  /** The steps of each level. */
  readonly steps: readonly number[];
  readonly styleScale: number;
  readonly optimizer: "lbfgs" | "adam";
  readonly learningRate: number;
  readonly history: number;
  readonly start: "content" | "noise";
  readonly seed: number;
  readonly color: ColorSource;
  readonly progressEvery: number;
  readonly strict: boolean;
}

const [leastSize, mostSize] = [32, 2048];
/** The first level has at least as many pixels on its longer side. */
const firstSize = 256;

/** @throws ConfigError where an option cannot be used. */
export function stylizeSettings(options: StylizeOptions, { shape }: Tensor): StylizeSettings {
  const example = "photo, painting, { size: 512 }";
  requireKnownOptions("vision.stylize", options, optionNames, example);
  const { size = Math.min(512, Math.max(128, shape[0], shape[1])) } = options;
  requireWhole("size", size, leastSize);
  requireNumber("size", size, { most: mostSize });
  const { levels = 1 + Math.max(0, Math.floor(Math.log2(size / firstSize))) } = options;
  requireWhole("levels", levels);
  const sizes = Array.from({ length: levels }, (_, i) => Math.round(size / 2 ** (levels - 1 - i)));
  const fits = sizes[0] >= leastSize;
  requireOption("levels", levels, fits, `so few that the first has ${leastSize} pixels or more`);
  const { steps = 200, styleScale = 1, optimizer = "lbfgs", start = "content" } = options;
  requireWord("optimizer", optimizer, ["lbfgs", "adam"]);
  requireWord("start", start, ["content", "noise"]);
  requireNumber("styleScale", styleScale, { above: 0, most: 4 });
  const { learningRate = 5, history = 10, seed = 0, color = "style" } = options;
  requireNumber("learningRate", learningRate, { above: 0 });
  requireWhole("history", history);
  requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  requireWord("color", color, colorSources);
  const { progressEvery = 0, strict = false } = options;
  requireWhole("progressEvery", progressEvery, 0);
  requireFlag("strict", strict);
  return {
    sizes,
    steps: stepsOf(steps, levels),
    styleScale,
    optimizer,
    learningRate,
    history,
    start,
    seed,
    color,
    progressEvery,
    strict,
  };
}

/** The steps of each level. */
function stepsOf(steps: number | readonly number[], levels: number): readonly number[] {
  if (typeof steps === "number") {
    requireWhole("steps", steps);
    return Array.from({ length: levels }, (_, i) => Math.max(1, Math.round(steps / 2 ** i)));
  }
  const isList =
    Array.isArray(steps) &&
    steps.length === levels &&
    steps.every((count) => Number.isSafeInteger(count) && count >= 1);
  const expected = `a whole number of at least 1, or ${levels} of them, one for each level`;
  requireOption("steps", steps, isList, expected);
  return steps;
}
