// The network that a file of Keras's describes. Floor 5.

import type { Network } from "../../nn/network.ts";
import { networkFrom } from "../../nn/network-from.ts";
import { decodeNetwork } from "./decode-network.ts";
import { ownLayers } from "./layer-rows.ts";
import type { ReadOptions } from "./model-format.ts";

/** @throws FormatError, ConfigError or ShapeError where it is not one that Fovea can make. */
export function networkIn(config: unknown, { customLayers = {} }: ReadOptions): Network {
  const own = Object.fromEntries(ownLayers.map((kind) => [kind, true]));
  return networkFrom(decodeNetwork(config, { ...own, ...customLayers }), customLayers);
}
