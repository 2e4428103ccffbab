// The best epoch of a run that is resumed, and the one that a file holds.

import { platform } from "#platform";
import type { EpochRecord } from "../events.ts";
import { progressIn } from "../saved-state.ts";
import type { Monitor } from "./monitor.ts";

/** The epoch that was better than all before it, and than `threshold`; undefined where none was. */
export function bestIn(
  history: readonly EpochRecord[],
  monitor: Monitor,
  threshold: number | undefined,
): { readonly epoch: number; readonly value: number } | undefined {
  let best: { readonly epoch: number; readonly value: number } | undefined;
  for (const { epoch, logs } of history) {
    const value = monitor.valueIn(logs);
    if (value === undefined) continue;
    if (monitor.isBetter(value, best?.value ?? threshold)) best = { epoch, value };
  }
  return best;
}

/**
 * How many epochs the model at `path`, a file of Fovea's own, has behind it; undefined where there
 * is none.
 *
 * @throws FormatError where it is damaged.
 */
export async function epochHeldBy(path: string): Promise<number | undefined> {
  if ((await platform.files.status(path)) === undefined) return undefined;
  return (await progressIn(path)).epochs;
}
