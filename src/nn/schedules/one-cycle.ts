// The learning rate rises once and falls once.

import { requireNumber, requireWord } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { requireRates, requireSteps, type Schedule, scheduleFacts } from "./schedule.ts";

export interface OneCycleOptions {
  /** The highest rate. */
  readonly maxLearningRate: number;
  /** Steps of rise and fall together; the rate stays at its end afterwards. */
  readonly totalSteps: number;
  /** The share of the steps in which the rate rises, from 0 to 1. Default: 0.3; fastai has 0.25. */
  readonly riseShare?: number;
  /** The first rate is the highest divided by this. Default: 25. */
  readonly divFactor?: number;
  /** The last rate is the first divided by this. Default: 1e4. */
  readonly finalDivFactor?: number;
  /** How the rate goes from one to the other. Default: `cosine`. */
  readonly annealing?: "cosine" | "linear";
}

/**
 * One-cycle policy: from `maxLearningRate / divFactor` up to `maxLearningRate` at step `riseShare ·
 * totalSteps − 1`, then down to `maxLearningRate / (divFactor · finalDivFactor)` at step
 * `totalSteps − 1`. Source: Smith and Topin, "Super-convergence", 2018; names of phases and
 * defaults as PyTorch's `OneCycleLR` (fastai's `fit_one_cycle` rises for 0.25 of the steps and ends
 * at the highest rate divided by 1e5).
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.sgd({ momentum: 0.9, learningRate: schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 5000 }) })
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  optionsOf(oneCycle.facts, options);
  const name = "oneCycle";
  const { maxLearningRate, totalSteps, riseShare = 0.3, divFactor = 25 } = options;
  const { finalDivFactor = 1e4, annealing = "cosine" } = options;
  requireRates({ maxLearningRate }, name);
  requireSteps({ totalSteps, divFactor, finalDivFactor }, name);
  requireNumber(`riseShare of ${name}`, riseShare, { least: 0, most: 1 });
  requireWord(`annealing of ${name}`, annealing, ["cosine", "linear"]);
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const top = riseShare * totalSteps - 1;
  const between = (from: number, to: number, share: number) => {
    const done = annealing === "cosine" ? (1 - Math.cos(Math.PI * share)) / 2 : share;
    return from + (to - from) * done;
  };
  return {
    name,
    options: { maxLearningRate, totalSteps, riseShare, divFactor, finalDivFactor, annealing },
    at(iterations) {
      if (iterations <= top)
        return between(first, maxLearningRate, top === 0 ? 1 : iterations / top);
      const share = (iterations - top) / (totalSteps - 1 - top);
      return between(maxLearningRate, last, Math.min(1, share));
    },
  };
}
oneCycle.facts = scheduleFacts<OneCycleOptions>({
  name: "oneCycle",
  options: {
    maxLearningRate: null,
    totalSteps: null,
    riseShare: null,
    divFactor: null,
    finalDivFactor: null,
    annealing: null,
  },
  example: "{ maxLearningRate: 0.1, totalSteps: 5000 }",
});
