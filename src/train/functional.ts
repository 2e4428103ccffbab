// Models of any shape: from symbolic inputs to symbolic outputs.

import { type OptionNames, requireKnownOptions } from "../core/option.ts";
import { Network, type SymbolicOutputs } from "../nn/network.ts";
import type { SymbolicInputs } from "../nn/symbolic.ts";
import { Model } from "./model.ts";
import { type ModelOptions, modelOptionNames } from "./model-options.ts";

export interface FunctionalOptions<O extends SymbolicOutputs> extends ModelOptions {
  /** Where the model begins: what `input` gave, or a value inside another model. */
  readonly inputs: SymbolicInputs;
  /** Where it ends. Predictions come back in the same form: one, a list, or a record. */
  readonly outputs: O;
  /** The model's name. Default: `functional`. */
  readonly name?: string;
}

const optionNames: OptionNames<FunctionalOptions<SymbolicOutputs>> = {
  ...modelOptionNames,
  inputs: true,
  outputs: true,
  name: true,
};

/**
 * The model of everything that lies between inputs and outputs. Layers that other models use as well are
 * shared with them, weights and all. As Keras's `Model(inputs, outputs)`.
 *
 * @throws ConfigError where the outputs do not come from the inputs, or two layers have one name.
 * @example
 * const x = input({ shape: [28, 28, 1] });
 * const y = layers.conv2d({ filters: 1, kernelSize: 3, padding: "same" }).apply(x);
 * const residual = model({ inputs: x, outputs: layers.add().apply([x, y]) });
 */
export function model<const O extends SymbolicOutputs>(options: FunctionalOptions<O>): Model<O>;
/**
 * The model of a network, such as one of the zoo.
 *
 * @example const classifier = model(await zoo.build("lenet-5", { classes: 10 }), { seed: 1 });
 */
export function model(network: Network, options?: ModelOptions): Model;
export function model(given: FunctionalOptions<SymbolicOutputs> | Network, more?: ModelOptions) {
  if (given instanceof Network) {
    requireKnownOptions("model", more ?? {}, modelOptionNames, "network, { seed: 1 }");
    return new Model<SymbolicOutputs>(given, more);
  }
  return functional(given);
}

function functional(options: FunctionalOptions<SymbolicOutputs>): Model<SymbolicOutputs> {
  requireKnownOptions("model", options, optionNames, "{ inputs: x, outputs: y }");
  const { inputs, outputs, name, ...rest } = options;
  return new Model(new Network({ name, inputs, outputs }), rest);
}
