// The learning-rate schedules: one file each, one row each. Floor 4.

import { lookUp } from "../../core/names.ts";
import { cosineDecay } from "./cosine-decay.ts";
import type { Schedule } from "./schedule.ts";

/** Every schedule by its name. */
export const schedules = { cosineDecay };

export type ScheduleName = keyof typeof schedules;

/** A schedule again, from what a file says of it. @throws ConfigError */
export function scheduleFrom(name: string, options: object): Schedule {
  return (lookUp(schedules, name, "schedule") as (options: object) => Schedule)(options);
}
