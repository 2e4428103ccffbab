// Models whose layers follow each other. Floor 5.

import { ConfigError } from "../core/errors.ts";
import type { CommonOptions, Layer } from "../nn/layer.ts";
import { Network } from "../nn/network.ts";
import { Model } from "./model.ts";
import type { ModelOptions } from "./options.ts";

export interface SequentialOptions extends ModelOptions {
  /** The model's name; `sequential` unless told. */
  readonly name?: string;
}

/**
 * A model whose layers follow each other. The first layer states the shape of one example.
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
export function sequential(layers: readonly Layer[], options: SequentialOptions = {}): Model {
  const first = layers.at(0)?.options as CommonOptions | undefined;
  if (layers.length > 0 && first?.inputShape === undefined) {
    throw new ConfigError({
      what: "The model does not know the shape of its input.",
      expected: "an inputShape in the options of the first layer, such as [28, 28, 1]",
      received: "none",
    });
  }
  const { name = "sequential", ...rest } = options;
  return new Model(new Network(name, first?.inputShape ?? [1], layers), rest);
}
