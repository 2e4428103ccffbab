// The learning rate shrinks as one over time.

import { optionsOf } from "../facts.ts";
import { requireRates, requireSteps, type Schedule, scheduleFacts } from "./schedule.ts";

export interface InverseTimeDecayOptions {
  /** The rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps in which the divisor grows once by `decayRate`. */
  readonly decaySteps: number;
  /** How much the divisor grows in `decaySteps` steps. */
  readonly decayRate: number;
  /** Whether the rate falls in steps rather than all the time. Default: false. */
  readonly staircase?: boolean;
}

/**
 * Inverse time decay: `rate = initialLearningRate / (1 + decayRate · t / decaySteps)` at step t,
 * with whole periods for `staircase`. As Keras's `InverseTimeDecay`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.5 })
 */
export function inverseTimeDecay(options: InverseTimeDecayOptions): Schedule {
  const {
    initialLearningRate,
    decaySteps,
    decayRate,
    staircase = false,
  } = optionsOf(inverseTimeDecay.facts, options);
  requireRates({ initialLearningRate, decayRate }, "inverseTimeDecay");
  requireSteps({ decaySteps }, "inverseTimeDecay");
  return {
    name: "inverseTimeDecay",
    options: { initialLearningRate, decaySteps, decayRate, staircase },
    at(iterations) {
      const periods = iterations / decaySteps;
      return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
    },
  };
}
inverseTimeDecay.facts = scheduleFacts<InverseTimeDecayOptions>({
  name: "inverseTimeDecay",
  options: {
    initialLearningRate: "initial_learning_rate",
    decaySteps: "decay_steps",
    decayRate: "decay_rate",
    staircase: "staircase",
  },
  keras: { className: "InverseTimeDecay" },
  example: "{ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.5 }",
});
