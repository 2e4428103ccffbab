// Intersection over union of all classes, of one-hot rows.

import { requireOptions } from "../option.ts";
import { meanIoU } from "./mean-iou.ts";
import type { Metric } from "./metric.ts";
import type { OverlapMetricOptions } from "./overlap-metric.ts";

/** Options of `oneHotMeanIoU`. */
export interface OneHotMeanIouOptions extends Omit<OverlapMetricOptions, "sparseYTrue"> {}

/**
 * The mean of true positives / (true positives + false positives + false negatives) over the
 * classes that occur: one-hot targets and scores `[N, …, C]`. As in Keras, but weights need not be
 * whole.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.oneHotMeanIoU({ numClasses: 3 })
 */
export function oneHotMeanIoU(options: OneHotMeanIouOptions): Metric {
  requireOptions("metrics.oneHotMeanIoU", options);
  const { name = "one_hot_mean_io_u", numClasses, ignoreClass = null } = options;
  const { sparseYPred = false, axis = -1 } = options;
  const given = { numClasses, ignoreClass, sparseYPred, axis };
  return {
    ...meanIoU({ ...given, sparseYTrue: false }),
    kind: "oneHotMeanIoU",
    name,
    options: given,
  };
}
