// Direct convolution: a task is a row of an image, or one tile where rows are few. Edges are tiles of their
// own that leave the outside taps out. The input gradient is the same loops over other phases. Filters are read
// as they lie, or from panels that a stage has packed.

import { cyclesOf, fetchedBytes, lineBytes, lookUpCycles, usableBytes } from "../cost.ts";
import type { Launch } from "../draft.ts";
import { still, sumPositions, timesPosition } from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import {
  type ConvolutionWork,
  filterOf,
  filterSize,
  isDepthwise,
  turnCycles,
} from "./convolution-work.ts";
import { packPanels, packPanelsCycles } from "./packing.ts";
import { enoughTasks, type Schedule, type ScheduleContext } from "./schedule.ts";
import {
  columnRuns,
  filterBlocks,
  type RowClass,
  type TapConvolution,
  TileWriter,
} from "./tap-tiles.ts";
import { forwardPhases, inputGradientPhases, runsOf, tapsAt } from "./taps.ts";
import { chooseTile, coverCycles, type Tile } from "./tile.ts";

/** The share of what is crowded out of a cache that is not there when it is read again. */
const missing = 2 / 3;

/** For every convolution and input gradient. */
export const tapConvolution: Schedule<ConvolutionWork> = {
  name: "tapConvolution",
  applies: (_, { pass }) => pass !== "filterGradient",
  cost: (context, work) => planOf(context, work).cycles,
  schedule(context, work) {
    const sides = sidesOf(work);
    const { tile, panelTerms } = planOf(context, work);
    const filter =
      panelTerms === undefined
        ? filterOf(context, work)
        : packPanels(
            context,
            work,
            { length: panelTerms, columns: sides.filters },
            tile.vectors * context.machine.lanes,
          );
    const taps = { ...work, ...sides, image: work.first, filter: filter.view };
    const panels = panelTerms === undefined ? {} : { panelTerms };
    return [...filter.stages, launchesOf(context, { ...taps, ...panels }, tile)];
  },
};

/** What an input gradient takes for the image is the result's gradient. */
function sidesOf({ pass, geometry }: ConvolutionWork) {
  const { images, window, groups, inputChannels, outputChannels } = geometry;
  const [rows, columns] = window;
  const depthwise = isDepthwise(geometry);
  const common = { images, groups: depthwise ? 1 : groups, columnTaps: columns.taps, depthwise };
  const channels = depthwise ? 1 : inputChannels / groups;
  const filters = depthwise ? outputChannels : outputChannels / groups;
  return pass === "forward"
    ? {
        ...common,
        channels,
        filters,
        rows: forwardPhases(rows),
        columns: forwardPhases(columns),
        inputSize: [rows.input, columns.input] as const,
      }
    : {
        ...common,
        channels: depthwise ? 1 : filters,
        filters: depthwise ? filters : channels,
        rows: inputGradientPhases(rows),
        columns: inputGradientPhases(columns),
        inputSize: [rows.output, columns.output] as const,
      };
}

/** How a convolution is computed, and the cycles of all of it. */
interface Plan {
  readonly tile: Tile;
  /** Terms of a panel, where the filter is brought into panels first. */
  readonly panelTerms?: number;
  readonly cycles: number;
}

/**
 * The cheapest of the ways to compute it: tiles of any size, or only of as many pixels as do not push each other
 * out of the first cache; and the filter as it lies, turned round at most, or in panels.
 */
function planOf(context: ScheduleContext, work: ConvolutionWork): Plan {
  const sides = sidesOf(work);
  const { machine } = context;
  const { filters, groups, channels, columns, depthwise } = sides;
  const { window } = work.geometry;
  const vectors = Math.ceil(filters / machine.lanes);
  const widest = Math.max(...columns.map(({ count }) => count));
  const panelTerms = window[0].taps * window[1].taps * channels;
  const most = pixelsAtOnce(machine, sides);
  const largest = chooseTile(machine, widest, vectors);
  const isCrowded = largest.rows > most;
  const tiles = isCrowded ? [largest, chooseTile(machine, widest, vectors, most)] : [largest];
  const plans = tiles.flatMap((tile): Plan[] => {
    const way = (isPacked: boolean) => tapCycles(context, work, tile, isPacked);
    const asItLies = { tile, cycles: way(false) + turnCycles(work) };
    if (depthwise || groups > 1 || vectors <= tile.vectors) return [asItLies];
    return [asItLies, { tile, panelTerms, cycles: way(true) + packPanelsCycles(work) }];
  });
  return plans.reduce((best, plan) => (plan.cycles < best.cycles ? plan : best));
}

/** Pixels of which the first cache can hold a line each. */
function pixelsAtOnce(
  { cacheBytes }: MachineDescription,
  { channels, groups, columns }: Pick<TapConvolution, "channels" | "groups" | "columns">,
): number {
  const stride = 4 * channels * groups * columns[0].inputStep;
  return Math.floor(usableBytes(cacheBytes, lineBytes, stride) / lineBytes);
}

/** The cycles of the convolution itself; taps that edges leave out are counted too. */
function tapCycles(
  { machine }: ScheduleContext,
  work: ConvolutionWork,
  tile: Tile,
  isPacked: boolean,
): number {
  const sides = sidesOf(work);
  const { depthwise, images, groups, channels, filters, rows, columns, inputSize } = sides;
  const { window } = work.geometry;
  const vectors = Math.ceil(filters / machine.lanes);
  const widest = Math.max(...columns.map(({ count }) => count));
  const across = columns.reduce(
    (sum, { count, taps }) => sum + taps.length * coverCycles(tile, count, vectors),
    0,
  );
  const down = rows.reduce((sum, { count, taps }) => sum + count * taps.length, 0);
  const core = images * groups * down * across * channels;
  const filterBytes = 4 * filterSize(work.geometry);
  const pixelBytes = 4 * channels * groups;
  const rowBytes = window[0].taps * inputSize[1] * pixelBytes;
  const panels = Math.ceil(vectors / tile.vectors);
  const panelBytes = filterBytes / panels;
  const tiles = Math.ceil(widest / tile.rows);
  // What lies side by side in the filter, and how far the next of it is.
  const stride = 4 * groups * filters;
  const run = isPacked ? panelBytes : 4 * Math.min(filters, tile.vectors * machine.lanes);
  // A row passes over the filters panel by panel, tile by tile.
  const passes = (images * down) / window[0].taps;
  const timesFrom = (cacheBytes: number) => {
    const usable = isPacked ? cacheBytes : usableBytes(cacheBytes, run, stride);
    return passes * (panelBytes <= usable ? 1 : tiles);
  };
  const { cacheBytes, secondCacheBytes } = machine;
  const held = filterBytes + rowBytes;
  const intoFirst = held <= cacheBytes ? 0 : filterBytes * timesFrom(cacheBytes);
  // What does not fit the second cache pushes out as much again.
  const outside = Math.min(1, Math.max(0, held / secondCacheBytes - 1));
  const fetched = fetchedBytes(filterBytes, run, timesFrom(secondCacheBytes));
  // Most pixels of a tile that push each other out of the cache come anew with every step.
  const isCrowded = !depthwise && tile.rows > pixelsAtOnce(machine, sides);
  const steps = images * groups * down * columns[0].taps.length * channels * panels;
  const crowded = isCrowded ? missing * steps * widest * lineBytes : 0;
  return (
    cyclesOf({ core, bytesIntoFirst: intoFirst + crowded }) +
    cyclesOf({ core: 0, bytesIntoSecond: outside * fetched }) +
    (isPacked ? 0 : lookUpCycles(filterBytes * passes * tiles, run, stride))
  );
}

/** They may all run at the same time, since no part waits for another. */
function launchesOf(context: ScheduleContext, work: TapConvolution, tile: Tile): Launch[] {
  const launches: Launch[] = [];
  for (const phase of work.rows) {
    for (const run of runsOf(phase.count, (i) => tapsAt(phase, i))) {
      const rowClass = { phase, run };
      const tasks = work.images * run.count * work.groups;
      if (tasks >= enoughTasks) launches.push(byRows(context, work, tile, rowClass));
      else launches.push(...byTiles(context, work, tile, rowClass));
    }
  }
  return launches;
}

/** A task is one row of one image. */
function byRows(
  context: ScheduleContext,
  work: TapConvolution,
  tile: Tile,
  rowClass: RowClass,
): Launch {
  const emitter = new TileWriter(context, work, rowClass);
  const w = emitter.draft.writer;
  const image = w.parallel(work.images);
  const row = w.parallel(rowClass.run.count);
  const group = work.groups > 1 ? w.parallel(work.groups) : still(0);
  for (const block of filterBlocks(context, work, tile)) {
    w.loop(block.count, (at) => {
      const filter = sumPositions(timesPosition(at, block.size), still(block.start));
      for (const phase of work.columns) {
        for (const run of columnRuns(phase, tile.rows)) {
          w.loop(run.count, (t) => {
            const column = timesPosition(sumPositions(t, still(run.start)), tile.rows);
            const place = { image, row, group, filter, filters: block.size, column, phase };
            emitter.write(place, run.value);
          });
        }
      }
    });
  }
  return emitter.draft.finish();
}

/** A task is one tile: for few, wide rows, such as a matrix product has. */
function byTiles(
  context: ScheduleContext,
  work: TapConvolution,
  tile: Tile,
  rowClass: RowClass,
): Launch[] {
  return work.columns.flatMap((phase) =>
    columnRuns(phase, tile.rows).flatMap((run) =>
      filterBlocks(context, work, tile).map((block) => {
        const emitter = new TileWriter(context, work, rowClass);
        const w = emitter.draft.writer;
        const image = w.parallel(work.images);
        const row = w.parallel(rowClass.run.count);
        const group = w.parallel(work.groups);
        const filterAt = w.parallel(block.count);
        const t = w.parallel(run.count);
        const filter = sumPositions(timesPosition(filterAt, block.size), still(block.start));
        const column = timesPosition(sumPositions(t, still(run.start)), tile.rows);
        const place = { image, row, group, filter, filters: block.size, column, phase };
        emitter.write(place, run.value);
        return emitter.draft.finish();
      }),
    ),
  );
}
