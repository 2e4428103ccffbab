// Intersection over union of some classes.

import { requireOptions } from "../option.ts";
import type { Metric } from "./metric.ts";
import { classesBy, type OverlapMetricOptions, overlapMetric } from "./overlap-metric.ts";

export interface IouOptions extends OverlapMetricOptions {
  /** The classes whose mean it is. */
  readonly targetClassIds: readonly number[];
}

/**
 * The mean of true positives / (true positives + false positives + false negatives) over the target
 * classes that occur. Targets and predictions are class numbers `[N, …]` unless told. As in Keras, but
 * weights need not be whole.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.iou({ numClasses: 3, targetClassIds: [1, 2], sparseYPred: false })
 */
export function iou(options: IouOptions): Metric {
  requireOptions("metrics.iou", options);
  const { name = "io_u", numClasses, targetClassIds, ignoreClass = null } = options;
  const { sparseYTrue = true, sparseYPred = true, axis = -1 } = options;
  return overlapMetric({
    kind: "iou",
    name,
    options: { numClasses, targetClassIds, ignoreClass, sparseYTrue, sparseYPred, axis },
    numClasses,
    targetClassIds,
    ignoreClass,
    classes: classesBy({ sparseYTrue, sparseYPred, axis }),
  });
}
