// A rise before any other schedule. Floor 4.

import { requireRates, requireScheduleOption, requireSteps, type Schedule } from "./schedule.ts";

/** The schedule after the rise: a rate that stays, a schedule, or what a file says of one. */
export type RateAfter =
  | number
  | Schedule
  | { readonly name: string; readonly options: Readonly<Record<string, unknown>> };

export interface WarmUpOptions {
  /** What comes after the rise. */
  readonly learningRate: RateAfter;
  /** Steps of the rise. */
  readonly warmupSteps: number;
  /** The rate of the first step; 0 unless told. */
  readonly initialLearningRate?: number;
}

/** Makes a schedule from what a file says of it; the table of schedules, which holds this one. */
export type MakeSchedule = (name: string, options: object) => Schedule;

/**
 * A straight rise from `initialLearningRate` to the first rate of what comes after, which begins when
 * the rise is over. Source: Goyal et al., "Accurate, large minibatch SGD", 2017.
 *
 * @throws ConfigError where an option cannot be used.
 * @example schedules.warmUp({ warmupSteps: 500, learningRate: schedules.exponentialDecay(decay) })
 */
export function warmUpWith(make: MakeSchedule): (options: WarmUpOptions) => Schedule {
  return ({ learningRate, warmupSteps, initialLearningRate = 0 }) => {
    const name = "warmUp";
    requireRates({ initialLearningRate }, name);
    requireSteps({ warmupSteps }, name);
    const after = scheduleAfter(learningRate, make);
    const top = after.at(0);
    const stored =
      typeof learningRate === "number"
        ? learningRate
        : { name: after.name, options: after.options };
    return {
      name,
      options: { learningRate: stored, warmupSteps, initialLearningRate },
      at(iterations) {
        if (iterations >= warmupSteps) return after.at(iterations - warmupSteps);
        return initialLearningRate + (top - initialLearningRate) * (iterations / warmupSteps);
      },
    };
  };
}

function scheduleAfter(rate: RateAfter, make: MakeSchedule): Schedule {
  if (typeof rate === "number") {
    requireRates({ learningRate: rate }, "warmUp");
    return { name: "constant", options: {}, at: () => rate };
  }
  const isObject = typeof rate === "object" && rate !== null;
  requireScheduleOption(isObject, "learningRate", "warmUp", "a number or a schedule", rate);
  return "at" in rate ? rate : make(rate.name, rate.options);
}
