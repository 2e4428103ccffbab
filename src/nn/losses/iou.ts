// IoU loss: 1 − the intersection over union (Jaccard index) of two regions.

import { optionsOf } from "../facts.ts";
import { defineLoss, type Loss, lossFacts } from "./loss.ts";
import { type OverlapOptions, overlapNames, tverskyOf } from "./overlap.ts";

/**
 * IoU loss: 1 − Σ y · p / (Σ y + Σ p − Σ y · p + 10⁻⁷) over the axes: `[N, …]`, `[N, …]` → what is
 * left of the shape, by default `[]`. Source: Rahman and Wang, ISVC 2016. Keras has it as Tversky
 * with both weights 1.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.iou({ axis: [1, 2, 3] })
 */
export function iou(options: OverlapOptions = {}): Loss {
  const { axis = null, reduction } = optionsOf(iou.facts, options);
  return defineLoss({
    name: "iou",
    options: { axis, reduction },
    targets: "values",
    range: [0, 1],
    values: (targets, predictions, build) =>
      tverskyOf(targets, predictions, { alpha: 1, beta: 1, axis }, build),
  });
}
iou.facts = lossFacts<OverlapOptions>({
  name: "iou",
  options: overlapNames,
});
