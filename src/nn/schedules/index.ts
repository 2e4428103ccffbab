// The learning-rate schedules: one file each, one row each. Floor 4.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import { cosineDecay } from "./cosine-decay.ts";
import { cosineDecayRestarts } from "./cosine-decay-restarts.ts";
import { exponentialDecay } from "./exponential-decay.ts";
import { inverseTimeDecay } from "./inverse-time-decay.ts";
import { oneCycle } from "./one-cycle.ts";
import { piecewiseConstantDecay } from "./piecewise-constant-decay.ts";
import { polynomialDecay } from "./polynomial-decay.ts";
import type { Schedule } from "./schedule.ts";
import { warmUpWith } from "./warm-up.ts";

/** Every schedule by its name. */
export const schedules = {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  oneCycle,
  piecewiseConstantDecay,
  polynomialDecay,
  warmUp: warmUpWith(scheduleFrom),
};

export type ScheduleName = keyof typeof schedules;

/** A schedule again, from what a file says of it. @throws ConfigError */
export function scheduleFrom(name: string, options: object): Schedule {
  if (typeof name !== "string" || typeof options !== "object" || options === null) {
    throw new ConfigError({
      what: "This is no schedule.",
      expected: `{ name, options }: ${Object.keys(schedules).join(", ")}`,
      received: JSON.stringify({ name, options }),
    });
  }
  const make = lookUp<(options: never) => Schedule>(schedules, name, "schedule");
  return make(options as never);
}
