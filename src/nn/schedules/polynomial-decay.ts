// The learning rate falls along a power of what is left of the way.

import { optionsOf } from "../facts.ts";
import { requireRates, requireSteps, type Schedule, scheduleFacts } from "./schedule.ts";

export interface PolynomialDecayOptions {
  /** The rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps of the fall. */
  readonly decaySteps: number;
  /** The rate at its end. Default: 1e-4. */
  readonly endLearningRate?: number;
  /** The power. Default: 1, a straight line. */
  readonly power?: number;
  /**
   * Whether the fall is stretched to twice, three times, … its length once it is over. Default:
   * false.
   */
  readonly cycle?: boolean;
}

/**
 * Polynomial decay: `rate = (initialLearningRate − endLearningRate) · (1 − t / T)^power +
 * endLearningRate` at step t, with `T = decaySteps`, or for `cycle` its first multiple that is not
 * below t. As Keras's `PolynomialDecay`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 1000, power: 2 })
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const {
    initialLearningRate,
    decaySteps,
    endLearningRate = 1e-4,
  } = optionsOf(polynomialDecay.facts, options);
  const { power = 1, cycle = false } = options;
  requireRates({ initialLearningRate, endLearningRate }, "polynomialDecay");
  requireSteps({ decaySteps, power }, "polynomialDecay");
  return {
    name: "polynomialDecay",
    options: { initialLearningRate, decaySteps, endLearningRate, power, cycle },
    at(iterations) {
      const periods = cycle ? Math.max(1, Math.ceil(iterations / decaySteps)) : 1;
      const done = Math.min(1, iterations / (decaySteps * periods));
      return (initialLearningRate - endLearningRate) * (1 - done) ** power + endLearningRate;
    },
  };
}
polynomialDecay.facts = scheduleFacts<PolynomialDecayOptions>({
  name: "polynomialDecay",
  options: {
    initialLearningRate: "initial_learning_rate",
    decaySteps: "decay_steps",
    endLearningRate: "end_learning_rate",
    power: "power",
    cycle: "cycle",
  },
  keras: { className: "PolynomialDecay" },
  example: "{ initialLearningRate: 0.1, decaySteps: 1000 }",
});
