// The best sensitivity that keeps specificity.

import { requireOptions } from "../option.ts";
import { type CurveOptions, curveMetric, rates } from "./curve-metric.ts";
import type { Metric } from "./metric.ts";

export interface SensitivityAtSpecificityOptions extends CurveOptions {
  /** How high the specificity must be at least, from 0 to 1. */
  readonly specificity: number;
}

/**
 * The largest sensitivity at a threshold where the specificity is high enough; 0 where there is
 * none. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in
 * Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.sensitivityAtSpecificity({ specificity: 0.9 })
 */
export function sensitivityAtSpecificity(given: SensitivityAtSpecificityOptions): Metric {
  requireOptions("metrics.sensitivityAtSpecificity", given);
  const { specificity, ...options } = given;
  const { name = "sensitivity_at_specificity" } = options;
  return curveMetric({
    kind: "sensitivityAtSpecificity",
    name,
    bound: { name: "specificity", value: specificity },
    options,
    given: rates.specificity,
    wanted: rates.recall,
  });
}
