// The losses: one file each, one row each. Floor 4.

import { inFull, lookUp } from "../../core/names.ts";
import { binaryCrossentropy } from "./binary-crossentropy.ts";
import { binaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
import { categoricalCrossentropy } from "./categorical-crossentropy.ts";
import { categoricalFocalCrossentropy } from "./categorical-focal-crossentropy.ts";
import { categoricalGeneralizedCrossEntropy } from "./categorical-generalized-cross-entropy.ts";
import { categoricalHinge } from "./categorical-hinge.ts";
import { cosineSimilarity } from "./cosine-similarity.ts";
import { custom } from "./custom.ts";
import { dice } from "./dice.ts";
import { hinge } from "./hinge.ts";
import { huber } from "./huber.ts";
import { iou } from "./iou.ts";
import { klDivergence } from "./kl-divergence.ts";
import { logCosh } from "./log-cosh.ts";
import type { Loss, LossFunction } from "./loss.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { meanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
import { poisson } from "./poisson.ts";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import { squaredHinge } from "./squared-hinge.ts";
import { tversky } from "./tversky.ts";

/** Every loss by the name that files and `compile` use. */
export const lossTable = {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  categoricalHinge,
  cosineSimilarity,
  dice,
  hinge,
  huber,
  iou,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
  tversky,
};

/** The losses: those of the table, and your own. */
export const losses = { ...lossTable, custom };

export type LossName = keyof typeof lossTable;

/** Keras's short names, which `compile` takes as well, in small letters or large. */
const shortNames = {
  bce: "binaryCrossentropy",
  kld: "klDivergence",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  mse: "meanSquaredError",
  msle: "meanSquaredLogarithmicError",
} as const satisfies Record<string, LossName>;

export type ShortLossName = keyof typeof shortNames | Uppercase<keyof typeof shortNames>;

/** A loss by name, with Keras's defaults or the given options. @throws ConfigError */
export function lossFrom(name: string, options: object = {}): Loss {
  return (lookUp(lossTable, name, "loss") as (options: object) => Loss)(options);
}

/** A loss from what `compile` is given: a name, a loss, or a function. @throws ConfigError */
export function lossOf(given: LossName | ShortLossName | Loss | LossFunction): Loss {
  if (typeof given === "string") return lossFrom(inFull(shortNames, given));
  return typeof given === "function" ? custom({ values: given }) : given;
}
