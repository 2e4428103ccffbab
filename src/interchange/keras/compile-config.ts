// How a model learns, as Keras's files say it, and as plain data.

import { FoveaError } from "../../core/errors.ts";
import { lossFrom } from "../../nn/losses/index.ts";
import { metricFrom } from "../../nn/metrics/index.ts";
import type { Network } from "../../nn/network.ts";
import { storeRate } from "../../nn/optimizers/learning-rate.ts";
import { storedOptimizer } from "../../nn/optimizers/stored-rate.ts";
import { recordOf, refuse } from "../refuse.ts";
import type {
  StoredHead,
  StoredMetric,
  StoredModel,
  StoredPart,
  StoredTraining,
} from "../stored-model.ts";
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
import { metricsOfEach, oneForEach } from "./per-output.ts";
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
export function encodeCompile(
  { training, network }: StoredModel,
  style: KerasStyle,
): Config | undefined {
  if (training === undefined) return undefined;
  const { heads } = training;
  const spread = <T>(value: (head: StoredHead) => T) => perOutput(network, heads, value, style);
  const metrics = (weighted: boolean) => {
    const some = ({ metrics: all }: StoredHead) =>
      all.filter((metric) => metric.weighted === weighted);
    if (heads.every((head) => some(head).length === 0)) return null;
    return spread((head) => some(head).map((metric) => encodeMetric(metric, style)));
  };
  const isPlain = heads.every(({ weight }) => weight === 1);
  return {
    loss: spread(({ loss }) => (loss === undefined ? null : encodeLoss(loss, style))),
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
  heads: readonly StoredHead[],
  value: (head: StoredHead) => T,
  style: KerasStyle,
): unknown {
  if (outputNames.length === 1 && outputForm !== "record") return value(heads[0]);
  const byName = new Map(heads.map((head) => [head.output, value(head)]));
  const all = outputNames.map((name) => byName.get(name) ?? null);
  if (outputForm !== "record" || style === "tensorflowJs") return all;
  return Object.fromEntries(outputNames.map((name, i) => [name, all[i]]));
}

/** The optimizer, with the learning rate that it has now. */
export function encodeOptimizer({ training }: StoredModel, style: KerasStyle): Config | undefined {
  if (training === undefined) return undefined;
  const { name, options } = training.optimizer;
  const row = rowOf(optimizerRows, name, "optimizer");
  const given = Object.entries({ ...options, learningRate: training.learningRate });
  const own = given.filter(([, value]) => !isNothing(value));
  // Keras 3 looks for modules in a schedule, whatever the file.
  const config = { name, ...encodeOptions(row, Object.fromEntries(own), name, "keras3") };
  return encodeObject(row.className, config, "keras.optimizers", style);
}

const isNothing = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

function encodeLoss({ name, options }: StoredPart, style: KerasStyle): Config {
  const row = rowOf(lossRows, name, "loss");
  return encodeObject(
    row.className,
    encodeOptions(row, options, name, style),
    "keras.losses",
    style,
  );
}

/** Keras chooses the kind of accuracy by the shape of the targets only where it is asked by its word. */
function encodeMetric({ kind, name, options }: StoredMetric, style: KerasStyle): unknown {
  if (kind === "accuracy") return /^acc$/i.test(name) ? name : kind;
  const row = rowOf(metricRows, kind, "metric");
  const config = encodeOptions(row, { ...options, name }, kind, style);
  return encodeObject(row.className, config, "keras.metrics", style);
}

/**
 * How a model with these outputs learns; undefined where the file has nothing on it. What a file names and
 * Fovea has not stays in its place with the reason: a loss or metric of one's own may stand in for it.
 *
 * @throws FormatError where the optimizer is none of Fovea's, or the outputs do not fit.
 */
export function decodeCompile(
  config: unknown,
  optimizer: unknown,
  outputNames: readonly string[],
): StoredTraining | undefined {
  if (config === undefined || config === null) return undefined;
  const given = recordOf(config, "The training");
  const { name, options, learningRate } = decodeOptimizer(optimizer);
  const losses = oneForEach(given.loss, outputNames, "loss");
  const weights = oneForEach(given.loss_weights, outputNames, "lossWeights");
  const plain = metricsOfEach(given.metrics, outputNames, "metrics");
  const weighted = metricsOfEach(given.weighted_metrics, outputNames, "weightedMetrics");
  const heads = outputNames.map((output, i): StoredHead => {
    const loss = losses[i];
    return {
      output,
      loss: loss === undefined ? undefined : decodeLoss(loss),
      weight: weightIn(weights[i] ?? 1),
      metrics: [
        ...plain[i].map((metric) => decodeMetric(metric, false)),
        ...weighted[i].map((metric) => decodeMetric(metric, true)),
      ],
    };
  });
  return {
    optimizer: { name, options: { ...options } },
    heads,
    learningRate: storeRate(learningRate),
  };
}

function weightIn(value: unknown): number {
  if (typeof value === "number") return value;
  return refuse({
    what: "The option lossWeights cannot be used.",
    expected: "finite numbers",
    received: value,
  });
}

/** What `make` gives; where Fovea has no such thing, why, under the name that the file has for it. */
function orRefusal<T extends StoredPart>(name: unknown, make: () => T): T | StoredPart {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof FoveaError)) throw cause;
    return { name: typeof name === "string" ? name : "", options: {}, refusal: cause.facts };
  }
}

function decodeLoss(value: unknown): StoredPart {
  return orRefusal(nameOf(value), () => {
    const found = decodeNamed(unwrapped(value, "A loss"), lossRows, "loss");
    const { name, options } = lossFrom(found.name, found.options);
    return { name, options: { ...options } };
  });
}

function decodeMetric(value: unknown, weighted: boolean): StoredMetric {
  const named = orRefusal(nameOf(value), () => {
    const { kind, name, options } = metricOf(value);
    return { kind, name, options: { ...options } };
  });
  return { kind: named.name, ...named, weighted };
}

/** The name that a loss or metric has in logs; undefined where the file does not say it. */
function nameOf(leaf: unknown): unknown {
  const word = wordOf(leaf);
  if (typeof word !== "object" || word === null) return word;
  const { config } = word as { readonly config?: unknown };
  return (Object(config) as { readonly name?: unknown }).name;
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

function decodeOptimizer(value: unknown) {
  const { name, options } = decodeNamed(plainOptimizer(value), optimizerRows, "optimizer");
  return storedOptimizer(name, options);
}

function metricOf(value: unknown) {
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
