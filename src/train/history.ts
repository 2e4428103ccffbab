// What training leaves behind, number by number.

import type { EpochRecord } from "./events.ts";
import type { History } from "./options.ts";

/** Every number by name, epoch by epoch. */
export function historyOf(epochs: readonly EpochRecord[], stopped: string | undefined): History {
  const history: Record<string, number[]> = {};
  for (const { logs } of epochs) {
    for (const [name, value] of Object.entries(logs)) {
      history[name] = [...(history[name] ?? []), value];
    }
  }
  return { epochs, history, stopped };
}
