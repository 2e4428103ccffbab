// The best specificity that keeps sensitivity.

import { requireOptions } from "../option.ts";
import { type CurveOptions, curveMetric, rates } from "./curve-metric.ts";
import type { Metric } from "./metric.ts";

export interface SpecificityAtSensitivityOptions extends CurveOptions {
  /** How high the sensitivity must be at least, from 0 to 1. */
  readonly sensitivity: number;
}

/**
 * The largest specificity at a threshold where the sensitivity is high enough; 0 where there is
 * none. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in
 * Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.specificityAtSensitivity({ sensitivity: 0.9 })
 */
export function specificityAtSensitivity(given: SpecificityAtSensitivityOptions): Metric {
  requireOptions("metrics.specificityAtSensitivity", given);
  const { sensitivity, ...options } = given;
  const { name = "specificity_at_sensitivity" } = options;
  return curveMetric({
    kind: "specificityAtSensitivity",
    name,
    bound: { name: "sensitivity", value: sensitivity },
    options,
    given: rates.recall,
    wanted: rates.specificity,
  });
}
