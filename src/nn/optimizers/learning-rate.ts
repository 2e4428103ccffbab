// A learning rate as people give it, as it is at a step, and as a file keeps it.

import { requireNumber } from "../../core/option.ts";
import { scheduleFrom } from "../schedules/index.ts";
import type { LearningRate } from "../schedules/schedule.ts";

export type { LearningRate } from "../schedules/schedule.ts";

/** A learning rate as plain data. */
export type StoredRate = number | { readonly name: string; readonly options: object };

/** The rate after `iterations` finished steps. */
export function rateAt(rate: LearningRate, iterations: number): number {
  return typeof rate === "number" ? rate : rate.at(iterations);
}

/** Plain data from which `rateFrom` makes the rate again. */
export function storeRate(rate: LearningRate): StoredRate {
  return typeof rate === "number" ? rate : { name: rate.name, options: rate.options };
}

/**
 * A learning rate from what a person or a file says. @throws ConfigError where it cannot be used.
 */
export function rateFrom(rate: LearningRate | StoredRate): LearningRate {
  if (typeof rate === "object" && rate !== null) {
    return "at" in rate ? rate : scheduleFrom(rate.name, rate.options);
  }
  requireNumber("learningRate", rate, { least: 0 });
  return rate;
}
