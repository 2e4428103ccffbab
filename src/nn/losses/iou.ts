// IoU loss: 1 − the intersection over union (Jaccard index) of two regions.

import { optionsOf } from "../facts.ts";
import { type Loss, lossFacts } from "./loss.ts";
import { type OverlapOptions, overlapLoss, overlapNames, tverskyOf } from "./overlap.ts";

/**
 * IoU loss: 1 − Σ y · p / (Σ y + Σ p − Σ y · p + 10⁻⁷) over the axes: `[N, …]`, `[N, …]` → what is
 * left of the shape, by default `[]`. Source: Rahman and Wang, ISVC 2016. Keras has it as Tversky
 * with both weights 1.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.iou({ axis: [1, 2, 3] })
 */
export function iou(options: OverlapOptions = {}): Loss {
  return overlapLoss("iou", optionsOf(iou.facts, options), (regions, build) =>
    tverskyOf(regions, { alpha: 1, beta: 1 }, build),
  );
}
iou.facts = lossFacts<OverlapOptions>({
  name: "iou",
  options: overlapNames,
});
