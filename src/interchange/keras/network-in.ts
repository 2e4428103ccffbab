// The network that a file of Keras's describes.

import { ConfigError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import type { Network } from "../../nn/network.ts";
import { networkFrom } from "../../nn/network-from.ts";
import { askedShape, type DecodeOptions, type InputShapes } from "../file-format.ts";
import { plainNames } from "../plain-names.ts";
import { decodeNetwork } from "./decode-network.ts";
import { ownLayers } from "./layer-rows.ts";

/**
 * `version` is that of Keras as the file states it.
 *
 * @throws FormatError, ConfigError or ShapeError where it is not one that Fovea can make.
 */
export function networkIn(
  config: unknown,
  { customLayers = {}, inputShape }: Partial<DecodeOptions>,
  version?: unknown,
): Network {
  const isOlder = typeof version !== "string" || !/^[3-9]/.test(version);
  const named = plainNames(config).value;
  const own = Object.fromEntries(ownLayers.map((kind) => [kind, true]));
  const reading = { custom: { ...own, ...customLayers }, inputShape };
  const current = isOlder ? withOlderActivations(named) : named;
  const network = networkFrom(decodeNetwork(current, reading), customLayers);
  checkInputShape(network, inputShape);
  return network;
}

/** @throws ConfigError where `inputShape` asks for other sizes than the file fixes. */
export function checkInputShape(network: Network, inputShape: InputShapes | undefined): void {
  network.inputNames.forEach((name, i) => {
    const { shape } = network.inputs[i];
    const asked = askedShape(inputShape, name);
    if (asked === undefined || sameShape(asked, shape)) return;
    throw new ConfigError({
      what: `The file fixes the shape of the input "${name}", and inputShape asks for another.`,
      expected: formatShape(shape),
      received: formatShape(asked),
      fix: "leave inputShape out",
    });
  });
}

/** `hard_sigmoid` was x / 5 + 1 / 2 before Keras 3, which has x / 6 + 1 / 2. */
function withOlderActivations(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withOlderActivations);
  const entries = Object.entries(value).map(([key, one]) => {
    const isOlder = key === "activation" && one === "hard_sigmoid";
    return [key, isOlder ? "hard_sigmoid_keras2" : withOlderActivations(one)];
  });
  return Object.fromEntries(entries);
}
