// Exponential decay of the learning rate.

import { optionsOf } from "../facts.ts";
import { requireRates, requireSteps, type Schedule, scheduleFacts } from "./schedule.ts";

export interface ExponentialDecayOptions {
  /** The rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps in which the rate is multiplied once by `decayRate`. */
  readonly decaySteps: number;
  /** What the rate is multiplied by in `decaySteps` steps. */
  readonly decayRate: number;
  /** Whether the rate falls in steps rather than all the time. Default: false. */
  readonly staircase?: boolean;
}

/**
 * Exponential decay: `rate = initialLearningRate · decayRate^(t / decaySteps)` at step t, with a
 * whole exponent for `staircase`. As Keras's `ExponentialDecay`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.9 })
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const {
    initialLearningRate,
    decaySteps,
    decayRate,
    staircase = false,
  } = optionsOf(exponentialDecay.facts, options);
  requireRates({ initialLearningRate, decayRate }, "exponentialDecay");
  requireSteps({ decaySteps }, "exponentialDecay");
  return {
    name: "exponentialDecay",
    options: { initialLearningRate, decaySteps, decayRate, staircase },
    at(iterations) {
      const periods = iterations / decaySteps;
      return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods);
    },
  };
}
exponentialDecay.facts = scheduleFacts<ExponentialDecayOptions>({
  name: "exponentialDecay",
  options: {
    initialLearningRate: "initial_learning_rate",
    decaySteps: "decay_steps",
    decayRate: "decay_rate",
    staircase: "staircase",
  },
  keras: { className: "ExponentialDecay" },
  example: "{ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.9 }",
});
