// The metrics of a model, each under a name of its own. Names as Keras gives them: a second `precision`
// is `precision_1`, and one that is weighted and has a namesake `weighted_precision`.

import { ConfigError } from "../../core/errors.ts";
import type { Better, Metric } from "./metric.ts";

/** A metric in its place. */
export interface CompiledMetric extends Metric {
  /** Whether the weights of the examples count. */
  readonly weighted: boolean;
}

/**
 * Which way a number of the logs improves: the loss, or one of `metrics`, measured in training or
 * in validation (`val_`); a metric that has several numbers has them as `name_0`, `name_1`, and so
 * on. Undefined where neither way is better, or nothing of that name is reported.
 */
export function betterOf(
  metrics: readonly Pick<Metric, "name" | "better">[],
  logName: string,
): Better | undefined {
  const known = new Map(metrics.map(({ name, better }) => [name, better]));
  const name = logName.replace(/^val_/, "");
  const [found] = [logName, name, name.replace(/_\d+$/, "")].filter((one) => known.has(one));
  if (found !== undefined) return known.get(found);
  return name === "loss" ? "lower" : undefined;
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
