// Which way the numbers of a run improve. The metrics themselves say so; nothing is guessed from names.

import { ConfigError } from "../core/errors.ts";
import { betterOf } from "../nn/metrics/compiled-metric.ts";
import { type MetricName, metricOf, metricTable, shortNames } from "../nn/metrics/index.ts";
import type { Better, Metric } from "../nn/metrics/metric.ts";
import type { SymbolicOutputs } from "../nn/network.ts";
import type { StatefulModel } from "../train/stateful-model.ts";
import { epochNumbers } from "./epoch-numbers.ts";

/** Whether higher or lower is better, for each number of the logs, by its name without `val_`. */
export type Directions = Readonly<Record<string, Better>>;

/**
 * The directions of what a compiled model reports.
 *
 * @example curvesSvg(history.epochs, { directions: directionsOf(model) })
 */
export function directionsOf(model: StatefulModel<SymbolicOutputs>): Directions {
  const metrics = model.settings?.metrics ?? [];
  const known = metrics.flatMap(({ name, better }) =>
    better === undefined ? [] : [[name, better]],
  );
  return { loss: "lower", ...Object.fromEntries(known) };
}

/** Of the numbers that no metric reports. */
const measured = Object.entries(epochNumbers).map(([name, { better }]) => ({ name, better }));

/**
 * Which way the number `key` of the logs improves; undefined where that is not known.
 *
 * @param directions of metrics. Default: those of the metrics that `compile` takes by name.
 */
export function directionOf(key: string, directions?: Directions): Better | undefined {
  const metrics =
    directions === undefined
      ? usualMetrics()
      : Object.entries(directions).map(([name, better]) => ({ name, better }));
  return betterOf([...metrics, ...measured], key);
}

let usual: readonly Metric[] | undefined;

/** Every metric that needs no options, under its full name and the short ones. */
function usualMetrics(): readonly Metric[] {
  const names = [...Object.keys(metricTable), ...Object.keys(shortNames)] as MetricName[];
  usual ??= names.flatMap((name) => {
    try {
      return [metricOf(name)];
    } catch (error) {
      if (error instanceof ConfigError) return [];
      throw error;
    }
  });
  return usual;
}
