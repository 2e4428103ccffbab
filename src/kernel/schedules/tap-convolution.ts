// Direct convolution: a task is a row of an image, or one tile where rows are few. Edges are tiles of their
// own that leave the outside taps out. The input gradient is the same loops over other phases.

import { cyclesOf, fetchedBytes, lineBytes, usableBytes } from "../cost.ts";
import type { Launch } from "../draft.ts";
import { still, sumPositions, timesPosition } from "../language.ts";
import {
  type ConvolutionWork,
  filterOf,
  filterSize,
  isDepthwise,
  turnCycles,
} from "./convolution-work.ts";
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
  cost: (context, work) => tapCycles(context, work) + turnCycles(work),
  schedule(context, work) {
    const filter = filterOf(context, work);
    const taps = { ...work, ...sidesOf(work), image: work.first, filter: filter.view };
    return [...filter.stages, launchesOf(context, taps)];
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

/** The cycles of the convolution itself; taps that edges leave out are counted too. */
function tapCycles({ machine }: ScheduleContext, work: ConvolutionWork): number {
  const { depthwise, images, groups, channels, filters, rows, columns, inputSize } = sidesOf(work);
  const { window } = work.geometry;
  const vectors = Math.ceil(filters / machine.lanes);
  const widest = Math.max(...columns.map(({ count }) => count));
  const tile = chooseTile(machine, widest, vectors);
  const rowCount = images * rows.reduce((sum, { count }) => sum + count, 0);
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
  const tiles = Math.ceil(widest / tile.rows);
  const panelRun = 4 * Math.min(filters, tile.vectors * machine.lanes);
  // A row passes over the filters panel by panel, tile by tile.
  const into = (cacheBytes: number) => {
    if (filterBytes + rowBytes <= cacheBytes) return 0;
    const usable = usableBytes(cacheBytes, panelRun, 4 * groups * filters);
    const times = rowCount * (filterBytes / panels <= usable ? 1 : tiles);
    return fetchedBytes(filterBytes, panelRun, times);
  };
  // Most pixels of a tile that push each other out of the cache come anew with every step.
  const usable = usableBytes(machine.cacheBytes, lineBytes, pixelBytes * columns[0].inputStep);
  const isCrowded = !depthwise && tile.rows * lineBytes > usable;
  const steps = images * groups * down * columns[0].taps.length * channels * panels;
  const crowded = isCrowded ? missing * steps * widest * lineBytes : 0;
  return cyclesOf({
    core,
    bytesIntoFirst: into(machine.cacheBytes) + crowded,
    bytesIntoSecond: into(machine.secondCacheBytes),
  });
}

/** They may all run at the same time, since no part waits for another. */
function launchesOf(context: ScheduleContext, work: TapConvolution): Launch[] {
  const vectors = Math.ceil(work.filters / context.machine.lanes);
  const widest = Math.max(...work.columns.map((phase) => phase.count));
  const tile = chooseTile(context.machine, widest, vectors);
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
