// The mean of a model's predictions.

import { optionsOf } from "../facts.ts";
import { meanMetric } from "./mean-metric.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

/**
 * The mean of all predictions `[N, …]`; targets do not matter. For the mean of something else see
 * `custom`.
 *
 * @example metrics.mean({ name: "mean_brightness" })
 */
export function mean(options: MetricOptions = {}): Metric {
  const { name = "mean" } = optionsOf(mean.facts, options);
  return meanMetric({ kind: "mean", name, options: {}, values: (_, predictions) => predictions });
}
mean.facts = metricFacts<MetricOptions>({
  name: "mean",
  options: metricNames,
  keras: { className: "Mean" },
});
