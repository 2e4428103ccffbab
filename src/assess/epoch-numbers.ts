// Numbers of epochs that are measured on whole pictures rather than summed by a metric: what they are called, and which way is
// better.

import type { Better } from "../nn/metrics/metric.ts";

/** What is known of a number. */
interface EpochNumber {
  /** As people read it. */
  readonly title: string;
  readonly better: Better;
}

/** By their names in the logs, without `val_`. They are shares of 0 to 1. */
export const epochNumbers = {
  map50: { title: "mAP@0.5", better: "higher" },
  map: { title: "mAP@0.5:0.95", better: "higher" },
} as const satisfies Record<string, EpochNumber>;

/** What is known of the number `name`; undefined where it is none of these. */
export function epochNumber(name: string): EpochNumber | undefined {
  return Object.hasOwn(epochNumbers, name)
    ? epochNumbers[name as keyof typeof epochNumbers]
    : undefined;
}
