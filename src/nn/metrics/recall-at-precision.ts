// The best recall that keeps precision.

import { requireOptions } from "../option.ts";
import { type CurveOptions, curveMetric, rates } from "./curve-metric.ts";
import type { Metric } from "./metric.ts";

export interface RecallAtPrecisionOptions extends CurveOptions {
  /** How high the precision must be at least, from 0 to 1. */
  readonly precision: number;
}

/**
 * The largest recall at a threshold where the precision is high enough; 0 where there is none.
 * Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.recallAtPrecision({ precision: 0.9 })
 */
export function recallAtPrecision(given: RecallAtPrecisionOptions): Metric {
  requireOptions("metrics.recallAtPrecision", given);
  const { precision, ...options } = given;
  const { name = "recall_at_precision" } = options;
  return curveMetric({
    kind: "recallAtPrecision",
    name,
    bound: { name: "precision", value: precision },
    options,
    given: rates.precision,
    wanted: rates.recall,
  });
}
