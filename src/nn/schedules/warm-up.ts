// A rise before any other schedule.

import { requireOption } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { requireRates, requireSteps, type Schedule, scheduleFacts } from "./schedule.ts";

/** What follows the rise: a rate that stays, or a schedule. */
export type RateAfter = number | Schedule;

export interface WarmUpOptions {
  /** What comes after the rise. */
  readonly learningRate: RateAfter;
  /** Steps of the rise. */
  readonly warmupSteps: number;
  /** The rate of the first step. Default: 0. */
  readonly initialLearningRate?: number;
}

/**
 * Linear warmup, then another schedule: a straight rise from `initialLearningRate` to the first
 * rate of what comes after, which begins when the rise is over. Source: Goyal et al., "Accurate,
 * large minibatch SGD", 2017.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.warmUp({ warmupSteps: 500, learningRate: schedules.exponentialDecay(decay) })
 */
export function warmUp(options: WarmUpOptions): Schedule {
  const { learningRate, warmupSteps, initialLearningRate = 0 } = optionsOf(warmUp.facts, options);
  const name = "warmUp";
  requireRates({ initialLearningRate }, name);
  requireSteps({ warmupSteps }, name);
  const after = scheduleAfter(learningRate);
  const top = after.at(0);
  const stored =
    typeof learningRate === "number" ? learningRate : { name: after.name, options: after.options };
  return {
    name,
    options: { learningRate: stored, warmupSteps, initialLearningRate },
    at(iterations) {
      if (iterations >= warmupSteps) return after.at(iterations - warmupSteps);
      return initialLearningRate + (top - initialLearningRate) * (iterations / warmupSteps);
    },
  };
}
warmUp.facts = scheduleFacts<WarmUpOptions>({
  name: "warmUp",
  options: { learningRate: null, warmupSteps: null, initialLearningRate: null },
  example: "{ learningRate: 0.1, warmupSteps: 500 }",
});

function scheduleAfter(rate: RateAfter): Schedule {
  if (typeof rate === "number") {
    requireRates({ learningRate: rate }, "warmUp");
    return { name: "constant", options: {}, at: () => rate };
  }
  const isSchedule = typeof rate === "object" && rate !== null && typeof rate.at === "function";
  requireOption("learningRate of warmUp", rate, isSchedule, "a number or a schedule");
  return rate;
}
