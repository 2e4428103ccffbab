// The optimizer that a recipe asks for.

import { optimizerFrom } from "../nn/optimizers/index.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { OptimizerOptions } from "../nn/optimizers/optimizer-options.ts";
import type { Recipe } from "./recipe.ts";

/** The optimizer of a recipe, with moving averages of the weights where it asks for them. */
export function optimizerIn(
  { optimizer, ema }: Pick<Recipe, "optimizer" | "ema">,
  options: OptimizerOptions = {},
): Optimizer {
  const averages = ema === undefined ? {} : { useEma: true, emaMomentum: ema };
  return optimizerFrom(optimizer, { ...options, ...averages });
}
