// The metrics: one file each, one row each.

import { ConfigError } from "../../core/errors.ts";
import { inFull, lookUp } from "../../core/names.ts";
import { outlineOf } from "../../core/option.ts";
import type { LossFunction } from "../losses/loss.ts";
import type { Metric } from "./metric.ts";
import * as metrics from "./table.ts";

/** Those that files name: all but your own. */
const { custom, ...metricTable } = metrics;

export { metrics, metricTable };

/** The metrics that need no options, and so can be asked for by name. */
export type MetricName = {
  [K in keyof typeof metricTable]: [] extends Parameters<(typeof metricTable)[K]> ? K : never;
}[keyof typeof metricTable];

/**
 * Keras's short names, which `compile` takes as well, in small letters or large; logs have what was
 * given.
 */
export const shortNames = {
  acc: "accuracy",
  bce: "binaryCrossentropy",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  mse: "meanSquaredError",
  msle: "meanSquaredLogarithmicError",
} as const satisfies Record<string, MetricName>;

export type ShortMetricName = keyof typeof shortNames | Uppercase<keyof typeof shortNames>;

/** A metric by name, with Keras's defaults or the given options. @throws ConfigError */
export function metricFrom(name: string, options: object = {}): Metric {
  return (lookUp(metricTable, name, "metric") as (options: object) => Metric)(options);
}

/** A metric from what `compile` is given: a name, a metric, or a function. @throws ConfigError */
export function metricOf(given: MetricName | ShortMetricName | Metric | LossFunction): Metric {
  if (typeof given === "string") {
    const name = inFull(shortNames, given);
    return metricFrom(name, name === given ? {} : { name: given });
  }
  if (typeof given === "function") return custom({ values: given });
  const isMetric = typeof given === "object" && given !== null && "sums" in given;
  if (isMetric && typeof given.sums === "function") return given;
  throw new ConfigError({
    what: "This is no metric.",
    expected: 'a name, such as "accuracy", a metric, such as metrics.auc(), or a function',
    received: outlineOf(given),
  });
}
