// Optimizers, losses and metrics: one row each, our name and Keras's, and the options of both.

import { type KerasRow, type KerasRows, row } from "./row.ts";

const around = [
  "learningRate",
  "weightDecay",
  "clipNorm",
  "globalClipNorm",
  "clipValue",
  "useEma",
  "emaMomentum",
  "emaOverwriteFrequency",
  "gradientAccumulationSteps",
];
const betas = ["beta1", "beta2"];

/** How an optimizer's values follow each other: groups of slots, each of all weights in turn. */
export interface OptimizerRow extends KerasRow {
  readonly slotGroups: readonly (readonly string[])[];
}

function optimizer(
  className: string,
  options: readonly string[],
  slotGroups: OptimizerRow["slotGroups"],
): OptimizerRow {
  // Keras 2 states a decay of its own, which Keras 3 has not either; nothing else is meant by 0.
  // A factor by which the loss is multiplied, and its gradients divided again, changes no f32 result.
  const fixed = {
    decay: 0,
    jit_compile: undefined,
    is_legacy_optimizer: undefined,
    loss_scale_factor: undefined,
  };
  // So do Keras 2's files of HDF5 call its own optimizers.
  const aliases = [`Custom>${className}`];
  const floats = ["learningRate", "momentum"];
  return { className, aliases, options: [...around, ...options], slotGroups, fixed, floats };
}

const moments = ["momentum", "velocity"];

export const optimizerRows = {
  adadelta: optimizer(
    "Adadelta",
    ["rho", "epsilon"],
    [["accumulated_grad", "accumulated_delta_var"]],
  ),
  adagrad: optimizer("Adagrad", ["initialAccumulatorValue", "epsilon"], [["accumulator"]]),
  adam: optimizer("Adam", [...betas, "epsilon", "amsgrad"], [moments, ["velocity_hat"]]),
  adamW: optimizer("AdamW", [...betas, "epsilon", "amsgrad"], [moments, ["velocity_hat"]]),
  adamax: optimizer("Adamax", [...betas, "epsilon"], [["momentum", "norm"]]),
  lamb: optimizer("Lamb", [...betas, "epsilon"], [moments]),
  lion: optimizer("Lion", betas, [["momentum"]]),
  nadam: optimizer("Nadam", [...betas, "epsilon"], [moments]),
  rmsprop: optimizer(
    "RMSprop",
    ["rho", "momentum", "epsilon", "centered"],
    [["velocity"], ["momentum"], ["average_gradient"]],
  ),
  sgd: optimizer("SGD", ["momentum", "nesterov"], [["momentum"]]),
} satisfies Readonly<Record<string, OptimizerRow>>;

const loss = (className: string, options: readonly string[] = []): KerasRow => ({
  ...row(className, ["reduction", ...options]),
  // Keras 2's word for its default; Keras 3 has `null` for none at all.
  olderWords: { auto: "sumOverBatchSize", null: "none" },
  nullable: ["reduction"],
  // Keras 2 names the function of the class besides; sums are f32 whatever a file says.
  fixed: { fn: undefined, dtype: undefined },
});
const smoothed = ["fromLogits", "labelSmoothing", "axis"];

export const lossRows = {
  binaryCrossentropy: { ...loss("BinaryCrossentropy", smoothed), aliases: ["bce", "BCE"] },
  binaryFocalCrossentropy: loss("BinaryFocalCrossentropy", [
    "applyClassBalancing",
    "alpha",
    "gamma",
    ...smoothed,
  ]),
  categoricalCrossentropy: loss("CategoricalCrossentropy", smoothed),
  categoricalFocalCrossentropy: loss("CategoricalFocalCrossentropy", [
    "alpha",
    "gamma",
    ...smoothed,
  ]),
  categoricalGeneralizedCrossEntropy: loss("CategoricalGeneralizedCrossEntropy", ["q"]),
  categoricalHinge: loss("CategoricalHinge"),
  cosineSimilarity: loss("CosineSimilarity", ["axis"]),
  dice: loss("Dice", ["axis"]),
  hinge: loss("Hinge"),
  huber: { ...loss("Huber", ["delta"]), aliases: ["huber_loss"] },
  klDivergence: {
    ...loss("KLDivergence"),
    aliases: ["kld", "KLD", "kullback_leibler_divergence"],
  },
  logCosh: { ...loss("LogCosh"), aliases: ["logcosh"] },
  meanAbsoluteError: { ...loss("MeanAbsoluteError"), aliases: ["mae", "MAE"] },
  meanAbsolutePercentageError: {
    ...loss("MeanAbsolutePercentageError"),
    aliases: ["mape", "MAPE"],
  },
  meanSquaredError: { ...loss("MeanSquaredError"), aliases: ["mse", "MSE"] },
  meanSquaredLogarithmicError: {
    ...loss("MeanSquaredLogarithmicError"),
    aliases: ["msle", "MSLE"],
  },
  poisson: loss("Poisson"),
  sparseCategoricalCrossentropy: {
    ...loss("SparseCategoricalCrossentropy", ["fromLogits", "ignoreClass", "axis"]),
    // Keras 2 knows no other.
    ownFixed: { axis: -1 },
  },
  squaredHinge: loss("SquaredHinge"),
  tversky: loss("Tversky", ["alpha", "beta", "axis"]),
} satisfies KerasRows;

/** Losses that Keras has not. */
export const ownLosses: readonly string[] = ["iou"];

const metric = (className: string, options: readonly string[] = []) => ({
  ...row(className, ["name", ...options]),
  // Those that count state a kind of whole number; results are the same.
  fixed: { dtype: undefined },
});
const ofClass = ["thresholds", "topK", "classId"];
const onCurve = ["numThresholds", "classId"];
const overlap = ["numClasses", "ignoreClass", "sparseYTrue", "sparseYPred", "axis"];
const oneHot = ["numClasses", "ignoreClass", "sparseYPred", "axis"];

export const metricRows = {
  accuracy: { ...metric("Accuracy"), aliases: ["acc"] },
  auc: metric("AUC", [
    "numThresholds",
    "curve",
    "summationMethod",
    "thresholds",
    "multiLabel",
    "labelWeights",
    "fromLogits",
  ]),
  binaryAccuracy: metric("BinaryAccuracy", ["threshold"]),
  binaryCrossentropy: {
    ...metric("BinaryCrossentropy", ["fromLogits", "labelSmoothing"]),
    aliases: ["bce", "BCE"],
    ownFixed: { axis: -1 },
  },
  binaryIoU: metric("BinaryIoU", ["targetClassIds", "threshold"]),
  categoricalAccuracy: metric("CategoricalAccuracy"),
  categoricalCrossentropy: metric("CategoricalCrossentropy", smoothed),
  categoricalHinge: metric("CategoricalHinge"),
  cosineSimilarity: metric("CosineSimilarity", ["axis"]),
  f1Score: { ...metric("F1Score", ["average", "threshold"]), floats: ["threshold"] },
  fBetaScore: {
    ...metric("FBetaScore", ["average", "beta", "threshold"]),
    floats: ["beta", "threshold"],
  },
  falseNegatives: metric("FalseNegatives", ["thresholds"]),
  falsePositives: metric("FalsePositives", ["thresholds"]),
  hinge: metric("Hinge"),
  iou: metric("IoU", ["targetClassIds", ...overlap]),
  klDivergence: {
    ...metric("KLDivergence"),
    aliases: ["kld", "KLD", "kullback_leibler_divergence"],
  },
  logCoshError: { ...metric("LogCoshError"), aliases: ["logcosh"] },
  mean: metric("Mean"),
  meanAbsoluteError: { ...metric("MeanAbsoluteError"), aliases: ["mae", "MAE"] },
  meanAbsolutePercentageError: {
    ...metric("MeanAbsolutePercentageError"),
    aliases: ["mape", "MAPE"],
  },
  meanIoU: metric("MeanIoU", overlap),
  meanSquaredError: { ...metric("MeanSquaredError"), aliases: ["mse", "MSE"] },
  meanSquaredLogarithmicError: {
    ...metric("MeanSquaredLogarithmicError"),
    aliases: ["msle", "MSLE"],
  },
  oneHotIoU: metric("OneHotIoU", ["targetClassIds", ...oneHot]),
  oneHotMeanIoU: metric("OneHotMeanIoU", oneHot),
  poisson: metric("Poisson"),
  precision: metric("Precision", ofClass),
  precisionAtRecall: metric("PrecisionAtRecall", ["recall", ...onCurve]),
  r2Score: metric("R2Score", ["classAggregation", "numRegressors"]),
  recall: metric("Recall", ofClass),
  recallAtPrecision: metric("RecallAtPrecision", ["precision", ...onCurve]),
  rootMeanSquaredError: metric("RootMeanSquaredError"),
  sensitivityAtSpecificity: metric("SensitivityAtSpecificity", ["specificity", ...onCurve]),
  sparseCategoricalAccuracy: metric("SparseCategoricalAccuracy"),
  sparseCategoricalCrossentropy: metric("SparseCategoricalCrossentropy", [
    "fromLogits",
    "ignoreClass",
    "axis",
  ]),
  sparseTopKCategoricalAccuracy: metric("SparseTopKCategoricalAccuracy", ["k"]),
  specificityAtSensitivity: metric("SpecificityAtSensitivity", ["sensitivity", ...onCurve]),
  squaredHinge: metric("SquaredHinge"),
  sum: metric("Sum"),
  topKCategoricalAccuracy: metric("TopKCategoricalAccuracy", ["k"]),
  trueNegatives: metric("TrueNegatives", ["thresholds"]),
  truePositives: metric("TruePositives", ["thresholds"]),
} satisfies KerasRows;
