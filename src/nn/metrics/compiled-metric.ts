// The metrics of a model, each under a name of its own. Names as Keras gives them: a second `precision`
// is `precision_1`, and one that is weighted and has a namesake `weighted_precision`.

import { ConfigError } from "../../core/errors.ts";
import type { Metric } from "./metric.ts";

/** A metric in its place. */
export interface CompiledMetric extends Metric {
  /** Whether the weights of the examples count. */
  readonly weighted: boolean;
}

/** @throws ConfigError where a metric is called as the loss. */
export function compileMetrics(
  metrics: readonly Metric[],
  weightedMetrics: readonly Metric[],
): CompiledMetric[] {
  const counts = new Map<string, number>();
  const named = (metric: Metric, name: string, weighted: boolean): CompiledMetric => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return { ...metric, name: count === 0 ? name : `${name}_${count}`, weighted };
  };
  const plain = metrics.map((metric) => named(metric, metric.name, false));
  const weighed = weightedMetrics.map((metric) => {
    const isTaken = counts.has(metric.name);
    return named(metric, isTaken ? `weighted_${metric.name}` : metric.name, true);
  });
  const all = [...plain, ...weighed];
  const names = ["loss", ...all.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return all;
  throw new ConfigError({
    what: "Two numbers would be reported under one name.",
    expected: "metrics whose names differ, and none called loss",
    received: `"${twice}" twice`,
    fix: "give one of them another name",
  });
}
