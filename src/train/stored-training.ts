// How a model learns: from the settings of `compile` to the plain data that files keep, and back.

import { FormatError } from "../core/errors.ts";
import type {
  StoredHead,
  StoredMetric,
  StoredPart,
  StoredTraining,
} from "../interchange/stored-model.ts";
import { lossFrom } from "../nn/losses/index.ts";
import { metricFrom } from "../nn/metrics/index.ts";
import type { Metric } from "../nn/metrics/metric.ts";
import { type LearningRate, storeRate } from "../nn/optimizers/learning-rate.ts";
import { storedOptimizer } from "../nn/optimizers/stored-rate.ts";
import { type HeadOptions, lossesOf } from "./heads.ts";
import type { CompileOptions } from "./model-options.ts";
import type { TrainingSettings } from "./settings.ts";

/** Settings as plain data, with the learning rate that the model has now. */
export function storeTraining(
  { optimizer, heads }: TrainingSettings,
  learningRate: LearningRate,
): StoredTraining {
  return {
    optimizer: { name: optimizer.name, options: { ...optimizer.options } },
    heads: heads.map(({ name: output, loss, weight, metrics }) => ({
      output,
      loss: { name: loss.name, options: { ...loss.options } },
      weight,
      metrics: metrics.map(({ kind, name, options, weighted }) => {
        return { kind, name, options: { ...options }, weighted };
      }),
    })),
    learningRate: storeRate(learningRate),
  };
}

/** What stands in for losses and metrics that no file holds. */
export interface OwnTraining {
  readonly loss?: HeadOptions["loss"] | undefined;
  readonly metrics?: readonly Metric[] | undefined;
}

/**
 * What `compile` is told; undefined where no output would be trained.
 *
 * @throws FoveaError where the file names what Fovea has not, and nothing of one's own stands in.
 */
export function compileOptionsFrom(
  { optimizer, heads }: StoredTraining,
  outputNames: readonly string[],
  { loss, metrics = [] }: OwnTraining = {},
): CompileOptions | undefined {
  const own = loss === undefined ? [] : lossesOf(loss, outputNames);
  const lossFor = (head: StoredHead) =>
    own[outputNames.indexOf(head.output)] ?? (head.loss && made(head.loss, lossFrom));
  const byOutput = <T>(value: (head: StoredHead) => T) =>
    Object.fromEntries(heads.map((head) => [head.output, value(head)]));
  const losses = byOutput((head) => lossFor(head) ?? null);
  if (Object.values(losses).every((one) => one === null)) return undefined;
  return {
    optimizer: made(optimizer, storedOptimizer),
    loss: losses,
    lossWeights: byOutput(({ weight }) => weight),
    metrics: byOutput((head) => metricsOf(head, false, metrics)),
    weightedMetrics: byOutput((head) => metricsOf(head, true, metrics)),
  };
}

/** @throws FormatError where the file says that there is none. */
function made<T>(
  { name, options, refusal }: StoredPart,
  make: (name: string, options: object) => T,
): T {
  if (refusal !== undefined) throw new FormatError(refusal);
  return make(name, options);
}

function metricsOf({ metrics }: StoredHead, weighted: boolean, own: readonly Metric[]): Metric[] {
  return metrics
    .filter((stored) => stored.weighted === weighted)
    .map((stored) => own.find(({ name }) => name === stored.name) ?? metricOf(stored));
}

const metricOf = (stored: StoredMetric): Metric =>
  made(stored, () => metricFrom(stored.kind, { ...stored.options, name: stored.name }));
