// A learning rate as people give it, as it is at a step, and as a file keeps it. What a file keeps becomes one again in
// stored-rate.ts, which knows every schedule.

import { requireNumber } from "../../core/option.ts";
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

/** @throws ConfigError unless it is a number of at least 0, or a schedule. */
export function requireRate(rate: LearningRate): LearningRate {
  if (typeof rate === "object" && rate !== null && "at" in rate) return rate;
  requireNumber("learningRate", rate, { least: 0 });
  return rate;
}
