// Where Winograd's maps are allowed, and what they cost: they multiply a quarter as often as plain sums, and
// pay for it on the way to their points and back.

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import { cyclesOf, passOnCycles, stageCycles } from "../cost.ts";
import { longestSum, type ScheduleContext } from "./schedule.ts";
import { chooseTile, coverCycles } from "./tile.ts";
import { perPart } from "./winograd-gradient-tiles.ts";
import { imagesAtOnce, tilesPerTask } from "./winograd-tiles.ts";
import { tilePoints, tileTaps } from "./winograd-transforms.ts";

/**
 * Cycles of mapping one vector of a tile's image to its points, of its products to results, and of a
 * filter to its points: these go to memory, which costs more than making them. `again` is a vector that one more
 * task of a filter's gradient maps, with the sums that it takes from the second cache for as few tiles.
 */
const mapCycles = { image: 90, products: 75, filter: 250, again: 500 };
/** They round more than plain sums, so they have to be faster by a tenth. */
const worthRounding = 0.9;

/** Whether Winograd's maps may take the place of a convolution's plain sums. */
export function isForWinograd(
  { precision }: ScheduleContext,
  { window, groups }: ConvolutionGeometry,
): boolean {
  const fits = window.every(
    ({ taps, stride, dilation }) => taps === tileTaps && stride === 1 && dilation === 1,
  );
  return precision !== "exact" && fits && groups === 1;
}

/** What is convolved: `down` by `across` tiles of each image. */
export interface WinogradSizes {
  readonly images: number;
  readonly down: number;
  readonly across: number;
  readonly channels: number;
  readonly filters: number;
  /** Filters that last from step to step are mapped already. */
  readonly isLasting?: boolean | undefined;
}

/** The cycles of arithmetic alone, and of bringing all filters' points into a core's cache so many times. */
function parts(
  { machine }: ScheduleContext,
  { images, down, across, channels, filters, isLasting = false }: WinogradSizes,
) {
  const vectors = (count: number) => Math.ceil(count / machine.lanes);
  const tile = chooseTile(machine, tilesPerTask, vectors(filters));
  const step = coverCycles(tile, tilesPerTask, vectors(filters)) / tilesPerTask;
  const maps = vectors(channels) * mapCycles.image + vectors(filters) * mapCycles.products;
  const filterMap = isLasting ? 0 : channels * vectors(filters) * mapCycles.filter;
  const core = images * down * across * (tilePoints * channels * step + maps) + filterMap;
  const mapped = 4 * tilePoints * channels * filters;
  const isFar = mapped > machine.secondCacheBytes;
  const fetch = (times: number) =>
    isFar ? cyclesOf({ core: 0, bytesIntoSecond: times * mapped }) : 0;
  return { core, fetch };
}

/**
 * The cycles of a convolution: all of it `together` in a task for some tiles, which reads all filters, or
 * `apart` in three stages, which pass on what they make.
 */
export function winogradCycles(
  context: ScheduleContext,
  sizes: WinogradSizes,
): { readonly together: number; readonly apart: number } {
  const { images, down, across, channels, filters } = sizes;
  const { core, fetch } = parts(context, sizes);
  const tasks = down * Math.ceil(images / imagesAtOnce(images, across));
  const passOn = (values: number) => passOnCycles(4 * tilePoints * images * down * across * values);
  return {
    together: (core + fetch(tasks)) / worthRounding,
    apart: (core + fetch(1) + passOn(channels) + passOn(filters) + 2 * stageCycles) / worthRounding,
  };
}

/**
 * The cycles of a filter's gradient, whose sums pass a core's cache once: all of it `together` in tasks for some
 * channels and filters, each of which maps its own tiles, or `apart` in two stages, the first of which passes on
 * the points of all.
 */
export function winogradGradientCycles(
  context: ScheduleContext,
  sizes: WinogradSizes,
): { readonly together: number; readonly apart: number } {
  const { images, down, across, channels, filters } = sizes;
  const { lanes } = context.machine;
  const tiles = images * down * across;
  const again = (from: number, to: number) =>
    tiles * Math.ceil(from / lanes) * (Math.ceil(to / perPart) - 1);
  const mapsAgain = mapCycles.again * (again(channels, filters) + again(filters, channels));
  const { core, fetch } = parts(context, sizes);
  const passOn = (values: number) => passOnCycles(4 * tilePoints * tiles * values);
  const apart = core + fetch(1) + passOn(channels) + passOn(filters) + stageCycles;
  return {
    together: (core + mapsAgain + fetch(1)) / worthRounding,
    // A sum over all tiles adds them one after another.
    apart: tiles > longestSum ? Number.POSITIVE_INFINITY : apart / worthRounding,
  };
}
