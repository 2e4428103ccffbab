// What is known of callbacks besides what they do.

import type { Facts, KerasNames } from "../../nn/facts.ts";
import type { MonitorOptions } from "./monitor.ts";

/** The facts of a callback. */
export function callbackFacts<O extends object>(own: Omit<Facts<O>, "group">): Facts<O> {
  return { group: "callbacks", ...own };
}

/** Keras's names of the options of callbacks that watch a number. */
export const monitorNames = {
  monitor: "monitor",
  mode: "mode",
  minDelta: "min_delta",
} as const satisfies KerasNames<MonitorOptions>;
