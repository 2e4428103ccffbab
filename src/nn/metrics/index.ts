// The metrics: one file each, one row each. Floor 4.

import { lookUp } from "../../core/names.ts";
import { accuracy } from "./accuracy.ts";
import type { Metric } from "./metric.ts";

/** Every metric by its name. */
export const metrics = { accuracy };

export type MetricName = keyof typeof metrics;

/** A metric by name. @throws ConfigError */
export function metricFrom(name: string): Metric {
  return lookUp<() => Metric>(metrics, name, "metric")();
}
