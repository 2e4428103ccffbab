// The learning rate shrinks by the same share in the same time.

import { requireOptions } from "../option.ts";
import { requireRates, requireSteps, type Schedule } from "./schedule.ts";

export interface ExponentialDecayOptions {
  /** The rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps in which the rate is multiplied once by `decayRate`. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Whether the rate falls in steps rather than all the time. Default: false. */
  readonly staircase?: boolean;
}

/**
 * `rate = initialLearningRate · decayRate^(t / decaySteps)` at step t, with a whole exponent for
 * `staircase`. As Keras's `ExponentialDecay`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.9 })
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  requireOptions("schedules.exponentialDecay", options);
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
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
