// The network that a file of Keras's describes. Floor 5.

import type { Network } from "../../nn/network.ts";
import { networkFrom } from "../../nn/network-from.ts";
import { decodeNetwork } from "./decode-network.ts";
import { ownLayers } from "./layer-rows.ts";
import type { ReadOptions } from "./model-format.ts";
import { refuse } from "./refuse.ts";

/**
 * `version` is that of Keras as the file states it.
 *
 * @throws FormatError, ConfigError or ShapeError where it is not one that Fovea can make.
 */
export function networkIn(
  config: unknown,
  { customLayers = {} }: ReadOptions,
  version?: unknown,
): Network {
  const isOlder = typeof version !== "string" || !/^[3-9]/.test(version);
  if (isOlder && usesHardSigmoid(config)) {
    refuse({
      what: "The model uses hard_sigmoid, which was x / 5 + 1 / 2 before Keras 3.",
      expected: "activations of Keras 3, whose hard_sigmoid is x / 6 + 1 / 2",
      received: `a file of ${version ?? "an unknown Keras"}`,
      fix: "Use another activation, or train the model with Keras 3.",
    });
  }
  const own = Object.fromEntries(ownLayers.map((kind) => [kind, true]));
  return networkFrom(decodeNetwork(config, { ...own, ...customLayers }), customLayers);
}

function usesHardSigmoid(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, one]) => (key === "activation" && one === "hard_sigmoid") || usesHardSigmoid(one),
  );
}
