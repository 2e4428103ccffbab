// What a run is judged by where the optimizer keeps moving averages of the weights: the averages are measured and kept as
// the best model, while training goes on with the weights themselves.

import type { Tensor } from "../../core/tensor.ts";
import type { Callback } from "../../train/callback.ts";
import type { Run } from "./run.ts";

/** Lets `work` have the averages in the place of the weights, where there are any. */
export async function withAverages<T>(
  { learner, recipe }: Pick<Run, "learner" | "recipe">,
  work: () => Promise<T>,
): Promise<T> {
  if (recipe.ema === undefined) return work();
  const weights = await learner.getWeights();
  await learner.takeAverages();
  try {
    return await work();
  } finally {
    await learner.setWeights(weights);
  }
}

/** Has validation see the averages, as Keras's `SwapEMAWeights` does. */
export function validatedAverages({ learner, recipe }: Pick<Run, "learner" | "recipe">): Callback {
  if (recipe.ema === undefined) return {};
  let weights: ReadonlyMap<string, Tensor> | undefined;
  return {
    async onTestBegin() {
      weights = await learner.getWeights();
      await learner.takeAverages();
    },
    async onTestEnd() {
      if (weights !== undefined) await learner.setWeights(weights);
      weights = undefined;
    },
  };
}
