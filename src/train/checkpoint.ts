// A whole model in one safetensors file: architecture, weights, and what it takes to train on as if
// nothing had happened. The bytes are formats/' business. Files of Keras and of TensorFlow.js go through
// model-files.ts.

import type { NumericArray } from "../core/dtype.ts";
import { ConfigError, FormatError, FoveaError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Warn } from "../core/warn.ts";
import { readWholeFile, writeFileAtomically } from "../formats/files.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import { checkWeights } from "../interchange/check-weights.ts";
import { modelFormatOf, writtenFormatOf } from "../interchange/index.ts";
import { checkInputShape } from "../interchange/keras/network-in.ts";
import type { InputShapes } from "../interchange/model-format.ts";
import {
  type ModelDescription,
  readDescription,
  type StoredHead,
  type WrittenDescription,
  writeDescription,
} from "../interchange/safetensors/model-description.ts";
import type { CustomLayers } from "../nn/custom-layer.ts";
import { lossFrom } from "../nn/losses/index.ts";
import { metricFrom } from "../nn/metrics/index.ts";
import type { Metric } from "../nn/metrics/metric.ts";
import type { Network, SymbolicOutputs } from "../nn/network.ts";
import { networkFrom } from "../nn/network-from.ts";
import { optimizerFrom } from "../nn/optimizers/index.ts";
import { type LearningRate, rateFrom, storeRate } from "../nn/optimizers/learning-rate.ts";
import { outlineOf, requireOptions } from "../nn/option.ts";
import type { Progress } from "./fit.ts";
import { type HeadOptions, lossesOf } from "./heads.ts";
import { Model, type ModelState, requireModel } from "./model.ts";
import { readModelFile, writeModelFile } from "./model-files.ts";
import type { ModelOptions } from "./options.ts";

/** What the names of the optimizer's values begin with in the file. */
const slotPrefix = "optimizer/";

export interface SaveOptions {
  /** The names of the classes, kept for whoever predicts with the model. */
  readonly classNames?: readonly string[];
  /** Whether optimizer, losses and metrics are kept. Default: true; false for `.json`, which browsers load. */
  readonly training?: boolean;
  /**
   * Takes what the file cannot keep, or its usual readers cannot do, as whole sentences. Default: Node
   * prints it as a `FoveaWarning`.
   */
  readonly onWarning?: Warn;
}

/** The model as one safetensors file. */
export function encodeModel(
  model: Model<SymbolicOutputs>,
  { classNames, training = true }: SaveOptions = {},
): Uint8Array {
  const { weights, slots, progress } = model.getState();
  const settings = training ? model.settings : undefined;
  const description: WrittenDescription = {
    version: 2,
    seed: model.seed,
    precision: model.precision,
    network: model.network.toConfig(),
    ...(settings === undefined
      ? {}
      : {
          training: {
            optimizer: { name: settings.optimizer.name, options: settings.optimizer.options },
            heads: settings.heads.map(({ name: output, loss, weight, metrics }) => ({
              output,
              loss: { name: loss.name, options: { ...loss.options } },
              weight,
              metrics: metrics.map(({ kind, name, options, weighted }) => ({
                kind,
                name,
                options: { ...options },
                weighted,
              })),
            })),
            learningRate: storeRate(model.rateSetting) as number,
          },
        }),
    progress: structuredClone(progress) as WrittenDescription["progress"],
    ...(classNames === undefined ? {} : { classNames: [...classNames] }),
  };
  const tensors: [string, Tensor][] = [
    ...weights,
    ...(settings === undefined ? [] : [...slots]).map(([name, value]): [string, Tensor] => [
      slotPrefix + name,
      value,
    ]),
  ];
  return encodeSafetensors({
    tensors,
    metadata: writeDescription(description),
    checksum: true,
  });
}

/**
 * Saves architecture, weights, settings and progress. The file is whole or not there at all. The end of
 * its name says what it is: `.keras` and `.h5` are Keras's, `.json` is that of TensorFlow.js (with shards
 * beside it), `.safetensors` is Fovea's own, the only one that keeps the progress.
 *
 * Only `.safetensors` keeps a layer that several models inside share as one layer; elsewhere each of them
 * gets a copy. In `.json` a layer whose name another one has gets a longer name, for TensorFlow.js tells
 * weights apart by it.
 *
 * @throws FormatError where it has another end, cannot be written, or cannot hold the model; a file that was
 * there before stays.
 * @example await saveModel(model, "model.safetensors")
 * @example await saveModel(model, "model.keras")
 */
export async function saveModel(
  model: Model<SymbolicOutputs>,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  if (typeof model === "string") {
    throw new ConfigError({
      what: "saveModel was given the path first.",
      expected: 'the model, then the path, as in saveModel(model, "model.safetensors")',
      received: outlineOf(model),
    });
  }
  requireModel("saveModel", model);
  requireOptions("saveModel", options);
  const format = writtenFormatOf(path);
  if (format !== undefined) await writeModelFile(model, path, format, options);
  else await writeFileAtomically(path, encodeModel(model, options));
}

/** A loaded model, with what the file knows besides. */
export interface LoadedModel {
  readonly model: Model;
  readonly classNames: readonly string[] | undefined;
}

/** Where a model comes back, and what its file cannot hold. */
export interface LoadOptions extends Pick<ModelOptions, "device"> {
  /** The loss that the model was compiled with, where it was your own; by output as in `compile`. */
  readonly loss?: HeadOptions["loss"];
  /** Metrics of your own, by their names. */
  readonly metrics?: readonly Metric[];
  /** Layers of your own that the file may hold, by their kind. */
  readonly customLayers?: CustomLayers;
  /** Whether optimizer, losses and metrics are read. Default: true. */
  readonly training?: boolean;
  /**
   * Sizes of inputs that a file of Keras or TensorFlow.js leaves free: `[height, width, channels]`, or a
   * record of such shapes by the names of inputs.
   */
  readonly inputShape?: InputShapes;
  /**
   * Takes what of the file could not be taken over though the model was loaded, as whole sentences.
   * Default: Node prints it as a `FoveaWarning`.
   */
  readonly onWarning?: Warn;
}

/** The model again. `name` is for messages. @throws FormatError where the file is not a model. */
export function decodeModel(
  bytes: Uint8Array,
  name: string,
  {
    loss,
    metrics = [],
    customLayers,
    training: trains = true,
    inputShape,
    device,
  }: LoadOptions = {},
): LoadedModel {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const description = readDescription(metadata, name);
  const { seed, precision, network: config, training, progress, classNames } = description;
  try {
    const network = networkFrom(config, customLayers);
    checkInputShape(network, inputShape);
    const { weights, slots } = valuesOf(tensors, network);
    // Before the model makes room: the description may ask for more than the file holds.
    checkWeights(network, weights);
    const model = new Model(network, {
      seed,
      precision,
      ...(device === undefined ? {} : { device }),
    });
    if (training !== undefined && trains) {
      model.compile({
        optimizer: optimizerFrom(training.optimizer.name, training.optimizer.options),
        ...headOptions(training.heads, network, { loss, metrics }),
      });
      model.rateSetting = rateFrom(training.learningRate);
    }
    model.setState({ weights, slots: trains ? slots : new Map(), progress });
    return { model, classNames };
  } catch (cause) {
    // A hostile file may put anything in an option's place: mistakes of the language are its own.
    throw new FormatError({
      what: `${name} does not hold a model that fits together.`,
      received: cause instanceof FoveaError ? cause.message : `a value of another kind (${cause})`,
      fix: "save the model again",
      cause,
    });
  }
}

/** A file's tensors as weights and as what the optimizer remembers. */
function valuesOf(tensors: Iterable<readonly [string, Tensor]>, network: Network) {
  const named = new Set(network.weights.map((weight) => weight.fullName));
  const weights = new Map<string, Tensor<Float32Array>>();
  const slots = new Map<string, Tensor<Float32Array>>();
  for (const [name, { data, shape }] of tensors) {
    const isSlot = !named.has(name) && name.startsWith(slotPrefix);
    // What the optimizer remembers is kept as it is; weights are copied when they are taken over.
    if (isSlot) slots.set(name.slice(slotPrefix.length), { data: new Float32Array(data), shape });
    else weights.set(name, { data: float32Of(data), shape });
  }
  return { weights, slots };
}

const float32Of = (data: NumericArray) =>
  data instanceof Float32Array ? data : new Float32Array(data);

/** What `compile` is told to make the heads again. */
function headOptions(
  heads: readonly StoredHead[],
  { outputNames }: Network,
  { loss, metrics }: { loss: LoadOptions["loss"]; metrics: readonly Metric[] },
) {
  const own = loss === undefined ? [] : lossesOf(loss, outputNames);
  const byOutput = <T>(value: (head: StoredHead) => T) =>
    Object.fromEntries(heads.map((head) => [head.output, value(head)]));
  return {
    loss: byOutput(
      ({ output, loss: { name, options } }) =>
        own[outputNames.indexOf(output)] ?? lossFrom(name, options),
    ),
    lossWeights: byOutput(({ weight }) => weight),
    metrics: byOutput((head) => metricsOf(head, false, metrics)),
    weightedMetrics: byOutput((head) => metricsOf(head, true, metrics)),
  };
}

function metricsOf({ metrics }: StoredHead, weighted: boolean, own: readonly Metric[]): Metric[] {
  return metrics
    .filter((stored) => stored.weighted === weighted)
    .map(({ kind, name, options }) => {
      const given = own.find((metric) => metric.name === name);
      return given ?? metricFrom(kind, { ...options, name });
    });
}

/**
 * Loads a model that `saveModel` or `fovea train` wrote, or Keras (`.keras`, `.h5`), or TensorFlow.js
 * (`model.json`).
 *
 * @throws FormatError where the file is missing, damaged, or holds something else.
 * @example const { model } = await loadModel("runs/train/best.safetensors")
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<LoadedModel> {
  requireOptions("loadModel", options);
  const format = modelFormatOf(path);
  if (format !== undefined) return readModelFile(path, format, options);
  return decodeModel(await readWholeFile(path), path, options);
}

/** What a file holds of a model that is there already. */
export interface SavedState {
  readonly state: ModelState;
  /** Its learning rate; undefined where it was not compiled. */
  readonly rateSetting: LearningRate | undefined;
}

/**
 * Reads weights, optimizer and progress for `model` from a file that `saveModel` wrote of it. Layers,
 * losses and schedules of its own need not be handed in: the model has them.
 *
 * @throws FormatError where the file is missing, damaged, or holds something else.
 */
export async function loadState(path: string, model: Model<SymbolicOutputs>): Promise<SavedState> {
  const { tensors, metadata } = decodeSafetensors(await readWholeFile(path), path);
  const { training, progress } = readDescription(metadata, path);
  const state = { ...valuesOf(tensors, model.network), progress };
  // A model that was compiled with another rate than that of the file keeps it: it was changed on purpose.
  const isOther =
    training !== undefined && !sameRate(training.optimizer, model.settings?.optimizer);
  const rateSetting = training && rateLike(model.rateSetting, training.learningRate);
  return { state, rateSetting: isOther ? model.rateSetting : rateSetting };
}

/** Whether two optimizers were made with the same learning rate. */
function sameRate(
  stored: { readonly options: Readonly<Record<string, unknown>> },
  present: { readonly options: Readonly<Record<string, unknown>> } | undefined,
): boolean {
  const rateOf = (optimizer: typeof present) => JSON.stringify(optimizer?.options.learningRate);
  return present === undefined || rateOf(stored) === rateOf(present);
}

/**
 * How far the training of a saved model has come. The whole file is checked.
 *
 * @throws FormatError where it is missing, damaged, or no model that Fovea saved.
 */
export async function progressIn(path: string): Promise<Progress> {
  const { metadata } = decodeSafetensors(await readWholeFile(path), path);
  return readDescription(metadata, path).progress;
}

/** The rate that was saved; the present one where it is the same: a schedule may be one's own. */
function rateLike(
  present: LearningRate,
  saved: NonNullable<ModelDescription["training"]>["learningRate"],
): LearningRate {
  const isSame = JSON.stringify(storeRate(present)) === JSON.stringify(saved);
  return isSame ? present : rateFrom(saved);
}
