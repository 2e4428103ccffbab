// Intersection over union of all classes.

import { requireOptions } from "../option.ts";
import { iou } from "./iou.ts";
import type { Metric } from "./metric.ts";
import type { OverlapMetricOptions } from "./overlap-metric.ts";

/**
 * The mean of true positives / (true positives + false positives + false negatives) over the
 * classes that occur. Targets and predictions are class numbers `[N, …]` unless told. As in Keras, but
 * weights need not be whole.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.meanIoU({ numClasses: 3, sparseYPred: false })
 */
export function meanIoU(asked: OverlapMetricOptions): Metric {
  requireOptions("metrics.meanIoU", asked);
  const { name = "mean_io_u", ...options } = asked;
  const targetClassIds = Array.from({ length: options.numClasses }, (_, i) => i);
  const { targetClassIds: _, ...given } = iou({ ...options, targetClassIds }).options as object & {
    readonly targetClassIds: unknown;
  };
  return { ...iou({ ...options, targetClassIds }), kind: "meanIoU", name, options: given };
}
