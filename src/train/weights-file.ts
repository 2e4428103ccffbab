// The weights of a network as a file without their model, and those that a file has for it.

import { ConfigError } from "../core/errors.ts";
import { type OptionNames, requireKnownOptions } from "../core/option.ts";
import type { Warn } from "../core/warn.ts";
import type { WeightNames } from "../interchange/file-format.ts";
import {
  recognizedWeightsFormat,
  type WeightsFormatName,
  weightsFormat,
  weightsFormatOf,
  writtenWeightsFormatOf,
} from "../interchange/file-formats.ts";
import { type LeftWeights, type TakenWeights, takeWeights } from "../interchange/found-weights.ts";
import { ofFile } from "../interchange/refuse.ts";
import type { Values } from "../interchange/stored-model.ts";
import type { TorchNames } from "../interchange/torch/names.ts";
import type { Network } from "../nn/network.ts";
import { writeFileAtomically } from "../platform/files.ts";
import { printWarning } from "../platform/print-warning.ts";
import { type ModelSource, openSource } from "./model-source.ts";

export interface LoadWeightsOptions {
  /**
   * Whether layers whose weights are missing in the file, or of another shape, keep those that they
   * have, as where a model has got another head. Default: false, which is an error.
   */
  readonly skipMismatch?: boolean;
  /**
   * Whether layers find their weights by their names. Default: false, by their order, as in Keras.
   * `.safetensors` always goes by name.
   */
  readonly byName?: boolean;
  /**
   * What the file calls its layers, if it is one of PyTorch (`.pth`, `.pt`) or a `.safetensors`
   * with such names: `"torch"` for the layers' own names, `block/conv1` as `block.conv1`; or a
   * library's, as records of the zoo have them. Default: the layers' own names; those of a `.pth`
   * whose layers stand in a row go by order.
   */
  readonly names?: WeightNames;
  /** Takes what was skipped, in words. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
}

const loadWeightsOptions: OptionNames<LoadWeightsOptions> = {
  skipMismatch: true,
  byName: true,
  names: true,
  onWarning: true,
};

export interface SaveWeightsOptions {
  /**
   * Writes a `.safetensors` with the names and the layout of PyTorch: `"torch"` for the layers' own
   * names, `block/conv1` as `block.conv1`, or a library's names. Default: the names and the layout
   * of Fovea.
   */
  readonly names?: "torch" | TorchNames;
}

/** The names of these options. */
export const saveWeightsOptions: OptionNames<SaveWeightsOptions> = { names: true };

/** What `loadWeights` did not take over. */
export type LoadedWeights = LeftWeights;

/** Weights as the bytes of a file. @throws FormatError where it cannot hold them. */
export async function encodeWeightsAs(
  format: WeightsFormatName,
  network: Network,
  weights: Values,
  { names }: SaveWeightsOptions = {},
): Promise<Uint8Array> {
  if (names !== undefined) {
    requireTorch(format);
    const { encodeTorchWeights } = await import("../interchange/torch/weights.ts");
    return encodeTorchWeights(network, weights, names);
  }
  const { encode } = await weightsFormat(format);
  if (encode === undefined) throw new Error(`${format} files are whole models`);
  return encode(network, weights);
}

/** @throws ConfigError where files of that kind have no names of PyTorch. */
function requireTorch(format: string): void {
  if (format === "safetensors" || format === "torch") return;
  throw new ConfigError({
    what: "The option names is for files with the names of PyTorch.",
    expected: ".safetensors, or to load from .pth or .pt as well",
    received: format,
  });
}

/** Writes weights; the file is whole or not there at all. @throws FormatError */
export async function writeWeights(
  path: string,
  network: Network,
  weights: Values,
  options: SaveWeightsOptions = {},
): Promise<void> {
  requireKnownOptions(
    "saveWeights",
    options,
    saveWeightsOptions,
    '"a.safetensors", { names: "torch" }',
  );
  const format = writtenWeightsFormatOf(path);
  await writeFileAtomically(path, await encodeWeightsAs(format, network, weights, options));
}

/** The weights of `network` in a file. @throws FormatError where it is damaged, or does not fit. */
export async function readWeights(
  source: ModelSource,
  network: Network,
  options: LoadWeightsOptions = {},
): Promise<TakenWeights> {
  requireKnownOptions("loadWeights", options, loadWeightsOptions, '"file.h5", { byName: true }');
  const { skipMismatch = false, byName = false, names, onWarning = printWarning } = options;
  const { file, path, read, part } = openSource("loadWeights", source);
  const bytes = await read();
  const name = path === undefined ? recognizedWeightsFormat(bytes, file) : weightsFormatOf(path);
  if (names !== undefined) requireTorch(name);
  const format = await weightsFormat(name);
  const found = await format.find(bytes, network, { file, byName, names, part });
  const taken = ofFile(file, () => takeWeights(found, { skipMismatch, warn: onWarning }));
  // Files of Keras have much else in them.
  if (found.homeless !== undefined) warnOfUnexpected(file, taken.unexpected, onWarning);
  return taken;
}

/**
 * A file of another network may have all that this one needs, and more: nothing of that is silent.
 */
function warnOfUnexpected(file: string, names: readonly string[], warn: Warn): void {
  if (names.length === 0) return;
  const some = [...names.slice(0, 8), ...(names.length > 8 ? ["…"] : [])].join(", ");
  warn(`${file} has ${names.length} weights that the model has no place for: ${some}.`);
}
