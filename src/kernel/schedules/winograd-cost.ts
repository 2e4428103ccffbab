// Where Winograd's maps are allowed, and what they cost: they multiply a quarter as often as plain sums, and
// pay for it on the way to their points and back.

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import { cyclesOf } from "../cost.ts";
import type { ScheduleContext } from "./schedule.ts";
import { chooseTile, coverCycles } from "./tile.ts";
import { tilesPerTask } from "./winograd-tiles.ts";
import { tilePoints, tileTaps } from "./winograd-transforms.ts";

/**
 * Cycles of mapping one vector of a tile's image to its points, of its products to results, and of a
 * filter to its points: these go to memory, which costs more than making them.
 */
const mapCycles = { image: 90, products: 75, filter: 250 };
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

/**
 * The cycles of mapping so many tiles, multiplying their points, and mapping back. Filters that last from step
 * to step are mapped already.
 */
export function winogradCycles(
  { machine }: ScheduleContext,
  {
    tiles,
    channels,
    filters,
    isLasting = false,
  }: {
    readonly tiles: number;
    readonly channels: number;
    readonly filters: number;
    readonly isLasting?: boolean | undefined;
  },
): number {
  const vectors = (count: number) => Math.ceil(count / machine.lanes);
  const tile = chooseTile(machine, tilesPerTask, vectors(filters));
  const step = coverCycles(tile, tilesPerTask, vectors(filters)) / tilesPerTask;
  const maps = vectors(channels) * mapCycles.image + vectors(filters) * mapCycles.products;
  const filterMap = isLasting ? 0 : channels * vectors(filters) * mapCycles.filter;
  const core = tiles * (tilePoints * channels * step + maps) + filterMap;
  const points = 4 * tilePoints * channels * filters;
  const moved =
    points <= machine.secondCacheBytes ? 0 : cyclesOf({ core: 0, bytesIntoSecond: points });
  return (cyclesOf({ core }) + moved) / worthRounding;
}
