// A metric of your own.

import { optionsOf } from "../facts.ts";
import type { LossFunction } from "../losses/loss.ts";
import { meanMetric } from "./mean-metric.ts";
import {
  type Better,
  type Metric,
  type MetricOptions,
  metricFacts,
  metricNames,
} from "./metric.ts";

export interface CustomMetricOptions extends MetricOptions {
  /** The numbers whose mean it is, as nodes of the graph: `[N, …]`. */
  readonly values: LossFunction;
  /** Which way it improves, so that callbacks can watch it without a `mode`. Default: neither. */
  readonly better?: Better;
}

/**
 * The mean over an epoch of a function of targets and predictions → `[N, …]`. A
 * file does not keep the function: pass the metric to `loadModel`. For more than a mean write a
 * `Metric`: what a batch adds, and the result.
 *
 * @example
 * metrics.custom({
 *   name: "largest_error",
 *   values(targets, predictions, build) {
 *     const errors = build.absolute(build.subtract(targets, predictions));
 *     return build.reduceMaximum(errors, { axes: [-1] });
 *   },
 * })
 */
export function custom(options: CustomMetricOptions): Metric {
  const { name = "custom", values, better } = optionsOf(custom.facts, options);
  return meanMetric({ kind: "custom", better, name, options: {}, values });
}
custom.facts = metricFacts<CustomMetricOptions>({
  name: "custom",
  options: { ...metricNames, values: null, better: null },
  example: "{ values: (targets, predictions, build) => … }",
});
