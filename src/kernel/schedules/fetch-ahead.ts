// What code asks for ahead of its use: decision 43.

import { lineElements } from "../cost.ts";
import { type KernelBuffer, type Position, still, sumPositions } from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import type { KernelWriter } from "../writer.ts";

/** Whether code should ask for `size` values ahead: some of them have left the caches of a core. */
export function isFetchedAhead(
  { prefetches, secondCacheBytes }: MachineDescription,
  { size }: Pick<KernelBuffer, "size">,
): boolean {
  return prefetches && 4 * size > secondCacheBytes;
}

/** Steps of a tile after which a line from beyond the caches is there, with time to spare. */
export const stepsAhead = 32;

/**
 * Asks for the lines of some elements of a filter. A machine foresees what is read only up to the end of a page;
 * filters that the first cache holds are at hand.
 */
export function fetchLines(
  w: KernelWriter,
  { prefetches, cacheBytes }: MachineDescription,
  { buffer, at, width }: Elements,
): void {
  if (!prefetches || 4 * buffer.size <= cacheBytes) return;
  for (let line = 0; line < width; line += lineElements) {
    w.prefetch(w.access(buffer, sumPositions(at, still(line))));
  }
}

/** `width` elements side by side. */
export interface Elements {
  readonly buffer: KernelBuffer;
  readonly at: Position;
  readonly width: number;
}
