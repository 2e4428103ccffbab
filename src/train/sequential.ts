// Models whose layers follow each other.

import { ConfigError } from "../core/errors.ts";
import { type OptionNames, outlineOf, requireKnownOptions } from "../core/option.ts";
import type { CommonOptions, Layer } from "../nn/layer.ts";
import type { Network } from "../nn/network.ts";
import { sequence } from "../nn/sequence.ts";
import { Model } from "./model.ts";
import { type ModelOptions, modelOptionNames } from "./model-options.ts";

export interface SequentialOptions extends ModelOptions {
  /** The model's name. Default: `sequential`. */
  readonly name?: string;
}

const optionNames: OptionNames<SequentialOptions> = { ...modelOptionNames, name: true };

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
  checkArguments(layers, options);
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

/** @throws ConfigError unless there is a list of layers, and a record of options. */
function checkArguments(layers: unknown, options: unknown): void {
  const expected = "a list of layers, as in sequential([layers.flatten(), …])";
  const isLayer = (one: unknown) =>
    one instanceof Model ||
    (typeof one === "object" && one !== null && "kind" in one && "plan" in one);
  if (!Array.isArray(layers)) {
    throw new ConfigError({
      what: "sequential: The layers cannot be used.",
      expected,
      received: isLayer(layers) ? "a layer by itself" : outlineOf(layers),
      ...(isLayer(layers) ? { fix: "put the layers into one list: sequential([a, b])" } : {}),
    });
  }
  const wrong = layers.findIndex((one) => !isLayer(one));
  if (wrong >= 0) {
    const isFactory = typeof layers[wrong] === "function";
    throw new ConfigError({
      what: `sequential: What stands in place ${wrong + 1} is no layer.`,
      expected,
      received: outlineOf(layers[wrong]),
      ...(isFactory ? { fix: "call it: layers.flatten()" } : {}),
    });
  }
  if (isLayer(options)) {
    throw new ConfigError({
      what: "sequential: A layer stands where options are due.",
      expected,
      received: "a layer behind the list",
      fix: "put the layers into one list: sequential([a, b])",
    });
  }
  requireKnownOptions("sequential", options, optionNames, '[…], { name: "classifier", seed: 1 }');
}

function shapeBefore(first: Layer | Network) {
  if ("inputShape" in first) return first.inputShape;
  return (first.options as CommonOptions).inputShape;
}
