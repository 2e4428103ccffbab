// Every metric by its name. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { accuracy } from "./accuracy.ts";
export { auc } from "./auc.ts";
export { binaryAccuracy } from "./binary-accuracy.ts";
export { categoricalAccuracy } from "./categorical-accuracy.ts";
export { cosineSimilarity } from "./cosine-similarity.ts";
export {
  falseNegatives,
  falsePositives,
  trueNegatives,
  truePositives,
} from "./counts.ts";
export {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from "./curve-metric.ts";
export { custom } from "./custom.ts";
export { fBetaScore } from "./f-beta-score.ts";
export { f1Score } from "./f1-score.ts";
export {
  binaryIoU,
  iou,
  meanIoU,
  oneHotIoU,
  oneHotMeanIoU,
} from "./iou.ts";
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  hinge,
  klDivergence,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from "./loss-metrics.ts";
export { mean } from "./mean.ts";
export { precision } from "./precision.ts";
export { r2Score } from "./r2-score.ts";
export { recall } from "./recall.ts";
export { rootMeanSquaredError } from "./root-mean-squared-error.ts";
export { sparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";
export { sum } from "./sum.ts";
export {
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./top-k-categorical-accuracy.ts";
