// Sums over images, in chunks: a task adds up some images, into a partial result of its own. Chunks are
// cut by shape, never by threads, so that the order of additions is always the same.

import { sizeOf } from "../../core/shape.ts";
import { axis, read } from "../../graph/expression.ts";
import type { Launch, View } from "../draft.ts";
import { scheduleReduce } from "./reduce.ts";
import { type Blocks, blocksOf, type ScheduleContext, type Stage, type Work } from "./schedule.ts";

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

/** The stages of a sum over images: what `launchOf` writes for some chunks, then the sum of all chunks. */
export function sumInChunks(
  context: ScheduleContext,
  { shape, stores }: Work,
  images: number,
  most: number,
  launchOf: (chunks: Chunks, partial: View) => Launch,
): Stage[] {
  const { chunks, count, partial } = chunkImages(context, images, most, sizeOf(shape));
  const view: View = { storage: partial.storage, shape: [count, ...shape] };
  const launches = chunks.map((some) => launchOf(some, view));
  const index = [axis(shape.length), ...shape.map((_, a) => axis(a))];
  const joined = { shape, stores, extents: [count], combine: "sum" as const };
  return [launches, ...scheduleReduce(context, { ...joined, bodies: [read(view, index)] })];
}
