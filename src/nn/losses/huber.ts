// Huber loss: squared for small errors, absolute for large ones.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { meanOfLast, square } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

export interface HuberOptions extends LossOptions {
  /** The size of an error at which the loss turns from squared to linear. Default: 1. */
  readonly delta?: number;
}

/**
 * Huber loss. With d = prediction − target: d² / 2 where |d| ≤ delta, else delta · |d| − delta² /
 * 2; its mean over the last axis: `[N, …, K]`, `[N, …, K]` → `[N, …]`. Source: Huber, 1964; as in
 * Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.huber({ delta: 0.5 })
 */
export function huber(options: HuberOptions = {}): Loss {
  const { delta = 1, reduction } = optionsOf(huber.facts, options);
  requireNumber("delta", delta, { above: 0 });
  return defineLoss({
    name: "huber",
    options: { delta, reduction },
    targets: "values",
    values(targets, predictions, build) {
      const difference = build.subtract(predictions, targets);
      const size = build.absolute(difference);
      const near = build.multiply(build.constant(0.5), square(difference, build));
      const line = build.multiply(build.constant(delta), size);
      const far = build.subtract(line, build.constant(0.5 * delta ** 2));
      const isNear = build.lessEqual(size, build.constant(delta));
      return meanOfLast(build.select(isNear, near, far), build);
    },
  });
}
huber.facts = lossFacts<HuberOptions>({
  name: "huber",
  options: { ...lossNames, delta: "delta" },
  keras: { className: "Huber", aliases: ["huber_loss"] },
});
