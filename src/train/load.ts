// Models from bytes, wherever those come from.

import { type OptionNames, requireKnownOptions } from "../core/option.ts";
import { sizeOf } from "../core/shape.ts";
import type { Warn } from "../core/warn.ts";
import { checkWeights } from "../interchange/check-weights.ts";
import type { InputShapes } from "../interchange/file-format.ts";
import {
  fileFormats,
  type ModelFormatName,
  modelFormatOf,
  recognizedModelFormat,
} from "../interchange/file-formats.ts";
import { trainingOr } from "../interchange/keras/training-in.ts";
import { ofFileAsync, refuse } from "../interchange/refuse.ts";
import type { StoredModel } from "../interchange/stored-model.ts";
import type { StoredTask } from "../interchange/stored-task.ts";
import type { CustomLayers } from "../nn/custom-layer.ts";
import type { Metric } from "../nn/metrics/metric.ts";
import { rateFrom } from "../nn/optimizers/stored-rate.ts";
import type { PreprocessOption } from "../nn/preprocess.ts";
import type { FileBytes } from "../platform/byte-source.ts";
import { printWarning } from "../platform/print-warning.ts";
import type { HeadOptions } from "./heads.ts";
import { Model } from "./model.ts";
import type { ModelOptions } from "./model-options.ts";
import { type ModelSource, type OpenSource, openSource } from "./model-source.ts";
import { untrained } from "./state.ts";
import { compileOptionsFrom } from "./stored-training.ts";

/** A loaded model, with what the file knows besides. */
export interface LoadedModel {
  readonly model: Model;
  /** The names of the classes; undefined where the file has none. */
  readonly classNames: readonly string[] | undefined;
  /** What the model was trained for; undefined where the file does not say: then it tells classes apart. */
  readonly task: StoredTask | undefined;
}

/** Where a model comes back, and what its file cannot hold. */
export interface LoadOptions extends Pick<ModelOptions, "device"> {
  /** What is done to inputs before the first layer, in place of what the file says. */
  readonly preprocess?: PreprocessOption;
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
  /** What errors call the file. Default: its path, address or name. */
  readonly name?: string;
}

const loadOptions: OptionNames<LoadOptions> = {
  customLayers: true,
  device: true,
  inputShape: true,
  loss: true,
  metrics: true,
  name: true,
  onWarning: true,
  preprocess: true,
  training: true,
};

/**
 * Loads a model that `saveModel` or `fovea train` wrote, or Keras (`.keras`, `.h5`), or TensorFlow.js
 * (`model.json`). A string is a path, or a URL where it begins with `https:` or the like; Blobs and bytes
 * are recognized by how they begin.
 *
 * @throws FormatError where the file is missing, damaged, or holds something else.
 * @example const { model } = await loadModel("runs/train/best.safetensors")
 * @example const { model } = await loadModel(new URL("model.keras", import.meta.url))
 * @example const { model } = await loadModel(fileInput.files[0])
 */
export async function loadModel(
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  requireKnownOptions("loadModel", options, loadOptions);
  const open = openSource("loadModel", source, options.name);
  const { path, file } = open;
  const named = path === undefined ? undefined : formatOfPath(path, typeof source === "string");
  const bytes = await open.read(named && maximumBytesOf(named));
  return modelFrom(named ?? recognizedModelFormat(bytes, file), bytes, open, options);
}

/**
 * The model in the bytes of a file, which are recognized by how they begin. A model of TensorFlow.js is
 * several files: a Map of their bytes by name.
 *
 * @throws FormatError where they are damaged, or of no model.
 * @example const { model } = await decodeModel(await encodeModel(model))
 */
export async function decodeModel(
  bytes: FileBytes | ReadonlyMap<string, FileBytes>,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  requireKnownOptions("decodeModel", options, loadOptions);
  const open = openSource("decodeModel", bytes, options.name);
  const all = await open.read();
  return modelFrom(recognizedModelFormat(all, open.file), all, open, options);
}

const maximumBytesOf = (name: ModelFormatName): number | undefined => {
  const row = fileFormats[name];
  return "maximumBytes" in row ? row.maximumBytes : undefined;
};

async function modelFrom(
  format: ModelFormatName,
  bytes: Uint8Array,
  { file, part }: OpenSource,
  { customLayers, training, inputShape, onWarning: warn = printWarning, ...own }: LoadOptions,
): Promise<LoadedModel> {
  const codec = await fileFormats[format].model();
  const reading = { file, part, customLayers, training, inputShape, warn };
  const stored = await codec.decode(bytes, reading);
  return ofFileAsync(file, async () => {
    requireValues(stored);
    const { network, seed, precision, classNames, task } = stored;
    const preprocess = own.preprocess ?? stored.preprocess;
    const model = new Model(network, {
      ...(seed === undefined ? {} : { seed }),
      ...(precision === undefined ? {} : { precision }),
      ...(own.device === undefined ? {} : { device: own.device }),
      ...(preprocess === undefined ? {} : { preprocess }),
    });
    const isLeft = network.weights.some(({ fullName }) => !stored.weights.has(fullName));
    const weights = isLeft
      ? new Map([...(await model.getWeights()), ...stored.weights])
      : stored.weights;
    // A file of Fovea's own is what it says; others may say what Fovea has not, and are of use all the same.
    const compiled =
      format === "safetensors"
        ? compileFrom(model, stored, own)
        : trainingOr(file, warn, () => compileFrom(model, stored, own));
    const isLost = stored.training !== undefined && compiled !== true;
    const { slots, progress } = isLost ? { slots: new Map(), progress: untrained } : stored;
    await model.setState({ weights, slots, progress });
    return { model, classNames, task };
  });
}

/** Whether the model is compiled as the file says. */
function compileFrom(
  model: Model,
  { training, network }: StoredModel,
  own: Pick<LoadOptions, "loss" | "metrics">,
): boolean {
  if (training === undefined) return false;
  const compile = compileOptionsFrom(training, network.outputNames, own);
  if (compile === undefined) return false;
  model.compile(compile);
  model.rateSetting = rateFrom(training.learningRate);
  return true;
}

/** Numbers that a file may leave to the model that is made of it. */
const mostLeftOut = 2 ** 24;

/**
 * Before the model makes room: a description may ask for more than the file holds. What a file leaves out
 * are statistics, which are small.
 *
 * @throws ShapeError or FormatError where it has other weights than the network.
 */
function requireValues({ network, weights }: StoredModel): void {
  const left = network.weights.filter(({ fullName }) => !weights.has(fullName));
  const empty = left.map(({ fullName, shape }) => {
    return [fullName, { data: new Float32Array(), shape }] as const;
  });
  checkWeights(network, new Map([...empty, ...weights]));
  const count = left.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (count <= mostLeftOut) return;
  refuse({
    what: "The file leaves out values that only small layers may leave out.",
    expected: `at most ${mostLeftOut} numbers`,
    received: count,
  });
}

/**
 * The kind of model file that a path or an address names. A path without a known extension is taken for
 * Fovea's own file, whose errors say what it looks like; an address need not have one.
 */
function formatOfPath(path: string, isText: boolean): ModelFormatName | undefined {
  return modelFormatOf(path) ?? (isText ? "safetensors" : undefined);
}
