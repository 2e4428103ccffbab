// A loss of your own.

import { optionsOf } from "../facts.ts";
import {
  defineLoss,
  type Loss,
  type LossFunction,
  type LossOptions,
  lossFacts,
  lossNames,
} from "./loss.ts";

export interface CustomLossOptions extends LossOptions {
  /** Its name in messages and files. Default: `custom`. */
  readonly name?: string;
  /** The numbers that training lowers, as nodes of the graph: `[N, …]`. */
  readonly values: LossFunction;
  /** Whether targets are class numbers, or shaped as the predictions. Default: `values`. */
  readonly targets?: Loss["targets"];
}

/**
 * A loss from a function that makes graph nodes: targets and predictions → a number for each place.
 * A file keeps its name but not the function: pass the loss to `loadModel`.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example
 * losses.custom({
 *   name: "fourthPower",
 *   values(targets, predictions, build) {
 *     const difference = build.subtract(targets, predictions);
 *     const squared = build.multiply(difference, difference);
 *     return build.mean(build.multiply(squared, squared), { axes: [-1] });
 *   },
 * })
 */
export function custom(options: CustomLossOptions): Loss {
  const {
    name = "custom",
    targets = "values",
    values,
    reduction,
  } = optionsOf(custom.facts, options);
  return defineLoss({ name, options: { reduction }, targets, values });
}
custom.facts = lossFacts<CustomLossOptions>({
  name: "custom",
  options: { ...lossNames, name: null, values: null, targets: null },
  example: "{ values: (targets, predictions, build) => … }",
});
