// Intersection over union of yes and no.

import { requireOptions } from "../option.ts";
import type { Metric, MetricOptions } from "./metric.ts";
import { overlapMetric } from "./overlap-metric.ts";

export interface BinaryIouOptions extends MetricOptions {
  /** Of no (0), of yes (1), or the mean of both, which it is unless told. */
  readonly targetClassIds?: readonly number[];
  /** A result of at least this is a yes. Default: 0.5. */
  readonly threshold?: number;
}

/**
 * The mean of true positives / (true positives + false positives + false negatives) of yes and no:
 * targets of 0 and 1 and predictions `[N, …]`. As in Keras, but weights need not be whole.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.binaryIoU({ targetClassIds: [1], threshold: 0.4 })
 */
export function binaryIoU(options: BinaryIouOptions = {}): Metric {
  requireOptions("metrics.binaryIoU", options);
  const { name = "binary_io_u", targetClassIds = [0, 1], threshold = 0.5 } = options;
  return overlapMetric({
    kind: "binaryIoU",
    name,
    options: { targetClassIds, threshold },
    numClasses: 2,
    targetClassIds,
    classes: ({ build, targets, predictions }) => ({
      labels: targets,
      given: build.lessEqual(build.constant(threshold), predictions),
    }),
  });
}
