// Learning rates and optimizers again, from what files say of them.

import { scheduleFrom } from "../schedules/index.ts";
import { optimizerFrom } from "./index.ts";
import { type LearningRate, requireRate, type StoredRate } from "./learning-rate.ts";
import type { Optimizer } from "./optimizer.ts";

/** A learning rate from what a file says. @throws ConfigError where it cannot be used. */
export function rateFrom(rate: LearningRate | StoredRate): LearningRate {
  if (typeof rate === "object" && rate !== null && !("at" in rate)) {
    return scheduleFrom(rate.name, rate.options);
  }
  return requireRate(rate);
}

/** An optimizer by name with the options that a file keeps. @throws ConfigError where one cannot be used. */
export function storedOptimizer(name: string, options: object): Optimizer {
  const { learningRate, ...others } = options as {
    readonly learningRate?: LearningRate | StoredRate;
  };
  if (learningRate === undefined) return optimizerFrom(name, others);
  return optimizerFrom(name, { ...others, learningRate: rateFrom(learningRate) });
}
