// How much of two regions overlaps.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { KerasNames } from "../facts.ts";
import { epsilon, hotRows, oneMinus } from "./formulas.ts";
import {
  countingPlaces,
  type IgnoringOptions,
  ignoring,
  requireIgnoreClass,
  withoutIgnored,
} from "./ignored.ts";
import { defineLoss, type Loss, type LossOptions, lossNames } from "./loss.ts";

/** Options of losses that compare regions. */
export interface OverlapOptions extends LossOptions, IgnoringOptions {
  /**
   * The axes that one region spans, such as [1, 2, 3] for each example by itself, or [0, 1, 2] for
   * each class over the batch. Default: all, so that the batch is one region.
   */
  readonly axis?: number | readonly number[] | null;
  /**
   * Whether targets are class numbers `[N, …]` for predictions `[N, …, C]`. Default: false, they
   * are shaped as the predictions.
   */
  readonly sparseYTrue?: boolean;
}

export const overlapNames = {
  ...lossNames,
  axis: "axis",
  sparseYTrue: null,
  ignoreClass: null,
} as const satisfies KerasNames<OverlapOptions>;

/** Options that no Keras has, with the one value that all have. */
export const overlapFixed = { sparseYTrue: false, ignoreClass: null };

/** What a reduction over the axes takes. */
export function spanOf(axis: OverlapOptions["axis"]): { readonly axes?: readonly number[] } {
  if (axis === null || axis === undefined) return {};
  return { axes: typeof axis === "number" ? [axis] : axis };
}

/** The loss of two regions, of whatever their overlap is measured by. */
export function overlapLoss<O extends OverlapOptions>(
  name: string,
  options: O,
  lossOf: (regions: Regions, build: Builder) => Node,
): Loss {
  const { axis = null, sparseYTrue = false, ignoreClass = null, reduction, ...own } = options;
  requireIgnoreClass(ignoreClass);
  return defineLoss({
    name,
    options: { ...own, axis, sparseYTrue, ignoreClass, reduction },
    ...(sparseYTrue
      ? ({ targets: "classes" } as const)
      : ({ targets: "values", range: [0, 1] } as const)),
    ...ignoring(ignoreClass),
    values: (targets, predictions, build) =>
      lossOf(regionsOf(targets, predictions, { axis, ignoreClass }, build), build),
  });
}

/** Two regions, as numbers from 0 to 1 of the same shape, and the axes that each spans. */
export interface Regions {
  readonly targets: Node;
  readonly predictions: Node;
  readonly span: { readonly axes?: readonly number[] };
}

/** Places that do not count belong to neither region. */
function regionsOf(
  given: Node,
  predictions: Node,
  { axis, ignoreClass }: Required<Pick<OverlapOptions, "axis" | "ignoreClass">>,
  build: Builder,
): Regions {
  const { shape } = predictions;
  const isSparse = given.shape.length < shape.length;
  const span = spanOf(axis);
  const targets = (labels: Node) =>
    isSparse ? hotRows(labels, shape[shape.length - 1], build) : labels;
  if (ignoreClass === null) return { targets: targets(given), predictions, span };
  const counts = countingPlaces(given, ignoreClass, build);
  const spread = isSparse ? build.reshape(counts, [...given.shape, 1]) : counts;
  return {
    targets: isSparse
      ? targets(withoutIgnored(given, ignoreClass, build))
      : build.multiply(given, counts),
    predictions: build.multiply(predictions, spread),
    span,
  };
}

/**
 * 1 − both / (both + alpha · missed + beta · extra + 10⁻⁷), where `missed` are the
 * false negatives and `extra` the false positives.
 */
export function tverskyOf(
  { targets, predictions, span }: Regions,
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
  build: Builder,
): Node {
  const both = build.sum(build.multiply(targets, predictions), span);
  const missed = build.sum(build.multiply(oneMinus(predictions, build), targets), span);
  const extra = build.sum(build.multiply(predictions, oneMinus(targets, build)), span);
  const parts = [
    build.multiply(missed, build.constant(alpha)),
    build.multiply(extra, build.constant(beta)),
    build.constant(epsilon),
  ];
  const whole = parts.reduce((sum, part) => build.add(sum, part), both);
  return oneMinus(build.divide(both, whole), build);
}
