// How much of two regions overlaps.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { KerasNames } from "../facts.ts";
import { epsilon, oneMinus } from "./formulas.ts";
import { type LossOptions, lossNames } from "./loss.ts";

/** Options of losses that compare regions. */
export interface OverlapOptions extends LossOptions {
  /**
   * The axes that one region spans, such as [1, 2, 3] for each example by itself. Default: all, so
   * that the batch is one region.
   */
  readonly axis?: number | readonly number[] | null;
}

export const overlapNames = {
  ...lossNames,
  axis: "axis",
} as const satisfies KerasNames<OverlapOptions>;

/** What a reduction over the axes takes. */
export function spanOf(axis: OverlapOptions["axis"]): { readonly axes?: readonly number[] } {
  if (axis === null || axis === undefined) return {};
  return { axes: typeof axis === "number" ? [axis] : axis };
}

/**
 * 1 − both / (both + alpha · missed + beta · extra + 10⁻⁷), where `missed` are the
 * false negatives and `extra` the false positives.
 */
export function tverskyOf(
  targets: Node,
  predictions: Node,
  options: {
    readonly alpha: number;
    readonly beta: number;
    readonly axis: OverlapOptions["axis"];
  },
  build: Builder,
): Node {
  const span = spanOf(options.axis);
  const both = build.sum(build.multiply(targets, predictions), span);
  const missed = build.sum(build.multiply(oneMinus(predictions, build), targets), span);
  const extra = build.sum(build.multiply(predictions, oneMinus(targets, build)), span);
  const parts = [
    build.multiply(missed, build.constant(options.alpha)),
    build.multiply(extra, build.constant(options.beta)),
    build.constant(epsilon),
  ];
  const whole = parts.reduce((sum, part) => build.add(sum, part), both);
  return oneMinus(build.divide(both, whole), build);
}
