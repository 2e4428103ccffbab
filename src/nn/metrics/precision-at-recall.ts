// The best precision that keeps recall.

import { requireOptions } from "../option.ts";
import { type CurveOptions, curveMetric, rates } from "./curve-metric.ts";
import type { Metric } from "./metric.ts";

export interface PrecisionAtRecallOptions extends CurveOptions {
  /** How high the recall must be at least, from 0 to 1. */
  readonly recall: number;
}

/**
 * The largest precision at a threshold where the recall is high enough; 0 where there is none.
 * Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.precisionAtRecall({ recall: 0.9 })
 */
export function precisionAtRecall(given: PrecisionAtRecallOptions): Metric {
  requireOptions("metrics.precisionAtRecall", given);
  const { recall, ...options } = given;
  const { name = "precision_at_recall" } = options;
  return curveMetric({
    kind: "precisionAtRecall",
    name,
    bound: { name: "recall", value: recall },
    options,
    given: rates.recall,
    wanted: rates.precision,
  });
}
