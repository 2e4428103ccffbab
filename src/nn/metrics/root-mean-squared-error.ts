// Root mean squared error (RMSE).

import { optionsOf } from "../facts.ts";
import { square } from "../losses/formulas.ts";
import { requireSameShape } from "../losses/loss.ts";
import { meanMetric } from "./mean-metric.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

/**
 * Root mean squared error: √ of the mean over the epoch of (target − prediction)²: `[N, …]`, `[N,
 * …]`. As in Keras.
 *
 * @example metrics.rootMeanSquaredError()
 */
export function rootMeanSquaredError(options: MetricOptions = {}): Metric {
  const { name = "root_mean_squared_error" } = optionsOf(rootMeanSquaredError.facts, options);
  return meanMetric({
    kind: "rootMeanSquaredError",
    better: "lower",
    name,
    options: {},
    values(targets, predictions, build) {
      requireSameShape(targets, predictions, "rootMeanSquaredError");
      return square(build.subtract(predictions, targets), build);
    },
    finish: Math.sqrt,
  });
}
rootMeanSquaredError.facts = metricFacts<MetricOptions>({
  name: "rootMeanSquaredError",
  options: metricNames,
  keras: { className: "RootMeanSquaredError" },
});
