// A case of every metric, with the targets and results that it is tried on.

import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { metricTable } from "../../src/nn/metrics/index.ts";

/** What a metric needs to be made, and what its targets look like. */
export interface MetricCase {
  readonly options?: object;
  readonly targets: "values" | "bits" | "hot" | "classes";
  /** Options that are refused. */
  readonly refused?: object;
}

const values: MetricCase = { targets: "values" };
const bits: MetricCase = { targets: "bits", refused: { thresholds: 2 } };
const hot: MetricCase = { targets: "hot" };
const overlap = { numClasses: 4, sparseYPred: false };

/** A case of every metric. */
export const metricCases = {
  accuracy: hot,
  auc: { targets: "bits", refused: { curve: "ROCK" } },
  binaryAccuracy: { targets: "bits" },
  binaryCrossentropy: { targets: "bits", refused: { labelSmoothing: 2 } },
  binaryIoU: { targets: "bits", refused: { targetClassIds: [2] } },
  categoricalAccuracy: hot,
  categoricalCrossentropy: hot,
  categoricalHinge: hot,
  cosineSimilarity: values,
  f1Score: { targets: "hot", refused: { average: "mean" } },
  falseNegatives: bits,
  falsePositives: bits,
  fBetaScore: { targets: "hot", options: { beta: 2 }, refused: { beta: 0 } },
  hinge: values,
  iou: {
    targets: "classes",
    options: { ...overlap, targetClassIds: [1, 3] },
    refused: { ...overlap, targetClassIds: [4] },
  },
  klDivergence: values,
  logCoshError: values,
  mean: values,
  meanAbsoluteError: values,
  meanAbsolutePercentageError: values,
  meanIoU: { targets: "classes", options: overlap, refused: { numClasses: 0 } },
  meanSquaredError: values,
  meanSquaredLogarithmicError: values,
  oneHotIoU: {
    targets: "hot",
    options: { numClasses: 4, targetClassIds: [1, 3] },
    refused: { numClasses: 4, targetClassIds: [] },
  },
  oneHotMeanIoU: { targets: "hot", options: { numClasses: 4 }, refused: {} },
  poisson: values,
  precision: { targets: "bits", refused: { topK: 0 } },
  precisionAtRecall: { targets: "bits", options: { recall: 0.5 }, refused: { recall: 2 } },
  r2Score: { targets: "values", refused: { numRegressors: -1 } },
  recall: { targets: "bits", options: { topK: 2, classId: 1 }, refused: { classId: 0.5 } },
  recallAtPrecision: { targets: "bits", options: { precision: 0.5 }, refused: {} },
  rootMeanSquaredError: values,
  sensitivityAtSpecificity: { targets: "bits", options: { specificity: 0.5 }, refused: {} },
  sparseCategoricalAccuracy: { targets: "classes" },
  sparseCategoricalCrossentropy: { targets: "classes", refused: { ignoreClass: 0.5 } },
  sparseTopKCategoricalAccuracy: { targets: "classes", options: { k: 2 }, refused: { k: 0 } },
  specificityAtSensitivity: { targets: "bits", options: { sensitivity: 0.5 }, refused: {} },
  squaredHinge: values,
  sum: values,
  topKCategoricalAccuracy: { targets: "hot", options: { k: 2 }, refused: { k: 1.5 } },
  trueNegatives: bits,
  truePositives: bits,
} satisfies Record<keyof typeof metricTable, MetricCase>;

export const examples = 11;
export const classCount = 4;

export function numbers(
  stream: number,
  shape: Shape,
  value: (random: RandomStream) => number,
): Tensor {
  const random = new RandomStream(7, stream);
  return { data: Float64Array.from({ length: sizeOf(shape) }, () => value(random)), shape };
}

/** Targets to the examples. */
export function answersFor(kind: MetricCase["targets"]): Tensor {
  const shape = [examples, classCount];
  if (kind === "values") return numbers(1, shape, (random) => random.uniform());
  if (kind === "bits") return numbers(1, shape, (random) => random.below(2));
  const random = new RandomStream(7, 1);
  const labels = Int32Array.from({ length: examples }, () => random.below(classCount));
  if (kind === "classes") return { data: labels, shape: [examples] };
  const isLabel = (_: unknown, i: number) =>
    Number(labels[Math.floor(i / classCount)] === i % classCount);
  return { data: Float64Array.from({ length: sizeOf(shape) }, isLabel), shape };
}

/** Results for the examples: a row of scores each. */
export function resultsFor(): Tensor {
  return numbers(2, [examples, classCount], (random) => random.uniform());
}
