// The learning rate falls along half a cosine.

import { optionsOf } from "../facts.ts";
import { requireRates, requireSteps, type Schedule, scheduleFacts } from "./schedule.ts";

export interface CosineDecayOptions {
  /** The rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps of the fall; the rate stays at its end afterwards. */
  readonly decaySteps: number;
  /** What is left at the end, as a share of where the fall began. Default: 0. */
  readonly alpha?: number;
  /** The rate to which it first rises, in a straight line. Default: none. */
  readonly warmupTarget?: number;
  /** Steps of that rise. Default: 0; without a `warmupTarget` there is no rise. */
  readonly warmupSteps?: number;
}

/**
 * Cosine decay. After an optional warmup, `rate = top · ((1 − alpha) · (1 + cos(π · t /
 * decaySteps)) / 2 + alpha)` at step t of the fall. Source: Loshchilov and Hutter, "SGDR", ICLR
 * 2017; as Keras's `CosineDecay`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 1e-3, decaySteps: 2000 }) })
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const { initialLearningRate, decaySteps, alpha = 0 } = optionsOf(cosineDecay.facts, options);
  const { warmupTarget = initialLearningRate } = options;
  // As in Keras: without a rate to rise to there is no rise.
  const warmupSteps = options.warmupTarget === undefined ? 0 : (options.warmupSteps ?? 0);
  const all = { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps };
  requireRates({ initialLearningRate, alpha, warmupTarget, warmupSteps }, "cosineDecay");
  requireSteps({ decaySteps }, "cosineDecay");
  return {
    name: "cosineDecay",
    options: all,
    at(iterations) {
      if (iterations < warmupSteps) {
        const share = iterations / warmupSteps;
        return initialLearningRate + (warmupTarget - initialLearningRate) * share;
      }
      const done = Math.min(1, (iterations - warmupSteps) / decaySteps);
      const fall = (1 + Math.cos(Math.PI * done)) / 2;
      return warmupTarget * ((1 - alpha) * fall + alpha);
    },
  };
}
cosineDecay.facts = scheduleFacts<CosineDecayOptions>({
  name: "cosineDecay",
  options: {
    initialLearningRate: "initial_learning_rate",
    decaySteps: "decay_steps",
    alpha: "alpha",
    warmupTarget: "warmup_target",
    warmupSteps: "warmup_steps",
  },
  keras: { className: "CosineDecay" },
  example: "{ initialLearningRate: 0.1, decaySteps: 1000 }",
});
