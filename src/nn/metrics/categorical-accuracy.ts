// The share of rows whose largest is where the target's largest is.

import { requireSameShape } from "../losses/loss.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The share of places whose largest score is that of the right class: one-hot targets and predictions
 * `[N, …, C]`. Of equal scores the first counts. As in Keras.
 *
 * @example metrics.categoricalAccuracy()
 */
export function categoricalAccuracy(options: MetricOptions = {}): Metric {
  requireOptions("metrics.categoricalAccuracy", options);
  const { name = "categorical_accuracy" } = options;
  return meanMetric({
    kind: "categoricalAccuracy",
    better: "higher",
    name,
    options: {},
    values(targets, predictions, build) {
      requireSameShape(targets, predictions, "categoricalAccuracy");
      return build.equal(build.argMaximum(predictions), build.argMaximum(targets));
    },
  });
}
