// Cases of every loss, with Keras's formula written out once more in plain numbers.

import type { Shape } from "../../src/core/shape.ts";
import type { ActivationName } from "../../src/nn/activations.ts";
import type { LossName } from "../../src/nn/losses/index.ts";

/** How results come about: what a model ends in decides how a cross-entropy is computed. */
export interface LossCase {
  readonly options: object;
  readonly endsIn: ActivationName;
  readonly shape: Shape;
  /** Where the results, before the activation, lie. */
  readonly range?: readonly [number, number];
  /** Whether no gradient flows through a part of it, so that its slope is no central difference. */
  readonly isDetached?: true;
  /** Whether a batch has one number, so that the formula is given all rows in one. */
  readonly isWhole?: true;
  /** The loss of one row, from Keras's formula; results are after the activation. */
  readonly formula: (targets: readonly number[], results: readonly number[]) => number;
}

export const mean = (values: readonly number[]) =>
  values.reduce((a, b) => a + b, 0) / values.length;
const clipped = (value: number) => Math.min(Math.max(value, 1e-7), 1 - 1e-7);
const shareOf = (results: readonly number[]) => {
  const total = results.reduce((a, b) => a + b, 0);
  return results.map((value) => clipped(value / total));
};
const softmaxOf = (logits: readonly number[]) => shareOf(logits.map(Math.exp));

const categorical = (targets: readonly number[], results: readonly number[]) =>
  -shareOf(results).reduce((sum, share, i) => sum + targets[i] * Math.log(share), 0);
const categoricalOfLogits = (targets: readonly number[], logits: readonly number[]) =>
  categorical(targets, softmaxOf(logits));
const sparse = ([label]: readonly number[], results: readonly number[]) =>
  -Math.log(shareOf(results)[label]);
const smoothed = (label: number, classes: number, smoothing: number) =>
  Array.from(
    { length: classes },
    (_, i) => (i === label ? 1 - smoothing : 0) + smoothing / classes,
  );
export const binary = (targets: readonly number[], results: readonly number[]) =>
  -mean(
    results.map((result, i) => {
      const yes = targets[i] * Math.log(clipped(result));
      return yes + (1 - targets[i]) * Math.log(1 - clipped(result));
    }),
  );
const binaryOfLogits = (targets: readonly number[], logits: readonly number[]) =>
  binary(
    targets,
    logits.map((logit) => 1 / (1 + Math.exp(-logit))),
  );

type Row = readonly number[];
const sumOf = (each: (answer: number, result: number) => number) => (targets: Row, results: Row) =>
  results.reduce((sum, result, i) => sum + each(targets[i], result), 0);
const meanOf = (each: (answer: number, result: number) => number) => (targets: Row, results: Row) =>
  sumOf(each)(targets, results) / results.length;
const both = sumOf((answer, result) => answer * result);
const total = (row: Row) => row.reduce((a, b) => a + b, 0);
const huberOf = (delta: number) => (answer: number, result: number) => {
  const size = Math.abs(result - answer);
  return size <= delta ? size ** 2 / 2 : delta * size - delta ** 2 / 2;
};
/** The Jaccard loss made continuous, by sorting errors. */
function lovasz(errors: Row, isInside: readonly boolean[]): number {
  const order = errors.map((_, i) => i).sort((a, b) => errors[b] - errors[a]);
  const size = isInside.filter(Boolean).length;
  const lossOf = (inside: number, outside: number) => 1 - (size - inside) / (size + outside);
  let [inside, outside, before, sum] = [0, 0, 0, 0];
  for (const i of order) {
    if (isInside[i]) inside++;
    else outside++;
    const after = lossOf(inside, outside);
    sum += errors[i] * (after - before);
    before = after;
  }
  return sum;
}
const lovaszOfClasses = (targets: Row, results: Row) => {
  const classes = results.length / targets.length;
  const present = [...new Set(targets)];
  const losses = present.map((label) => {
    const isInside = targets.map((target) => target === label);
    const errors = targets.map((_, i) =>
      Math.abs(Number(isInside[i]) - results[i * classes + label]),
    );
    return lovasz(errors, isInside);
  });
  return mean(losses);
};
const diceOf = (y: Row, x: Row) => 1 - (2 * both(y, x)) / (total(y) + total(x) + 1e-7);
const hot = (labels: Row, classes: number, ignored?: number) =>
  labels.flatMap((label) =>
    Array.from({ length: classes }, (_, i) => Number(label !== ignored && label === i)),
  );
const focal = (gamma: number, alpha: number | undefined) =>
  meanOf((y, x) => {
    const right = y * x + (1 - y) * (1 - x);
    const weight = alpha === undefined ? 1 : y * alpha + (1 - y) * (1 - alpha);
    return weight * (1 - right) ** gamma * binary([y], [x]);
  });

/** A box and the scores of classes against those that should be there, at the only point of a batch. */
const detected =
  ({ quality = true, gamma = 2, alpha = 0.5, boxWeight = 2 }) =>
  (targets: Row, results: Row) => {
    const [x1, y1, x2, y2] = targets;
    const [u1, v1, u2, v2] = results;
    const length = (from: number, to: number) => Math.max(to - from, 0);
    const [width, height] = [length(x1, x2), length(y1, y2)];
    const [wide, high] = [length(u1, u2), length(v1, v2)];
    const shared =
      length(Math.max(x1, u1), Math.min(x2, u2)) * length(Math.max(y1, v1), Math.min(y2, v2));
    const iou = shared / (width * height + wide * high - shared + 1e-7);
    const diagonal =
      (Math.max(x2, u2) - Math.min(x1, u1)) ** 2 + (Math.max(y2, v2) - Math.min(y1, v1)) ** 2;
    const distance = ((x1 + x2 - u1 - u2) ** 2 + (y1 + y2 - v1 - v2) ** 2) / 4;
    const turn = Math.atan2(width, height) - Math.atan2(wide, high);
    const proportion = (4 / Math.PI ** 2) * turn ** 2;
    const share = proportion / (1 - iou + proportion + 1e-7);
    const box = 1 - iou + distance / (diagonal + 1e-7) + share * proportion;
    const classes = results.slice(4).map((score, i) => {
      const there = targets[4 + i];
      const wanted = quality ? there * iou : there;
      const weight = 2 * (there * alpha + (1 - there) * (1 - alpha));
      return weight * Math.abs(wanted - score) ** gamma * binary([wanted], [score]);
    });
    const isPositive = x1 < x2;
    return total(classes) + (isPositive ? boxWeight * box : 0);
  };

/** Cases of every loss. */
export const lossCases = {
  sparseCategoricalCrossentropy: [
    { options: {}, endsIn: "softmax", shape: [5, 10], formula: sparse },
    { options: {}, endsIn: "sigmoid", shape: [5, 3], formula: sparse },
    {
      options: { fromLogits: true },
      endsIn: "linear",
      shape: [3, 17],
      formula: ([label], logits) => sparse([label], softmaxOf(logits)),
    },
    {
      options: { classWeights: [0.5, 2, 0, 3] },
      endsIn: "softmax",
      shape: [6, 4],
      formula: ([label], results) => [0.5, 2, 0, 3][label] * sparse([label], results),
    },
    {
      options: { labelSmoothing: 0.3 },
      endsIn: "softmax",
      shape: [5, 4],
      formula: ([label], results) => categorical(smoothed(label, results.length, 0.3), results),
    },
    {
      options: { labelSmoothing: 0.1 },
      endsIn: "sigmoid",
      shape: [4, 3],
      formula: ([label], results) => categorical(smoothed(label, results.length, 0.1), results),
    },
  ],
  categoricalCrossentropy: [
    { options: {}, endsIn: "softmax", shape: [4, 6], formula: categorical },
    { options: {}, endsIn: "exponential", shape: [4, 3], formula: categorical },
    {
      options: { fromLogits: true },
      endsIn: "linear",
      shape: [4, 3],
      formula: categoricalOfLogits,
    },
  ],
  binaryCrossentropy: [
    { options: {}, endsIn: "sigmoid", shape: [7, 1], formula: binary },
    { options: {}, endsIn: "linear", shape: [3, 4], range: [0.1, 0.9], formula: binary },
    { options: {}, endsIn: "sigmoid", shape: [3, 2, 2, 3], formula: binary },
    { options: { fromLogits: true }, endsIn: "linear", shape: [3, 4], formula: binaryOfLogits },
  ],
  meanSquaredError: [
    {
      options: {},
      endsIn: "linear",
      shape: [5, 3],
      formula: (targets, results) => mean(results.map((r, i) => (targets[i] - r) ** 2)),
    },
    {
      options: {},
      endsIn: "tanh",
      shape: [2, 3, 4, 2],
      formula: (targets, results) => mean(results.map((r, i) => (targets[i] - r) ** 2)),
    },
  ],
  meanAbsoluteError: [
    {
      options: {},
      endsIn: "linear",
      shape: [5, 3],
      formula: meanOf((y, x) => Math.abs(y - x)),
    },
  ],
  meanAbsolutePercentageError: [
    {
      options: {},
      endsIn: "linear",
      shape: [2, 3, 4],
      formula: meanOf((y, x) => (100 * Math.abs(y - x)) / Math.max(Math.abs(y), 1e-7)),
    },
  ],
  meanSquaredLogarithmicError: [
    {
      options: {},
      endsIn: "exponential",
      shape: [5, 3],
      formula: meanOf((y, x) => (Math.log1p(Math.max(x, 1e-7)) - Math.log1p(y)) ** 2),
    },
  ],
  huber: [
    { options: {}, endsIn: "linear", shape: [7, 3], formula: meanOf(huberOf(1)) },
    { options: { delta: 0.4 }, endsIn: "tanh", shape: [2, 2, 3], formula: meanOf(huberOf(0.4)) },
  ],
  logCosh: [
    {
      options: {},
      endsIn: "linear",
      shape: [5, 3],
      range: [-9, 9],
      formula: meanOf((y, x) => Math.log(Math.cosh(x - y))),
    },
  ],
  poisson: [
    {
      options: {},
      endsIn: "exponential",
      shape: [5, 3],
      formula: meanOf((y, x) => x - y * Math.log(x + 1e-7)),
    },
  ],
  klDivergence: [
    {
      options: {},
      endsIn: "softmax",
      shape: [5, 3],
      formula: sumOf((y, x) => y * Math.log(y / x)),
    },
  ],
  hinge: [
    {
      options: {},
      endsIn: "tanh",
      shape: [5, 3],
      formula: meanOf((y, x) => Math.max(1 - y * x, 0)),
    },
  ],
  squaredHinge: [
    {
      options: {},
      endsIn: "linear",
      shape: [2, 3, 3],
      formula: meanOf((y, x) => Math.max(1 - y * x, 0) ** 2),
    },
  ],
  categoricalHinge: [
    {
      options: {},
      endsIn: "linear",
      shape: [5, 4],
      formula(targets, results) {
        const right = sumOf((y, x) => y * x)(targets, results);
        const best = Math.max(...results.map((x, i) => (1 - targets[i]) * x));
        return Math.max(best - right + 1, 0);
      },
    },
  ],
  cosineSimilarity: [
    {
      options: {},
      endsIn: "linear",
      shape: [5, 3],
      formula(targets, results) {
        const length = (row: readonly number[]) => Math.hypot(...row);
        return -sumOf((y, x) => y * x)(targets, results) / length(targets) / length(results);
      },
    },
  ],
  binaryFocalCrossentropy: [
    { options: {}, endsIn: "sigmoid", shape: [5, 3], formula: focal(2, undefined) },
    {
      options: { gamma: 3.5, applyClassBalancing: true, alpha: 0.3 },
      endsIn: "sigmoid",
      shape: [2, 3, 1],
      formula: focal(3.5, 0.3),
    },
  ],
  categoricalFocalCrossentropy: [
    {
      options: {},
      endsIn: "softmax",
      shape: [5, 3],
      formula: (targets, results) =>
        sumOf((y, x) => -0.25 * (1 - x) ** 2 * y * Math.log(x))(targets, shareOf(results)),
    },
    {
      options: { alpha: [0.1, 0.7, 0.4], gamma: 1.5, sparseYTrue: true },
      endsIn: "softmax",
      shape: [5, 3],
      formula: ([label], results) => {
        const share = shareOf(results)[label];
        return -[0.1, 0.7, 0.4][label] * (1 - share) ** 1.5 * Math.log(share);
      },
    },
  ],
  categoricalGeneralizedCrossEntropy: [
    {
      options: { q: 0.7 },
      endsIn: "softmax",
      shape: [5, 4],
      formula: ([label], results) => (1 - results[label] ** 0.7) / 0.7,
    },
  ],
  dice: [
    { options: { axis: [1] }, endsIn: "sigmoid", shape: [5, 6], formula: diceOf },
    {
      options: { sparseYTrue: true, ignoreClass: 2 },
      endsIn: "softmax",
      shape: [7, 4],
      isWhole: true,
      formula(labels, results) {
        const counted = results.map((x, i) => (labels[Math.floor(i / 4)] === 2 ? 0 : x));
        return diceOf(hot(labels, 4, 2), counted);
      },
    },
  ],
  tversky: [
    {
      options: { axis: 1, alpha: 0.7, beta: 0.2 },
      endsIn: "sigmoid",
      shape: [5, 6],
      formula(y, x) {
        const shared = both(y, x);
        const rest = 0.7 * (total(y) - shared) + 0.2 * (total(x) - shared);
        return 1 - shared / (shared + rest + 1e-7);
      },
    },
  ],
  iou: [
    {
      options: { axis: [1] },
      endsIn: "sigmoid",
      shape: [5, 6],
      formula: (y, x) => 1 - both(y, x) / (total(y) + total(x) - both(y, x) + 1e-7),
    },
  ],
  detection: [
    {
      options: {},
      endsIn: "linear",
      shape: [1, 1, 6],
      range: [0.1, 0.9],
      isDetached: true,
      formula: detected({}),
    },
    {
      options: { quality: false, gamma: 1.5, boxWeight: 0 },
      endsIn: "linear",
      shape: [1, 1, 7],
      range: [0.1, 0.9],
      formula: detected({ quality: false, gamma: 1.5, boxWeight: 0 }),
    },
  ],
  lovaszSoftmax: [
    {
      options: {},
      endsIn: "softmax",
      shape: [9, 3],
      isWhole: true,
      formula: lovaszOfClasses,
    },
    {
      options: { perImage: true, fromLogits: true },
      endsIn: "linear",
      shape: [5, 4],
      formula: ([label], logits) => lovaszOfClasses([label], softmaxOf(logits)),
    },
  ],
  lovaszHinge: [
    {
      options: {},
      endsIn: "sigmoid",
      shape: [5, 1],
      isWhole: true,
      formula(targets, results) {
        const isInside = targets.map((target) => target > 0.5);
        const errors = results.map((p, i) => {
          const logit = Math.log(p / (1 - p));
          return Math.max(1 - (isInside[i] ? logit : -logit), 0);
        });
        return lovasz(errors, isInside);
      },
    },
  ],
  weightedSum: [
    {
      options: {
        losses: [{ name: "binaryCrossentropy" }, { name: "dice", options: { axis: null } }],
        weights: [2, 0.5],
      },
      endsIn: "sigmoid",
      shape: [5, 3],
      isWhole: true,
      formula: (y, x) => 2 * binary(y, x) + 0.5 * diceOf(y, x),
    },
  ],
} satisfies Record<LossName, readonly LossCase[]>;
