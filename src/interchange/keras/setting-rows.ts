// Initializers, regularizers, constraints and schedules: one row each, our name and Keras's; and the
// layers that are activations of others.

import { layerRows } from "./layer-rows.ts";
import { type KerasRow, type KerasRows, row } from "./row.ts";

export const initializerRows = {
  constant: row("Constant", ["value"]),
  glorotNormal: row("GlorotNormal"),
  glorotUniform: row("GlorotUniform"),
  heNormal: row("HeNormal"),
  heUniform: row("HeUniform"),
  identity: { ...row("Identity", ["gain"]), aliases: ["IdentityInitializer"] },
  lecunNormal: { ...row("LecunNormal"), aliases: ["LeCunNormal"] },
  lecunUniform: { ...row("LecunUniform"), aliases: ["LeCunUniform"] },
  ones: row("Ones"),
  orthogonal: { ...row("Orthogonal", ["gain"]), aliases: ["OrthogonalInitializer"] },
  randomNormal: row("RandomNormal", ["mean", "standardDeviation"]),
  randomUniform: row("RandomUniform", ["minimum", "maximum"]),
  truncatedNormal: row("TruncatedNormal", ["mean", "standardDeviation"]),
  varianceScaling: {
    ...row("VarianceScaling", ["scale", "mode", "distribution"]),
    words: { fan_avg: "fanAverage" },
    olderWords: { normal: "truncatedNormal" },
  },
  zeros: row("Zeros"),
} satisfies KerasRows;

export const regularizerRows = {
  l1: row("L1", ["l1"]),
  l1L2: { ...row("L1L2", ["l1", "l2"]), aliases: ["l1_l2"] },
  l2: row("L2", ["l2"]),
  orthogonal: row("OrthogonalRegularizer", ["factor", "mode"]),
} satisfies KerasRows;

export const constraintRows = {
  maxNorm: row("MaxNorm", ["maxValue", "axis"]),
  minMaxNorm: row("MinMaxNorm", ["minValue", "maxValue", "rate", "axis"]),
  nonNeg: row("NonNeg"),
  unitNorm: row("UnitNorm", ["axis"]),
} satisfies KerasRows;

const decay = ["initialLearningRate", "decaySteps"];

/** Keras computes a schedule in the kind of number that its first rate is of. */
const schedule = (className: string, options: readonly string[]): KerasRow => ({
  ...row(className, options),
  floats: ["initialLearningRate", "values"],
});

export const scheduleRows = {
  cosineDecay: schedule("CosineDecay", [...decay, "alpha", "warmupTarget", "warmupSteps"]),
  cosineDecayRestarts: schedule("CosineDecayRestarts", [
    "initialLearningRate",
    "firstDecaySteps",
    "tMul",
    "mMul",
    "alpha",
  ]),
  exponentialDecay: schedule("ExponentialDecay", [...decay, "decayRate", "staircase"]),
  inverseTimeDecay: schedule("InverseTimeDecay", [...decay, "decayRate", "staircase"]),
  piecewiseConstantDecay: schedule("PiecewiseConstantDecay", ["boundaries", "values"]),
  polynomialDecay: schedule("PolynomialDecay", [...decay, "endLearningRate", "power", "cycle"]),
} satisfies KerasRows;

/** Layers that are activations of others. Other activations are words. */
export const activationRows = {
  activation: layerRows.activation,
  eLU: layerRows.eLU,
  leakyReLU: layerRows.leakyReLU,
  reLU: layerRows.reLU,
  softmax: layerRows.softmax,
} satisfies KerasRows;
