// Models whose layers follow each other. Floor 5.

import { ConfigError } from "../core/errors.ts";
import type { CommonOptions, Layer } from "../nn/layer.ts";
import type { Network } from "../nn/network.ts";
import { sequence } from "../nn/sequence.ts";
import { Model } from "./model.ts";
import type { ModelOptions } from "./options.ts";

export interface SequentialOptions extends ModelOptions {
  /** The model's name; `sequential` unless told. */
  readonly name?: string;
}

/**
 * A model whose layers follow each other; a model may be one of them. The first layer states the shape
 * of one example, unless it is a model.
 *
 * @throws ConfigError where no input shape is given, ShapeError where a layer does not fit the one
 * before it: the message names the layer.
 * @example
 * const model = sequential([
 *   layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
 *   layers.flatten(),
 *   layers.dense({ units: 10, activation: "softmax" }),
 * ]);
 */
export function sequential(
  layers: readonly (Layer | Model)[],
  options: SequentialOptions = {},
): Model {
  const parts = layers.map((layer) => (layer instanceof Model ? layer.network : layer));
  const inputShape = parts.length === 0 ? [1] : shapeBefore(parts[0]);
  if (inputShape === undefined) {
    throw new ConfigError({
      what: "The model does not know the shape of its input.",
      expected: "an inputShape in the options of the first layer, such as [28, 28, 1]",
      received: "none",
    });
  }
  const { name, ...rest } = options;
  return new Model(sequence({ name, inputShape, layers: parts }), rest);
}

function shapeBefore(first: Layer | Network) {
  if ("inputShape" in first) return first.inputShape;
  return (first.options as CommonOptions).inputShape;
}
