// Sums over images, in chunks: a task adds up some images, into a partial result of its own. Floor 2.
// Chunks are cut by shape, never by threads, so that the order of additions is always the same.

import type { View } from "../draft.ts";
import { type Blocks, blocksOf, type ScheduleContext } from "./schedule.ts";

/** Chunks of equal size: how many images each, and the number of the first one. */
export interface Chunks {
  readonly images: Blocks;
  readonly first: number;
}

/** All chunks, and their partial results: [chunks, elements]. */
export interface ChunkedSum {
  readonly chunks: readonly Chunks[];
  readonly count: number;
  readonly partial: View;
}

/** `images` in at most `most` chunks whose results have `elements` each. */
export function chunkImages(
  context: ScheduleContext,
  images: number,
  most: number,
  elements: number,
): ChunkedSum {
  let first = 0;
  const chunks = blocksOf(images, Math.ceil(images / most)).map((block) => {
    const chunk = { images: block, first };
    first += block.count;
    return chunk;
  });
  const storage = context.scratch("f32", first * elements);
  return { chunks, count: first, partial: { storage, shape: [first, elements] } };
}
