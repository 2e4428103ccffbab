// What the cross-entropies share: logits where there are any, smoothing, and kept-inside logarithms.

import { requireBetween } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { KerasNames } from "../facts.ts";
import {
  atLeast,
  clip,
  epsilon,
  hotRows,
  moveLast,
  oneMinus,
  rowsOf,
  softplusTail,
} from "./formulas.ts";
import { type LossOptions, lossNames, shapeWithout } from "./loss.ts";

/** Options of cross-entropies, as losses and as metrics. */
export interface LogitsOptions {
  /** Whether the model gives logits rather than probabilities. Default: false. */
  readonly fromLogits?: boolean;
}

/** Options of cross-entropies whose targets are probabilities, as losses and as metrics. */
export interface SmoothingOptions extends LogitsOptions {
  /** Label smoothing: the share of each target that is spread over all classes. Default: 0. */
  readonly labelSmoothing?: number;
  /** The axis of the classes. Default: the last. */
  readonly axis?: number;
}

export interface CrossEntropyOptions extends LogitsOptions, LossOptions {}

export interface SmoothedOptions extends SmoothingOptions, LossOptions {}

export const crossEntropyNames = {
  ...lossNames,
  fromLogits: "from_logits",
} as const satisfies KerasNames<CrossEntropyOptions>;

export const smoothedNames = {
  ...crossEntropyNames,
  labelSmoothing: "label_smoothing",
  axis: "axis",
} as const satisfies KerasNames<SmoothedOptions>;

/** The options with their defaults. @throws ConfigError */
export function smoothedOptions(
  options: SmoothedOptions,
): Required<Omit<SmoothedOptions, "reduction">> {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  requireBetween("labelSmoothing", labelSmoothing, 0, 1);
  return { fromLogits, labelSmoothing, axis };
}

/** Binary targets, moved towards a half. */
export function smoothBinary(targets: Node, smoothing: number, build: Builder): Node {
  if (smoothing === 0) return targets;
  const kept = build.multiply(targets, build.constant(1 - smoothing));
  return build.add(kept, build.constant(0.5 * smoothing));
}

/** Shares `[…, C]`, moved towards 1 / C. */
export function smoothShares(targets: Node, smoothing: number, build: Builder): Node {
  if (smoothing === 0) return targets;
  const classes = targets.shape[targets.shape.length - 1];
  const kept = build.multiply(targets, build.constant(1 - smoothing));
  return build.add(kept, build.constant(smoothing / classes));
}

/** The logits behind a result, where there are any: itself, or what its activation was taken of. */
export function logitsOf(
  predictions: Node,
  activation: "softmax" | "sigmoid",
  fromLogits: boolean,
): Node | undefined {
  if (fromLogits) return predictions;
  return predictions.op.name === activation ? predictions.inputs[0] : undefined;
}

/** prediction / Σ prediction along `axis`, kept inside (0, 1). */
export function sharesOf(predictions: Node, axis: number, build: Builder): Node {
  const total = build.sum(predictions, { axes: [axis], keepDimensions: true });
  return clip(build.divide(predictions, total), epsilon, 1 - epsilon, build);
}

/** −Σ target · ln result along `axis`: `[…, C]`, `[…, C]` → `[…]`. */
export function crossEntropy(
  targets: Node,
  predictions: Node,
  { fromLogits, axis }: { readonly fromLogits: boolean; readonly axis: number },
  build: Builder,
): Node {
  const isLast = axis === -1 || axis === predictions.shape.length - 1;
  const logits = logitsOf(predictions, "softmax", fromLogits);
  if (logits !== undefined && (isLast || fromLogits)) {
    const rows = (x: Node) => rowsOf(moveLast(x, axis, build), build);
    const values = build.softmaxCrossEntropy(rows(logits), rows(targets));
    return build.reshape(values, shapeWithout(predictions, axis));
  }
  const products = build.multiply(targets, build.logarithm(sharesOf(predictions, axis, build)));
  return build.negate(build.sum(products, { axes: [axis] }));
}

/** The same of rows of classes; where a label is no class its row stays 0. */
function smoothClasses(hot: Node, smoothing: number, build: Builder): Node {
  if (smoothing === 0) return hot;
  const isClass = build.sum(hot, { axes: [hot.shape.length - 1], keepDimensions: true });
  return build.multiply(smoothShares(hot, smoothing, build), isClass);
}

/** Options of the cross-entropy of class numbers. */
interface SparseChoices {
  readonly fromLogits: boolean;
  readonly axis: number;
  /** Default: 0. */
  readonly labelSmoothing?: number;
}

/** −ln of the share of the right class along `axis`; 0 where the label is no class. */
export function sparseCrossEntropy(
  labels: Node,
  predictions: Node,
  { fromLogits, axis, labelSmoothing = 0 }: SparseChoices,
  build: Builder,
): Node {
  const moved = moveLast(predictions, axis, build);
  const logits = logitsOf(moved, "softmax", fromLogits);
  if (logits === undefined || labelSmoothing > 0) {
    const classes = moved.shape[moved.shape.length - 1];
    const hot = hotRows(labels, classes, build);
    const expected = smoothClasses(hot, labelSmoothing, build);
    return crossEntropy(expected, moved, { fromLogits, axis: -1 }, build);
  }
  const rows = rowsOf(logits, build);
  const flat = build.reshape(labels, [rows.shape[0]]);
  return build.reshape(build.sparseSoftmaxCrossEntropy(rows, flat), labels.shape);
}

/**
 * −(y · ln p + (1 − y) · ln(1 − p)), an element at a time; of logits x as
 * max(x, 0) − x · y + ln(1 + e^−|x|).
 */
export function binaryCrossEntropy(
  targets: Node,
  predictions: Node,
  fromLogits: boolean,
  build: Builder,
): Node {
  const logits = logitsOf(predictions, "sigmoid", fromLogits);
  if (logits !== undefined) {
    // In this order: where x is large and y is 1, the first two cancel before the rest comes in.
    const rest = build.subtract(atLeast(logits, 0, build), build.multiply(logits, targets));
    return build.add(rest, softplusTail(logits, build));
  }
  const inside = clip(predictions, epsilon, 1 - epsilon, build);
  const yes = build.multiply(targets, build.logarithm(inside));
  const no = build.multiply(oneMinus(targets, build), build.logarithm(oneMinus(inside, build)));
  return build.negate(build.add(yes, no));
}
