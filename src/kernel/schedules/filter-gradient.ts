// The gradient of a convolution's filters: a tile of channels by filters stays in registers while the sum
// runs over pixels. With several images, chunks of them (by shape, never by threads) add into partial
// results that are summed at the end, band of rows by band of rows, so that what a tile reads again for
// the next tap is still in the cache; a matrix product has one image and needs neither.

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import { cyclesOf, lineBytes, passOnCycles } from "../cost.ts";
import type { MachineDescription } from "../machine-description.ts";
import { sumInChunks } from "./chunks.ts";
import { type ConvolutionWork, filterSize, pixelCount } from "./convolution-work.ts";
import { type FilterGradientWork, tilesOf } from "./filter-gradient-tiles.ts";
import { FilterGradientWriter } from "./filter-gradient-writer.ts";
import type { Schedule, ScheduleContext, Stage } from "./schedule.ts";
import { chooseTile, coverCycles } from "./tile.ts";

/** Partial results are made in at most so many chunks. */
const mostChunks = 16;

/** For every filter gradient. */
export const filterGradient: Schedule<ConvolutionWork> = {
  name: "filterGradient",
  applies: (_, { pass }) => pass === "filterGradient",
  cost: ({ machine }, { geometry }) => gradientCycles(machine, geometry),
  schedule: (context, { first, second, ...work }) =>
    scheduleFilterGradient(context, { ...work, image: first, gradient: second }),
};

/** The cycles of all sums, and of what goes through the caches for them. */
function gradientCycles(machine: MachineDescription, geometry: ConvolutionGeometry): number {
  const { images, window, groups, inputChannels, outputChannels } = geometry;
  const channels = inputChannels / groups;
  const vectors = Math.ceil(outputChannels / groups / machine.lanes);
  const tile = chooseTile(machine, channels, vectors);
  const taps = window[0].taps * window[1].taps;
  const pixels = pixelCount(geometry);
  const core = pixels * taps * groups * coverCycles(tile, channels, vectors);
  const tiles = Math.ceil(channels / tile.rows) * Math.ceil(vectors / tile.vectors);
  if (images === 1) {
    // Each tile passes over its channels and filters of all pixels, a few cache lines of each.
    const perPixel = 2 * lineBytes + 4 * tile.vectors * machine.lanes;
    const image = 4 * pixels * inputChannels;
    const strip = 4 * pixels * tile.vectors * machine.lanes;
    const passes = Math.ceil(vectors / tile.vectors);
    const fits = image + strip <= machine.secondCacheBytes;
    return cyclesOf({
      core,
      bytesIntoFirst: tiles * pixels * perPixel,
      bytesIntoSecond: fits ? 0 : passes * image + pixels * 4 * outputChannels,
    });
  }
  const partial = 4 * filterSize(geometry);
  const chunks = Math.min(mostChunks, images);
  const moved = 2 * images * partial;
  return (
    cyclesOf({
      core,
      bytesIntoFirst: partial <= machine.cacheBytes ? 0 : moved,
      bytesIntoSecond: partial <= machine.secondCacheBytes ? 0 : moved,
    }) + passOnCycles(chunks * partial)
  );
}

/** The stages that compute `work`. */
function scheduleFilterGradient(context: ScheduleContext, work: FilterGradientWork): Stage[] {
  const { geometry } = work;
  const { images, groups } = geometry;
  const channels = geometry.inputChannels / groups;
  const vectors = Math.ceil(geometry.outputChannels / groups / context.machine.lanes);
  const tile = chooseTile(context.machine, channels, vectors);
  if (images === 1) {
    const tiles = tilesOf(context, work, tile);
    return [tiles.map((some) => new FilterGradientWriter(context, work, tile).alone(some))];
  }
  return sumInChunks(context, work, images, mostChunks, (chunks, partial) =>
    new FilterGradientWriter(context, work, tile).chunked(chunks, partial),
  );
}
