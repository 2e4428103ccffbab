// What a learning-rate schedule is: a function of the step's number and of nothing else, so that a run
// that is resumed goes on as it would have.

import { ConfigError } from "../../core/errors.ts";

export interface Schedule {
  /** The name that files use. */
  readonly name: string;
  /** All options as plain data, enough to make the schedule again. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The rate after `iterations` finished steps. */
  at(iterations: number): number;
}

/** @throws ConfigError unless `test` holds for an option of a schedule. */
export function requireScheduleOption(
  test: boolean,
  option: string,
  schedule: string,
  expected: string,
  value: unknown,
): void {
  if (test) return;
  throw new ConfigError({
    what: `The option ${option} of ${schedule} cannot be used.`,
    expected,
    received: typeof value === "object" ? JSON.stringify(value) : String(value),
  });
}

/** @throws ConfigError unless each is a finite number of at least 0. */
export function requireRates(options: Readonly<Record<string, number>>, schedule: string): void {
  for (const [name, value] of Object.entries(options)) {
    const fits = Number.isFinite(value) && value >= 0;
    requireScheduleOption(fits, name, schedule, "a number of at least 0", value);
  }
}

/** @throws ConfigError unless each is a finite number above 0. */
export function requireSteps(options: Readonly<Record<string, number>>, schedule: string): void {
  for (const [name, value] of Object.entries(options)) {
    const fits = Number.isFinite(value) && value > 0;
    requireScheduleOption(fits, name, schedule, "a number above 0", value);
  }
}
