// AdamW: Adam with decoupled weight decay.

import { optionsOf } from "../facts.ts";
import { type AdamOptions, adamRule } from "./adam.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { type Optimizer, optimizerFacts } from "./optimizer.ts";
import { momentNames } from "./optimizer-options.ts";

export interface AdamWOptions extends AdamOptions {
  /**
   * Weight decay: at each step a weight shrinks by this share of itself, times the learning rate.
   * Default: 0.004.
   */
  readonly weightDecay?: number;
}

/**
 * AdamW. `w ← w − w · weightDecay · learningRate`, then Adam's step. Source: Loshchilov and Hutter,
 * "Decoupled weight decay regularization", ICLR 2019; formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adamW({ weightDecay: 0.01, excludeFromWeightDecay: ["bias"] })
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  optionsOf(adamW.facts, options);
  return makeOptimizer(adamRule("adamW", options), {
    ...options,
    weightDecay: options.weightDecay ?? 0.004,
  });
}
adamW.facts = optimizerFacts<AdamWOptions>({
  name: "adamW",
  options: { ...momentNames, amsgrad: "amsgrad" },
  keras: { className: "AdamW" },
  slotGroups: [["momentum", "velocity"], ["velocity_hat"]],
});
