// Winograd's convolution of 3x3 filters at stride 1: tiles of the image and the filter are mapped to
// where a convolution is 36 products side by side, a quarter of the multiplications. Either a task does all
// of that for some tiles of one row of tiles, and what it makes on the way stays in the cache of its core; or
// points, products and results are a stage each, and filters are read once for all tiles. The input gradient
// is the same with the filter turned round.

import type { KernelDraft, Launch, View } from "../draft.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import type { KernelWriter } from "../writer.ts";
import { type ConvolutionWork, filterOf, turnAxis, turnCycles } from "./convolution-work.ts";
import {
  type Blocks,
  blocksOf,
  type Schedule,
  type ScheduleContext,
  type Stage,
} from "./schedule.ts";
import type { Run } from "./taps.ts";
import { isForWinograd, type WinogradSizes, winogradCycles } from "./winograd-cost.ts";
import { filterBlocks, mapFilters } from "./winograd-filters.ts";
import { WinogradSteps, type WinogradWork } from "./winograd-steps.ts";
import { imagesAtOnce, pointsSize, type TileLine, tileCount, tileRuns } from "./winograd-tiles.ts";
import { tilePoints } from "./winograd-transforms.ts";

/** For convolutions of 3x3 at stride 1, and their input gradients, that need not be exact. */
export const winograd: Schedule<ConvolutionWork> = {
  name: "winograd",
  applies: (context, { pass, geometry, transposedFilter = false }) =>
    pass !== "filterGradient" && !transposedFilter && isForWinograd(context, geometry),
  cost(context, work) {
    const { together, apart } = winogradCycles(context, sizesOf(work));
    return Math.min(together, apart) + turnCycles(work);
  },
  schedule(context, work) {
    const filter = filterOf(context, work);
    const whole = { ...work, ...sidesOf(work), image: work.first, filter: filter.view };
    const { points, launch } = mapFilters(context, whole);
    const { together, apart } = winogradCycles(context, sizesOf(work));
    const stages = (apart < together ? apartStages : togetherStages)(context, whole, points);
    return [...filter.stages, [launch], ...stages];
  },
};

/** What an input gradient takes for the image is the result's gradient. */
function sidesOf({ pass, geometry }: ConvolutionWork) {
  const { images, window, inputChannels, outputChannels } = geometry;
  const [rows, columns] = window;
  return pass === "forward"
    ? { images, channels: inputChannels, filters: outputChannels, rows, columns }
    : {
        images,
        channels: outputChannels,
        filters: inputChannels,
        rows: turnAxis(rows),
        columns: turnAxis(columns),
      };
}

function sizesOf(work: ConvolutionWork): WinogradSizes {
  const { images, channels, filters, rows, columns } = sidesOf(work);
  const { isLasting } = work.second.storage;
  const [down, across] = [tileCount(rows), tileCount(columns)];
  return { images, down, across, channels, filters, isLasting };
}

/** One stage, whose tasks do everything for a row of tiles of some images. */
function togetherStages(context: ScheduleContext, work: WinogradWork, filters: View): Stage[] {
  const across = tileCount(work.columns);
  const perTask = imagesAtOnce(work.images, across);
  const write = (run: Run<TileLine>, images: Blocks): Launch => {
    const { machine } = context;
    const tiles = images.size * across;
    const steps = new WinogradSteps(context, work, tiles, "winograd");
    const { draft } = steps;
    const w = draft.writer;
    const all = filterBlocks(context, work);
    const mapped = draft.operand(filters).buffer;
    const points = draft.workspace(pointsSize(machine, tiles, work.channels));
    const products = {
      buffer: draft.workspace(pointsSize(machine, tiles, all[0].size)),
      at: still(0),
    };
    const block = w.parallel(images.count);
    const row = sumPositions(w.parallel(run.count), still(run.start));
    const forEachImage = (visit: (i: Position, tile: Position) => void) =>
      w.loop(images.size, (i) => visit(i, timesPosition(i, across)));
    const place = (i: Position) => {
      const image = sumPositions(timesPosition(block, images.size), still(images.start), i);
      return { image, row, line: run.value };
    };
    forEachImage((i, tile) => steps.readImage(place(i), tile, points));
    for (const blocks of all) {
      w.loop(blocks.count, (number) => {
        const filter = { blocks, number };
        w.loop(tilePoints, (point) =>
          steps.multiply(points, mapped, filter, point, products, blocks.pitch),
        );
        forEachImage((i, tile) => steps.writeResults(place(i), tile, filter, products));
      });
    }
    return draft.finish();
  };
  const parts = blocksOf(work.images, perTask);
  return [tileRuns(work.rows).flatMap((run) => parts.map((images) => write(run, images)))];
}

/** A stage for each step, with all tiles. */
function apartStages(context: ScheduleContext, work: WinogradWork, filters: View): Stage[] {
  const { machine } = context;
  const [down, across] = [tileCount(work.rows), tileCount(work.columns)];
  const tiles = work.images * down * across;
  const scratch = (size: number): View => ({
    storage: context.scratch("f32", size),
    shape: [size],
  });
  let size = 0;
  const all = filterBlocks(context, work).map((blocks) => {
    const [at, room] = [size, pointsSize(machine, tiles, blocks.size)];
    size += blocks.count * room;
    return { blocks, at, room };
  });
  const points = scratch(pointsSize(machine, tiles, work.channels));
  const products = scratch(size);
  const begin = (step: string) => {
    const steps = new WinogradSteps(context, work, tiles, step);
    const { draft } = steps;
    return { steps, draft, w: draft.writer };
  };
  const productsOf = (
    { at, room }: { readonly at: number; readonly room: number },
    draft: KernelDraft,
    number: Position,
  ) => {
    const { buffer } = draft.operand(products);
    return { buffer, at: sumPositions(still(at), timesPosition(number, room)) };
  };
  const runs = tileRuns(work.rows);
  /** A row of tiles as a task, and its first tile. */
  const parallelRow = (w: KernelWriter, { start, count, value }: Run<TileLine>) => {
    const image = w.parallel(work.images);
    const row = sumPositions(w.parallel(count), still(start));
    const tile = timesPosition(sumPositions(timesPosition(image, down), row), across);
    return { place: { image, row, line: value }, tile };
  };
  const read = runs.map((run) => {
    const { steps, draft, w } = begin("winogradImage");
    const { place, tile } = parallelRow(w, run);
    steps.readImage(place, tile, draft.operand(points).buffer);
    return draft.finish();
  });
  const multiply = all.map(({ blocks, ...places }) => {
    const { steps, draft, w } = begin("winogradProducts");
    const point = w.parallel(tilePoints);
    const number = w.parallel(blocks.count);
    const [image, filter] = [points, filters].map((view) => draft.operand(view).buffer);
    const into = productsOf(places, draft, number);
    steps.multiply(image, filter, { blocks, number }, point, into, blocks.room);
    return draft.finish();
  });
  const write = runs.flatMap((run) =>
    all.map(({ blocks, ...places }) => {
      const { steps, draft, w } = begin("winogradResults");
      const { place, tile } = parallelRow(w, run);
      const number = w.parallel(blocks.count);
      const from = productsOf(places, draft, number);
      steps.writeResults(place, tile, { blocks, number }, from);
      return draft.finish();
    }),
  );
  return [read, multiply, write];
}
