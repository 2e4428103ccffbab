// Models and weights as bytes, and as files: paths are a thin layer above the bytes.

import { ConfigError } from "../core/errors.ts";
import { type OptionNames, outlineOf, requireKnownOptions } from "../core/option.ts";
import type { Warn } from "../core/warn.ts";
import type { OwnBytes } from "../core/web.ts";
import { removeShards, shardNamesOf } from "../formats/shard-files.ts";
import type { EncodedModel } from "../interchange/file-format.ts";
import {
  fileFormats,
  type ModelFormatName,
  requireFormat,
  type WeightsFormatName,
  writtenFormatOf,
} from "../interchange/file-formats.ts";
import type { StoredModel } from "../interchange/stored-model.ts";
import type { StoredPreprocess } from "../interchange/stored-preprocess.ts";
import type { StoredTask } from "../interchange/stored-task.ts";
import type { SymbolicOutputs } from "../nn/network.ts";
import { besidePath, writeFileAtomically } from "../platform/files.ts";
import { printWarning } from "../platform/print-warning.ts";
import { requireModel, type StatefulModel } from "./stateful-model.ts";
import { storeTraining } from "./stored-training.ts";
import { encodeWeightsAs, type SaveWeightsOptions, saveWeightsOptions } from "./weights-file.ts";

export interface SaveOptions {
  /** The names of the classes, kept for whoever predicts with the model. */
  readonly classNames?: readonly string[];
  /**
   * What the model was trained for, such as `{ name: "detect" }`, kept for whoever predicts with it. Default: nothing, which
   * means to tell classes apart.
   */
  readonly task?: StoredTask;
  /** Whether optimizer, losses and metrics are kept. Default: true; false for `.json`, which browsers load. */
  readonly training?: boolean;
  /**
   * Takes what the file cannot keep, or its usual readers cannot do, as whole sentences. Default: Node
   * prints it as a `FoveaWarning`.
   */
  readonly onWarning?: Warn;
}

/** The names of these options. */
export const saveOptions: OptionNames<SaveOptions> = {
  classNames: true,
  task: true,
  training: true,
  onWarning: true,
};

export interface EncodeModelOptions extends SaveOptions {
  /**
   * The kind of file: `safetensors` is Fovea's own, the only one that keeps the progress; `keras` and `h5`
   * are Keras's; `json` is that of TensorFlow.js, which is several files. Default: `safetensors`.
   */
  readonly format?: ModelFormatName;
}

/** The bytes of a model of TensorFlow.js come as several files, all others as one. */
type InOneFile = { readonly format?: Exclude<ModelFormatName, "json"> };

/**
 * The model as the bytes of a file, as `saveModel` writes it. For `json` they are those of `model.json` and
 * its shards, by name.
 *
 * @throws FormatError where that kind of file cannot hold the model.
 * @example const bytes = await encodeModel(model)
 * @example const blob = new Blob([await encodeModel(model, { format: "keras" })])
 */
export function encodeModel(
  model: StatefulModel<SymbolicOutputs>,
  options?: EncodeModelOptions & InOneFile,
): Promise<OwnBytes>;
export function encodeModel(
  model: StatefulModel<SymbolicOutputs>,
  options: EncodeModelOptions & { readonly format: "json" },
): Promise<Map<string, OwnBytes>>;
export async function encodeModel(
  model: StatefulModel<SymbolicOutputs>,
  options: EncodeModelOptions = {},
): Promise<Uint8Array | Map<string, Uint8Array>> {
  requireModel("encodeModel", model);
  requireKnownOptions("encodeModel", options, { ...saveOptions, format: true });
  const { format = "safetensors" } = options;
  requireFormat("encodeModel", format, "model");
  const { bytes, parts } = await encodeAs(format, model, "the file", options);
  // Shards come first: whoever writes them in this order never has a model.json without its shards.
  return parts === undefined ? bytes : new Map([...parts, ["model.json", bytes]]);
}

/**
 * Saves architecture, weights, settings and progress. The file is whole or not there at all. Its extension
 * says what it is: `.keras` and `.h5` are Keras's, `.json` is that of TensorFlow.js (with shards beside
 * it), `.safetensors` is Fovea's own, the only one that keeps the progress. `encodeModel` gives the bytes
 * instead.
 *
 * Only `.safetensors` keeps a layer that several models inside share as one layer; elsewhere each of them
 * gets a copy. In `.json` a layer whose name another one has gets a longer name, for TensorFlow.js tells
 * weights apart by it.
 *
 * @throws FormatError where it has another extension, cannot be written, or cannot hold the model; a file
 * that was there before stays.
 * @example await saveModel(model, "model.safetensors")
 * @example await saveModel(model, "model.keras")
 */
export async function saveModel(
  model: StatefulModel<SymbolicOutputs>,
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
  requireKnownOptions("saveModel", options, saveOptions);
  const format = writtenFormatOf(path);
  await writeEncoded(path, await encodeAs(format, model, path, options));
}

export interface EncodeWeightsOptions extends SaveWeightsOptions {
  /**
   * The kind of file: `safetensors`, `weights.h5` as Keras 3 writes it, or `h5` as Keras 2. Default:
   * `safetensors`.
   */
  readonly format?: WeightsFormatName;
}

/**
 * All weights, and nothing else, as the bytes of a file, as `model.saveWeights` writes it.
 * `model.loadWeights` takes these bytes.
 *
 * @throws FormatError where that kind of file cannot hold them.
 * @example await other.loadWeights(await encodeWeights(model))
 */
export async function encodeWeights(
  model: StatefulModel<SymbolicOutputs>,
  options: EncodeWeightsOptions = {},
): Promise<Uint8Array> {
  requireModel("encodeWeights", model);
  requireKnownOptions("encodeWeights", options, { ...saveWeightsOptions, format: true });
  const { format = "safetensors", ...others } = options;
  requireFormat("encodeWeights", format, "writesWeights");
  return encodeWeightsAs(format, model.network, await model.getWeights(), others);
}

async function encodeAs(
  format: ModelFormatName,
  model: StatefulModel<SymbolicOutputs>,
  file: string,
  options: SaveOptions,
): Promise<EncodedModel> {
  // A file for browsers is small unless asked for more.
  const { training = format !== "json", onWarning: warn = printWarning } = options;
  // Before anything is waited for: the model may go on.
  const stored = await storeModel(model, training, options);
  const codec = await fileFormats[format].model();
  return codec.encode(stored, { file, warn });
}

async function storeModel(
  model: StatefulModel<SymbolicOutputs>,
  trains: boolean,
  { classNames, task }: SaveOptions,
): Promise<StoredModel> {
  const state = model.getState();
  const { network, seed, precision, settings, rateSetting } = model;
  const training = trains && settings ? storeTraining(settings, rateSetting) : undefined;
  const preprocess = storedPreprocess(model);
  const said = { classNames, task, preprocess };
  return { ...(await state), network, seed, precision, training, ...said };
}

/** The records of a model's inputs by their names; undefined where nothing is done to any. */
function storedPreprocess({
  network,
  preprocess,
}: StatefulModel<SymbolicOutputs>): StoredPreprocess | undefined {
  const given = network.inputNames.flatMap((name, i) => {
    const record = preprocess[i];
    return record === undefined ? [] : [[name, record] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** Shards that a model.json had before are removed once it has others. */
async function writeEncoded(path: string, { bytes, parts }: EncodedModel): Promise<void> {
  if (parts === undefined) return writeFileAtomically(path, bytes);
  const replaced = await shardNamesOf(path);
  for (const [name, part] of parts) await writeFileAtomically(besidePath(path, name), part);
  await writeFileAtomically(path, bytes);
  await removeShards(path, replaced);
}
