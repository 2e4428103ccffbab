// The learning-rate schedules: one file each, one row each.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import type { Schedule } from "./schedule.ts";
import * as schedules from "./table.ts";

export { schedules };

export type ScheduleName = keyof typeof schedules;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A schedule again, from what a file says of it; so are those among its options. @throws
 * ConfigError
 */
export function scheduleFrom(name: string, options: object): Schedule {
  if (typeof name !== "string" || typeof options !== "object" || options === null) {
    throw new ConfigError({
      what: "This is no schedule.",
      expected: `{ name, options }: ${Object.keys(schedules).join(", ")}`,
      received: JSON.stringify({ name, options }),
    });
  }
  const make = lookUp<(options: never) => Schedule>(schedules, name, "schedule");
  const made = Object.entries(options).map(([option, value]) => {
    const isStored = isRecord(value) && isRecord(value.options) && !("at" in value);
    return [option, isStored ? scheduleFrom(value.name as string, value.options as object) : value];
  });
  return make(Object.fromEntries(made) as never);
}
