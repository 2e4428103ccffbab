// The metrics: one file each, one row each. Floor 4.

import { inFull, lookUp } from "../../core/names.ts";
import type { LossFunction } from "../losses/loss.ts";
import { accuracy } from "./accuracy.ts";
import { auc } from "./auc.ts";
import { binaryAccuracy } from "./binary-accuracy.ts";
import { binaryCrossentropy } from "./binary-crossentropy.ts";
import { binaryIoU } from "./binary-iou.ts";
import { categoricalAccuracy } from "./categorical-accuracy.ts";
import { categoricalCrossentropy } from "./categorical-crossentropy.ts";
import { categoricalHinge } from "./categorical-hinge.ts";
import { cosineSimilarity } from "./cosine-similarity.ts";
import { custom } from "./custom.ts";
import { fBetaScore } from "./f-beta-score.ts";
import { f1Score } from "./f1-score.ts";
import { falseNegatives } from "./false-negatives.ts";
import { falsePositives } from "./false-positives.ts";
import { hinge } from "./hinge.ts";
import { iou } from "./iou.ts";
import { klDivergence } from "./kl-divergence.ts";
import { logCoshError } from "./log-cosh-error.ts";
import { mean } from "./mean.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
import { meanIoU } from "./mean-iou.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { meanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
import type { Metric } from "./metric.ts";
import { oneHotIoU } from "./one-hot-iou.ts";
import { oneHotMeanIoU } from "./one-hot-mean-iou.ts";
import { poisson } from "./poisson.ts";
import { precision } from "./precision.ts";
import { precisionAtRecall } from "./precision-at-recall.ts";
import { r2Score } from "./r2-score.ts";
import { recall } from "./recall.ts";
import { recallAtPrecision } from "./recall-at-precision.ts";
import { rootMeanSquaredError } from "./root-mean-squared-error.ts";
import { sensitivityAtSpecificity } from "./sensitivity-at-specificity.ts";
import { sparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import { sparseTopKCategoricalAccuracy } from "./sparse-top-k-categorical-accuracy.ts";
import { specificityAtSensitivity } from "./specificity-at-sensitivity.ts";
import { squaredHinge } from "./squared-hinge.ts";
import { sum } from "./sum.ts";
import { topKCategoricalAccuracy } from "./top-k-categorical-accuracy.ts";
import { trueNegatives } from "./true-negatives.ts";
import { truePositives } from "./true-positives.ts";

/** Every metric by the name that files and `compile` use. */
export const metricTable = {
  accuracy,
  auc,
  binaryAccuracy,
  binaryCrossentropy,
  binaryIoU,
  categoricalAccuracy,
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  f1Score,
  falseNegatives,
  falsePositives,
  fBetaScore,
  hinge,
  iou,
  klDivergence,
  logCoshError,
  mean,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanIoU,
  meanSquaredError,
  meanSquaredLogarithmicError,
  oneHotIoU,
  oneHotMeanIoU,
  poisson,
  precision,
  precisionAtRecall,
  r2Score,
  recall,
  recallAtPrecision,
  rootMeanSquaredError,
  sensitivityAtSpecificity,
  sparseCategoricalAccuracy,
  sparseCategoricalCrossentropy,
  sparseTopKCategoricalAccuracy,
  specificityAtSensitivity,
  squaredHinge,
  sum,
  topKCategoricalAccuracy,
  trueNegatives,
  truePositives,
};

/** The metrics: those of the table, and your own. */
export const metrics = { ...metricTable, custom };

/** The metrics that need no options, and so can be asked for by name. */
export type MetricName = {
  [K in keyof typeof metricTable]: [] extends Parameters<(typeof metricTable)[K]> ? K : never;
}[keyof typeof metricTable];

/** Keras's short names, which `compile` takes as well, in small letters or large; logs have what was given. */
const shortNames = {
  acc: "accuracy",
  bce: "binaryCrossentropy",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  mse: "meanSquaredError",
  msle: "meanSquaredLogarithmicError",
} as const satisfies Record<string, MetricName>;

export type ShortMetricName = keyof typeof shortNames | Uppercase<keyof typeof shortNames>;

/** A metric by name, with Keras's defaults or the given options. @throws ConfigError */
export function metricFrom(name: string, options: object = {}): Metric {
  return (lookUp(metricTable, name, "metric") as (options: object) => Metric)(options);
}

/** A metric from what `compile` is given: a name, a metric, or a function. @throws ConfigError */
export function metricOf(given: MetricName | ShortMetricName | Metric | LossFunction): Metric {
  if (typeof given === "string") {
    const name = inFull(shortNames, given);
    return metricFrom(name, name === given ? {} : { name: given });
  }
  return typeof given === "function" ? custom({ values: given }) : given;
}
