// Intersection over union of some classes, of one-hot rows.

import { requireOptions } from "../option.ts";
import { type IouOptions, iou } from "./iou.ts";
import type { Metric } from "./metric.ts";

/** Options of `oneHotIoU`. */
export interface OneHotIouOptions extends Omit<IouOptions, "sparseYTrue"> {}

/**
 * The mean of true positives / (true positives + false positives + false negatives) over the target
 * classes that occur: one-hot targets and scores `[N, …, C]`. As in Keras, but weights need not be
 * whole.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.oneHotIoU({ numClasses: 3, targetClassIds: [0, 2] })
 */
export function oneHotIoU(asked: OneHotIouOptions): Metric {
  requireOptions("metrics.oneHotIoU", asked);
  const { name = "one_hot_io_u", ...options } = asked;
  const {
    numClasses,
    targetClassIds,
    ignoreClass = null,
    sparseYPred = false,
    axis = -1,
  } = options;
  const given = { numClasses, targetClassIds, ignoreClass, sparseYPred, axis };
  return { ...iou({ ...given, sparseYTrue: false }), kind: "oneHotIoU", name, options: given };
}
