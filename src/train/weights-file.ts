// The weights of a network as a file without their model, and those that a file has for it.

import type { OptionNames } from "../core/option.ts";
import { printWarning, type Warn } from "../core/warn.ts";
import { writeFileAtomically } from "../formats/files.ts";
import {
  recognizedWeightsFormat,
  weightsReaderOf,
  writtenWeightsFormatOf,
} from "../interchange/file-formats.ts";
import type { LeftWeights, TakenWeights } from "../interchange/found-weights.ts";
import type { Values } from "../interchange/stored-model.ts";
import { decodeStoredWeights, encodeStoredWeights } from "../interchange/stored-weights.ts";
import type { Network } from "../nn/network.ts";
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

export const loadWeightsOptionNames: OptionNames<LoadWeightsOptions> = {
  skipMismatch: true,
  byName: true,
  onWarning: true,
};

/** What `loadWeights` did not take over. */
export type LoadedWeights = LeftWeights;

/** Writes weights; the file is whole or not there at all. @throws FormatError */
export async function writeWeights(path: string, network: Network, weights: Values): Promise<void> {
  const format = writtenWeightsFormatOf(path);
  await writeFileAtomically(path, await encodeStoredWeights(format, network, weights));
}

/** The weights of `network` in a file. @throws FormatError where it is damaged, or does not fit. */
export async function readWeights(
  source: ModelSource,
  network: Network,
  { skipMismatch = false, byName = false, onWarning = printWarning }: LoadWeightsOptions = {},
): Promise<TakenWeights> {
  const { file, path, read } = openSource("loadWeights", source);
  const bytes = await read();
  const reader = path === undefined ? recognizedWeightsFormat(bytes, file) : weightsReaderOf(path);
  const taking = { file, skipMismatch, byName, warn: onWarning };
  return decodeStoredWeights(await reader(), bytes, network, taking);
}
