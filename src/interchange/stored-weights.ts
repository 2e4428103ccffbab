// The weights of a network as bytes, without their model, and what a file has for them.

import type { Warn } from "../core/warn.ts";
import type { Network } from "../nn/network.ts";
import { fileFormats, type WeightsFormatName } from "./file-formats.ts";
import { type TakenWeights, takeWeights } from "./found-weights.ts";
import type { WeightsFormat } from "./model-format.ts";
import { ofFile } from "./refuse.ts";
import type { Values } from "./stored-model.ts";

/** Weights as the bytes of a file. @throws FormatError where it cannot hold them. */
export async function encodeStoredWeights(
  name: WeightsFormatName,
  network: Network,
  weights: Values,
): Promise<Uint8Array> {
  const { encode }: WeightsFormat = await fileFormats[name].weights();
  if (encode === undefined) throw new Error(`${name} files are whole models`);
  return encode(network, weights);
}

/** How weights are taken out of a file. */
export interface TakingOptions {
  /** What errors call the file. */
  readonly file: string;
  readonly skipMismatch: boolean;
  readonly byName: boolean;
  readonly warn: Warn;
}

/** The weights of `network` in a file. @throws FormatError where it is damaged, or does not fit. */
export async function decodeStoredWeights(
  format: WeightsFormat,
  bytes: Uint8Array,
  network: Network,
  { file, skipMismatch, byName, warn }: TakingOptions,
): Promise<TakenWeights> {
  const found = await format.find(bytes, network, { file, byName });
  return ofFile(file, () => takeWeights(found, { skipMismatch, warn }));
}
