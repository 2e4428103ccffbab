// How a model learns, as Keras's files say it, and as `compile` takes it.

import { type LossName, lossFrom } from "../../nn/losses/index.ts";
import type { Loss } from "../../nn/losses/loss.ts";
import type { CompiledMetric } from "../../nn/metrics/compiled-metric.ts";
import { metricFrom } from "../../nn/metrics/index.ts";
import type { Metric } from "../../nn/metrics/metric.ts";
import type { Network } from "../../nn/network.ts";
import { optimizerFrom } from "../../nn/optimizers/index.ts";
import { storeRate } from "../../nn/optimizers/learning-rate.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import type { Head } from "../../train/heads.ts";
import type { CompileOptions } from "../../train/options.ts";
import type { OwnTraining } from "../model-format.ts";
import { recordOf, refuse } from "../refuse.ts";
import type { ModelToStore } from "../stored-model.ts";
import { lossRows, metricRows, optimizerRows } from "./definition-rows.ts";
import {
  decodeOptions,
  encodeObject,
  encodeOptions,
  type KerasStyle,
  namedIn,
  objectIn,
} from "./object.ts";
import { plainOptimizer } from "./older-optimizers.ts";
import type { KerasRow, KerasRows } from "./row.ts";

type Config = Readonly<Record<string, unknown>>;

const withoutTraining = "Leave training out: saveModel(model, path, { training: false }).";

function rowOf(rows: KerasRows, name: string, what: string): KerasRow {
  if (Object.hasOwn(rows, name)) return rows[name];
  return refuse({
    what: `Keras has no ${what} ${name}.`,
    expected: Object.keys(rows).join(", "),
    received: name,
    fix: withoutTraining,
  });
}

/** Optimizer, losses and metrics; undefined where the model was not compiled. */
export function encodeCompile(model: ModelToStore, style: KerasStyle): Config | undefined {
  const { settings, network } = model;
  if (settings === undefined) return undefined;
  const { heads } = settings;
  const spread = <T>(value: (head: Head) => T) => perOutput(network, heads, value, style);
  const metrics = (weighted: boolean) => {
    const some = (head: Head) => head.metrics.filter((metric) => metric.weighted === weighted);
    if (heads.every((head) => some(head).length === 0)) return null;
    return spread((head) => some(head).map((metric) => encodeMetric(metric, style)));
  };
  const isPlain = heads.every(({ weight }) => weight === 1);
  return {
    loss: spread(({ loss }) => encodeLoss(loss, style)),
    loss_weights: isPlain ? null : spread(({ weight }) => weight),
    metrics: metrics(false),
    weighted_metrics: metrics(true),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

/** A value for the only output; else a list, or a record where the outputs are one. */
function perOutput<T>(
  { outputForm, outputNames }: Network,
  heads: readonly Head[],
  value: (head: Head) => T,
  style: KerasStyle,
): unknown {
  if (outputNames.length === 1 && outputForm !== "record") return value(heads[0]);
  const byName = new Map(heads.map((head) => [head.name, value(head)]));
  const all = outputNames.map((name) => byName.get(name) ?? null);
  if (outputForm !== "record" || style === "tensorflowJs") return all;
  return Object.fromEntries(outputNames.map((name, i) => [name, all[i]]));
}

/** The optimizer, with the learning rate that it has now. */
export function encodeOptimizer(
  { settings, learningRate }: ModelToStore,
  style: KerasStyle,
): Config | undefined {
  if (settings === undefined) return undefined;
  const { name, options } = settings.optimizer;
  const row = rowOf(optimizerRows, name, "optimizer");
  const given = Object.entries({ ...options, learningRate: storeRate(learningRate) });
  const own = given.filter(([, value]) => !isNothing(value));
  // Keras 3 looks for modules in a schedule, whatever the file.
  const config = { name, ...encodeOptions(row, Object.fromEntries(own), name, "keras3") };
  return encodeObject(row.className, config, "keras.optimizers", style);
}

const isNothing = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

function encodeLoss({ name, options }: Loss, style: KerasStyle): Config {
  const row = rowOf(lossRows, name, "loss");
  return encodeObject(
    row.className,
    encodeOptions(row, options, name, style),
    "keras.losses",
    style,
  );
}

/** Keras chooses the kind of accuracy by the shape of the targets only where it is asked by its word. */
function encodeMetric({ kind, name, options }: CompiledMetric, style: KerasStyle): unknown {
  if (kind === "accuracy") return /^acc$/i.test(name) ? name : kind;
  const row = rowOf(metricRows, kind, "metric");
  const config = encodeOptions(row, { ...options, name }, kind, style);
  return encodeObject(row.className, config, "keras.metrics", style);
}

/**
 * What `compile` is told; undefined where the file has nothing on it. A loss and metrics of one's `own`
 * stand in for what the file names.
 *
 * @throws FormatError
 */
export function decodeCompile(
  config: unknown,
  optimizer: unknown,
  own: OwnTraining = {},
): CompileOptions | undefined {
  if (config === undefined || config === null) return undefined;
  const given = recordOf(config, "The training");
  if ((own.loss ?? given.loss ?? null) === null) return undefined;
  const weights = withoutNulls(given.loss_weights);
  const metricsIn = (value: unknown) => decodeMetrics(value, own.metrics ?? []);
  return {
    optimizer: decodeOptimizer(optimizer),
    loss: own.loss ?? (mapTree(given.loss, decodeLoss) as CompileOptions["loss"]),
    ...(weights === undefined ? {} : { lossWeights: weights as number[] }),
    metrics: metricsIn(given.metrics),
    weightedMetrics: metricsIn(given.weighted_metrics),
  };
}

type GivenMetrics = NonNullable<CompileOptions["metrics"]>;

function decodeMetrics(value: unknown, own: readonly Metric[]): GivenMetrics {
  const decode = (leaf: unknown) => {
    const name = metricName(leaf);
    return own.find((metric) => metric.name === name) ?? decodeMetric(leaf);
  };
  return (mapTree(withoutNulls(value) ?? [], decode) ?? []) as GivenMetrics;
}

/** The name that a metric has in logs; undefined where the file does not say it. */
function metricName(leaf: unknown): unknown {
  const word = wordOf(leaf);
  if (typeof word === "string") return word;
  return objectIn(word, "A metric").config.name;
}

/** Lists and records in which an output has nothing: numbers become 1, metrics none. */
function withoutNulls(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  const whole = (one: unknown, like: unknown) => one ?? (typeof like === "number" ? 1 : []);
  if (Array.isArray(value)) {
    const like = value.find((one) => one !== null);
    return value.map((one) => whole(one, like));
  }
  const entries = Object.entries(value);
  const like = entries.find(([, one]) => one !== null)?.[1];
  return Object.fromEntries(entries.map(([key, one]) => [key, whole(one, like)]));
}

/** Lists and records of texts and objects, with `decode` in the place of each of those. */
function mapTree(value: unknown, decode: (leaf: unknown) => unknown, depth = 0): unknown {
  if (value === null || value === undefined) return null;
  const isLeaf = typeof value !== "object" || "class_name" in value || depth > 4;
  if (isLeaf) return decode(value);
  if (Array.isArray(value)) return value.map((one) => mapTree(one, decode, depth + 1));
  const entries = Object.entries(value).map(([key, one]) => [key, mapTree(one, decode, depth + 1)]);
  return Object.fromEntries(entries);
}

interface Found {
  readonly name: string;
  readonly options: Record<string, unknown>;
}

/** A function of Keras's as its word: Keras 3 wraps it. Anything else as it is. */
function wordOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { class_name: className, config } = value as Readonly<Record<string, unknown>>;
  return className === "function" && typeof config === "string" ? config : value;
}

/** The object inside of a class that only wraps a function; anything else as it is. */
function unwrapped(value: unknown, what: string): unknown {
  const word = wordOf(value);
  if (typeof word === "string") return word;
  const { className, config, isKeras } = objectIn(word, what);
  const { fn, ...own } = config;
  const inside = wordOf(fn);
  const isWrapper = isKeras && wrappers.includes(className) && typeof inside === "string";
  return isWrapper ? { class_name: inside, config: own } : word;
}

const wrappers = ["MeanMetricWrapper", "LossFunctionWrapper"];

/** Our name and options for a class or a word of Keras's. */
function decodeNamed(value: unknown, rows: KerasRows, what: string): Found {
  const { className, config, found } = namedIn(value, rows, `The ${what}`);
  if (found !== undefined) {
    const [name, row] = found;
    return { name, options: decodeOptions(row, config, `the ${what} ${className}`) };
  }
  return refuse({
    what: `Fovea has no ${what} ${className}.`,
    expected: Object.values(rows)
      .map((row) => row.className)
      .join(", "),
    received: className,
  });
}

function decodeOptimizer(value: unknown): Optimizer {
  const { name, options } = decodeNamed(plainOptimizer(value), optimizerRows, "optimizer");
  return optimizerFrom(name, options);
}

function decodeLoss(value: unknown): Loss {
  const { name, options } = decodeNamed(unwrapped(value, "A loss"), lossRows, "loss");
  return lossFrom(name as LossName, options);
}

function decodeMetric(value: unknown): Metric {
  const word = wordOf(value);
  // Logs have the word that was given. By this one it is chosen by the targets; the class of that name
  // compares them as they are.
  if (typeof word === "string") {
    const name = /^acc(uracy)?$/i.test(word)
      ? "accuracy"
      : decodeNamed(word, withoutAccuracy, "metric").name;
    return metricFrom(name, { name: word });
  }
  const inside = unwrapped(word, "A metric");
  const rows = inside === word ? withoutAccuracy : metricRows;
  const { name, options } = decodeNamed(inside, rows, "metric");
  return metricFrom(name, options);
}

const { accuracy: _, ...withoutAccuracy } = metricRows;
