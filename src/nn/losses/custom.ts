// A loss that a program brings along.

import { requireOptions } from "../option.ts";
import { defineLoss, type Loss, type LossFunction, type LossOptions } from "./loss.ts";

export interface CustomLossOptions extends LossOptions {
  /** What messages call it. Default: `custom`. */
  readonly name?: string;
  /** The numbers that training lowers, as nodes of the graph: `[N, …]`. */
  readonly values: LossFunction;
  /** Whether answers are class numbers, or shaped as the results. Default: `values`. */
  readonly answers?: Loss["answers"];
}

/**
 * A loss from a function that makes graph nodes: answers and results → a number for each place. A
 * file keeps its name but not the function: hand the loss to `loadModel`.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example
 * losses.custom({
 *   name: "fourthPower",
 *   values(answers, results, build) {
 *     const difference = build.subtract(answers, results);
 *     const squared = build.multiply(difference, difference);
 *     return build.mean(build.multiply(squared, squared), { axes: [-1] });
 *   },
 * })
 */
export function custom(options: CustomLossOptions): Loss {
  requireOptions("losses.custom", options);
  const { name = "custom", answers = "values", values, reduction } = options;
  return defineLoss({ name, options: { reduction }, answers, values });
}
