// The weights of a network as a file without their model, and those that a file has for it.

import { type OptionNames, requireKnownOptions } from "../core/option.ts";
import type { Warn } from "../core/warn.ts";
import {
  fileFormats,
  recognizedWeightsFormat,
  type WeightsFormatName,
  weightsReaderOf,
  writtenWeightsFormatOf,
} from "../interchange/file-formats.ts";
import { type LeftWeights, type TakenWeights, takeWeights } from "../interchange/found-weights.ts";
import type { WeightsFormat } from "../interchange/model-format.ts";
import { ofFile } from "../interchange/refuse.ts";
import type { Values } from "../interchange/stored-model.ts";
import type { Network } from "../nn/network.ts";
import { writeFileAtomically } from "../platform/files.ts";
import { printWarning } from "../platform/print-warning.ts";
import { type ModelSource, openSource } from "./model-source.ts";

export interface LoadWeightsOptions {
  /**
   * Whether layers whose weights are missing in the file, or of another shape, keep those that they have,
   * as where a model has got another head. Default: false, which is an error.
   */
  readonly skipMismatch?: boolean;
  /**
   * Whether layers find their weights by their names. Default: false, by their order, as in Keras.
   * `.safetensors` always goes by name.
   */
  readonly byName?: boolean;
  /** Takes what was skipped, in words. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
}

const loadWeightsOptions: OptionNames<LoadWeightsOptions> = {
  skipMismatch: true,
  byName: true,
  onWarning: true,
};

/** What `loadWeights` did not take over. */
export type LoadedWeights = LeftWeights;

/** Weights as the bytes of a file. @throws FormatError where it cannot hold them. */
export async function encodeWeightsAs(
  format: WeightsFormatName,
  network: Network,
  weights: Values,
): Promise<Uint8Array> {
  const { encode }: WeightsFormat = await fileFormats[format].weights();
  if (encode === undefined) throw new Error(`${format} files are whole models`);
  return encode(network, weights);
}

/** Writes weights; the file is whole or not there at all. @throws FormatError */
export async function writeWeights(path: string, network: Network, weights: Values): Promise<void> {
  const format = writtenWeightsFormatOf(path);
  await writeFileAtomically(path, await encodeWeightsAs(format, network, weights));
}

/** The weights of `network` in a file. @throws FormatError where it is damaged, or does not fit. */
export async function readWeights(
  source: ModelSource,
  network: Network,
  options: LoadWeightsOptions = {},
): Promise<TakenWeights> {
  requireKnownOptions("loadWeights", options, loadWeightsOptions, '"file.h5", { byName: true }');
  const { skipMismatch = false, byName = false, onWarning = printWarning } = options;
  const { file, path, read } = openSource("loadWeights", source);
  const bytes = await read();
  const reader = path === undefined ? recognizedWeightsFormat(bytes, file) : weightsReaderOf(path);
  const format = await reader();
  const found = await format.find(bytes, network, { file, byName });
  return ofFile(file, () => takeWeights(found, { skipMismatch, warn: onWarning }));
}
