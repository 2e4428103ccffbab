// What a model learns from: for each output that is trained, a loss, how much it counts, and metrics.
// Names and forms are Keras's.

import { ConfigError } from "../core/errors.ts";
import { requireRecord } from "../core/option.ts";
import type { Shape } from "../core/shape.ts";
import { type LossName, lossOf, type ShortLossName } from "../nn/losses/index.ts";
import type { Loss, LossFunction } from "../nn/losses/loss.ts";
import { reduceLoss } from "../nn/losses/reduce-loss.ts";
import { type CompiledMetric, compileMetrics } from "../nn/metrics/compiled-metric.ts";
import { type MetricName, metricOf, type ShortMetricName } from "../nn/metrics/index.ts";
import { type Metric, shareOf } from "../nn/metrics/metric.ts";
import type { Network } from "../nn/network.ts";

/** One output with what it is compared by. */
export interface Head {
  /** The output's name. */
  readonly name: string;
  /** Which output of the network it is. */
  readonly output: number;
  readonly outputShape: Shape;
  readonly loss: Loss;
  /** What its loss is multiplied by in the sum that is trained on. */
  readonly weight: number;
  /** As they were asked for, under names of the output's own. */
  readonly metrics: readonly CompiledMetric[];
  /** What is reported of it, under the names that logs use. */
  readonly reports: readonly CompiledMetric[];
}

/** For the only output, for each in order, or for some by name. */
export type PerOutput<T> = T | readonly (T | null)[] | Readonly<Record<string, T | null>>;

/** A loss as `compile` takes it: by name, made, or a function that makes graph nodes. */
export type GivenLoss = LossName | ShortLossName | Loss | LossFunction;

type GivenMetric = MetricName | ShortMetricName | Metric | LossFunction;

/** Metrics as `compile` takes them: a list, a list for each output, or a record by their names. */
export type GivenMetrics =
  | readonly GivenMetric[]
  | readonly (readonly GivenMetric[])[]
  | Readonly<Record<string, GivenMetric | readonly GivenMetric[]>>;

/** What heads are made of, as `compile` is told. */
export interface HeadOptions {
  readonly loss: PerOutput<GivenLoss>;
  readonly lossWeights?: number | readonly number[] | Readonly<Record<string, number>>;
  readonly metrics?: GivenMetrics;
  readonly weightedMetrics?: GivenMetrics;
}

/** The loss of each output; undefined where it has none. @throws ConfigError */
export function lossesOf(
  loss: HeadOptions["loss"],
  outputNames: readonly string[],
): (Loss | undefined)[] {
  return spread(loss, outputNames, isLoss, "loss").map((one) => one && lossOf(one));
}

/**
 * The heads of `network`.
 *
 * @throws ConfigError where a name is unknown, or something is told of an output that does not exist.
 */
export function headsOf(network: Network, options: HeadOptions): readonly Head[] {
  const { outputNames, outputs } = network;
  const losses = lossesOf(options.loss, outputNames);
  const weights = spread(options.lossWeights ?? {}, outputNames, isNumber, "lossWeights");
  const metrics = spreadMetrics(options.metrics ?? [], outputNames, "metrics");
  const weighed = spreadMetrics(options.weightedMetrics ?? [], outputNames, "weightedMetrics");
  const trained = outputNames.flatMap((name, output) => {
    const loss = losses[output];
    if (loss === undefined) return [];
    return {
      name,
      output,
      outputShape: outputs[output].shape,
      loss,
      weight: requireWeight(weights[output] ?? 1),
      metrics: compileMetrics(metrics[output].map(metricOf), weighed[output].map(metricOf)),
    };
  });
  if (trained.length === 0) {
    throw new ConfigError({
      what: "The model would not learn from any of its outputs.",
      expected: `a loss for at least one of ${outputNames.join(", ")}`,
      received: "none",
    });
  }
  const heads = trained.map((head) => ({
    ...head,
    reports: reportsOf(head, outputNames.length > 1, trained.length > 1),
  }));
  requireDistinct(heads.flatMap(({ reports }) => reports.map(({ name }) => name)));
  return heads;
}

/** Metrics under the names of the logs; with several losses, each one unweighted, as in Keras. */
function reportsOf(
  { name, loss, metrics }: Omit<Head, "reports">,
  severalOutputs: boolean,
  severalLosses: boolean,
): readonly CompiledMetric[] {
  const named = metrics.map((metric) =>
    severalOutputs ? { ...metric, name: `${name}_${metric.name}` } : metric,
  );
  if (!severalLosses) return named;
  return [lossReport(name, loss), ...named];
}

/** The loss of one output among several, every example counting by its weight. */
function lossReport(name: string, loss: Loss): CompiledMetric {
  return {
    kind: "loss",
    better: "lower",
    name: `${name}_loss`,
    options: {},
    weighted: true,
    sums(batch) {
      const { build, predictions } = batch;
      const count = build.constant(predictions.shape[0]);
      return { total: build.multiply(reduceLoss(loss, batch).shown, count), count };
    },
    result: ({ total, count }) => shareOf(total[0], count[0]),
  };
}

const isLoss = (value: unknown): value is GivenLoss =>
  typeof value === "string" ||
  typeof value === "function" ||
  // A record by names may name an output "values", but has no reduction beside it.
  (typeof value === "object" && value !== null && "values" in value && "reduction" in value);

const isNumber = (value: unknown): value is number => typeof value === "number";

function requireWeight(weight: number): number {
  if (Number.isFinite(weight)) return weight;
  throw new ConfigError({
    what: "The option lossWeights cannot be used.",
    expected: "finite numbers",
    received: String(weight),
  });
}

/** A value for each output; undefined where there is none. */
function spread<T>(
  value: PerOutput<T>,
  outputNames: readonly string[],
  isOne: (value: unknown) => value is T,
  option: string,
): (T | undefined)[] {
  // One for all, as in Keras.
  if (isOne(value)) return outputNames.map(() => value);
  if (Array.isArray(value)) {
    requireCount(value.length, outputNames, option);
    return value.map((one: T | null) => one ?? undefined);
  }
  requireRecord(`The option ${option} cannot be used.`, value, [], formsOf(outputNames));
  const record = value as Readonly<Record<string, T | null>>;
  requireKnown(Object.keys(record), outputNames, option);
  return outputNames.map(
    (name) => (Object.hasOwn(record, name) ? record[name] : null) ?? undefined,
  );
}

type SomeMetrics = readonly GivenMetric[];

function spreadMetrics(
  metrics: GivenMetrics,
  outputNames: readonly string[],
  option: string,
): SomeMetrics[] {
  const listed = (one: unknown) => (Array.isArray(one) ? one : [one]) as SomeMetrics;
  if (typeof metrics === "string") {
    throw new ConfigError({
      what: `The option ${option} cannot be used.`,
      expected: "a list",
      received: `"${metrics}"`,
      fix: `put it into a list: ${option}: ["${metrics}"]`,
    });
  }
  if (!Array.isArray(metrics)) {
    requireRecord(`The option ${option} cannot be used.`, metrics, [], formsOf(outputNames));
    const record = metrics as Readonly<Record<string, unknown>>;
    requireKnown(Object.keys(record), outputNames, option);
    return outputNames.map((name) => (Object.hasOwn(record, name) ? listed(record[name]) : []));
  }
  if (metrics.length === 0) return outputNames.map(() => []);
  if (outputNames.length === 1) return [metrics.flat() as SomeMetrics];
  requireCount(metrics.length, outputNames, option);
  return metrics.map(listed);
}

/** In which forms an option may be given, where each output has its own. */
function formsOf(outputNames: readonly string[]): string {
  return `one for each of ${outputNames.join(", ")} in a list, or a record by their names`;
}

function requireCount(count: number, outputNames: readonly string[], option: string): void {
  if (count === outputNames.length) return;
  throw new ConfigError({
    what: `The option ${option} does not fit the model's outputs.`,
    expected: `one for each of ${outputNames.join(", ")}, or a record by their names`,
    received: `a list of ${count}`,
  });
}

function requireKnown(given: readonly string[], outputNames: readonly string[], option: string) {
  const unknown = given.find((name) => !outputNames.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError({
    what: `The option ${option} names an output that does not exist.`,
    expected: outputNames.join(", "),
    received: unknown,
  });
}

/** @throws ConfigError where two numbers would be reported under one name, or one as the loss. */
function requireDistinct(reported: readonly string[]): void {
  const names = ["loss", ...reported];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new ConfigError({
    what: "Two numbers would be reported under one name.",
    expected: "metrics whose names differ, and none called loss",
    received: `"${twice}" twice`,
  });
}
