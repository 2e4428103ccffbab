// What a learning-rate schedule is: a function of the step's number and of nothing else, so that a run
// that is resumed goes on as it would have.

import { requireNumber } from "../../core/option.ts";
import type { Facts } from "../facts.ts";

export interface Schedule {
  /** The name that files use. */
  readonly name: string;
  /** All options as plain data, enough to make the schedule again. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The rate after `iterations` finished steps. */
  at(iterations: number): number;
}

/** The same at every step, or by a schedule. */
export type LearningRate = number | Schedule;

/** The facts of a schedule, with what all schedules have in common. */
export function scheduleFacts<O extends object>(own: Omit<Facts<O>, "group">): Facts<O> {
  const { keras, ...facts } = own;
  if (keras === undefined) return { group: "schedules", ...facts };
  // Keras computes a schedule in the kind of number that its first rate is of.
  const floats = ["initialLearningRate", "values"];
  return { group: "schedules", ...facts, keras: { floats, ...keras } };
}

/** @throws ConfigError unless each is a finite number of at least 0. */
export function requireRates(options: Readonly<Record<string, unknown>>, schedule: string): void {
  for (const [name, value] of Object.entries(options)) {
    requireNumber(`${name} of ${schedule}`, value, { least: 0 });
  }
}

/** @throws ConfigError unless each is a finite number above 0. */
export function requireSteps(options: Readonly<Record<string, unknown>>, schedule: string): void {
  for (const [name, value] of Object.entries(options)) {
    requireNumber(`${name} of ${schedule}`, value, { above: 0 });
  }
}
