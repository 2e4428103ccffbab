// Winograd's convolution of 3x3 filters at stride 1: tiles of the image and the filter are mapped to
// where a convolution is 36 products side by side, a quarter of the multiplications. A task is some tiles
// of one row of tiles; what it makes on the way stays in the cache of its core. The input gradient is the
// same with the filter turned round.

import { KernelDraft, type Launch, type View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import { type ConvolutionWork, filterOf, turnAxis, turnCycles } from "./convolution-work.ts";
import { writeProduct } from "./product.ts";
import {
  type Blocks,
  blocksOf,
  forEachVector,
  range,
  type Schedule,
  type ScheduleContext,
  type Stage,
  type Work,
} from "./schedule.ts";
import { type Run, runsOf } from "./taps.ts";
import { chooseTile } from "./tile.ts";
import { isForWinograd, winogradCycles } from "./winograd-cost.ts";
import {
  imagesAtOnce,
  mapImageTiles,
  pointPitch,
  storePoints,
  type TileAxis,
  type TileLine,
  type TilePoints,
  type TileRow,
  tileCount,
  tileRuns,
  tilesPerTask,
} from "./winograd-tiles.ts";
import {
  filterMap,
  mapTile,
  outputMap,
  roomSize,
  tileInputs,
  tileOutputs,
  tilePoints,
  tileTaps,
} from "./winograd-transforms.ts";

/** What is convolved. */
export interface WinogradWork extends Work {
  /** [N, H, W, C] */
  readonly image: View;
  /** [3, 3, C, K] */
  readonly filter: View;
  readonly images: number;
  readonly channels: number;
  readonly filters: number;
  readonly rows: TileAxis;
  readonly columns: TileAxis;
}

/** For convolutions of 3x3 at stride 1, and their input gradients, that need not be exact. */
export const winograd: Schedule<ConvolutionWork> = {
  name: "winograd",
  applies: (context, { pass, geometry, transposedFilter = false }) =>
    pass !== "filterGradient" && !transposedFilter && isForWinograd(context, geometry),
  cost(context, work) {
    const { images, channels, filters, rows, columns } = sidesOf(work);
    const tiles = images * tileCount(rows) * tileCount(columns);
    const { isLasting } = work.second.storage;
    const sizes = { tiles, channels, filters, isLasting };
    return winogradCycles(context, sizes) + turnCycles(work);
  },
  schedule(context, work) {
    const filter = filterOf(context, work);
    const views = { image: work.first, filter: filter.view };
    return [
      ...filter.stages,
      ...scheduleWinograd(context, { ...work, ...sidesOf(work), ...views }),
    ];
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

/** The stages that compute `work`. */
function scheduleWinograd(context: ScheduleContext, work: WinogradWork): Stage[] {
  const size = pointBlocks(context, work).reduce((sum, { count, room }) => sum + count * room, 0);
  const points: View = { storage: context.scratch("f32", size), shape: [size] };
  const across = Math.ceil(work.columns.output / tileOutputs);
  const perTask = imagesAtOnce(work.images, across);
  const launches = tileRuns(work.rows).flatMap((run) =>
    blocksOf(work.images, perTask).map((images) =>
      new Convolution(context, work, points, run, images).write(),
    ),
  );
  return [[mapFilters(context, work, points)], launches];
}

/** Filters whose products a task makes before it maps them back, and where their points lie. */
interface PointBlocks extends Blocks {
  /** The first of them. */
  readonly at: number;
  /** Elements from one point to the next: each has [C, filters of the block]. */
  readonly pitch: number;
  /** Elements of a block. */
  readonly room: number;
}

function pointBlocks(
  { machine }: ScheduleContext,
  { channels, filters }: Pick<WinogradWork, "channels" | "filters">,
): PointBlocks[] {
  const { vectors } = chooseTile(machine, tilesPerTask, Math.ceil(filters / machine.lanes));
  let end = 0;
  return blocksOf(filters, Math.min(filters, vectors * machine.lanes)).map((blocks) => {
    const at = end;
    const pitch = pointPitch(machine, channels, blocks.size);
    const room = tilePoints * pitch;
    end += blocks.count * room;
    return { ...blocks, at, pitch, room };
  });
}

/** All filters, mapped: for each block of filters 36 points. */
function mapFilters(context: ScheduleContext, work: WinogradWork, points: View): Launch {
  const { channels, filters } = work;
  const draft = new KernelDraft(`${context.name}.winogradFilter`, context.machine.lanes);
  const w = draft.writer;
  const from = draft.operand(work.filter).buffer;
  const to = draft.operand(points).buffer;
  const room = draft.workspace(roomSize(context.machine));
  const channel = w.parallel(channels);
  for (const blocks of pointBlocks(context, work)) {
    const { start, count, size, pitch } = blocks;
    w.loop(count, (block) => {
      const first = sumPositions(timesPosition(block, size), still(start));
      forEachVector(w, size, (at, lanes) => {
        const place = sumPositions(timesPosition(channel, filters), first, at);
        const read = (column: Position) =>
          range(tileTaps).map((row) => {
            const tap = timesPosition(
              sumPositions(still(row * tileTaps), column),
              channels * filters,
            );
            return w.loadVector(w.access(from, sumPositions(place, tap)), lanes);
          });
        const lines = { columns: { first: 0, count: tileTaps }, size: tileTaps, rows: tileInputs };
        mapTile(w, { map: filterMap, ...lines, room }, read, (row, values) => {
          const line = sumPositions(
            still(blocks.at),
            timesPosition(block, blocks.room),
            timesPosition(row, tileInputs * pitch),
            timesPosition(channel, size),
            at,
          );
          storePoints(w, { buffer: to, pitch }, line, values, lanes);
        });
      });
    });
  }
  return draft.finish();
}

/** One row of tiles of some images: image to points, products, points to results. */
class Convolution {
  readonly #context: ScheduleContext;
  readonly #work: WinogradWork;
  readonly #draft: KernelDraft;
  readonly #points: View;
  readonly #run: Run<TileLine>;
  readonly #images: Blocks;

  constructor(
    context: ScheduleContext,
    work: WinogradWork,
    points: View,
    run: Run<TileLine>,
    images: Blocks,
  ) {
    this.#context = context;
    this.#work = work;
    this.#points = points;
    this.#run = run;
    this.#images = images;
    this.#draft = new KernelDraft(`${context.name}.winograd`, context.machine.lanes);
  }

  write(): Launch {
    const draft = this.#draft;
    const w = draft.writer;
    const { machine } = this.#context;
    const { channels, columns, rows } = this.#work;
    const image = draft.operand(this.#work.image).buffer;
    const mapped = draft.operand(this.#points).buffer;
    const across = Math.ceil(columns.output / tileOutputs);
    const tiles = this.#images.size * across;
    const pitch = pointPitch(machine, tiles, channels);
    const blocks = pointBlocks(this.#context, this.#work);
    const productPitch = pointPitch(machine, tiles, blocks[0].size);
    const room = draft.workspace(roomSize(machine));
    const points = draft.workspace(tilePoints * pitch);
    const products = draft.workspace(tilePoints * productPitch);

    const block = w.parallel(this.#images.count);
    const row = sumPositions(w.parallel(this.#run.count), still(this.#run.start));
    const imageAt = (i: Position) =>
      sumPositions(timesPosition(block, this.#images.size), still(this.#images.start), i);
    w.loop(this.#images.size, (i) => {
      const source = { buffer: image, rows, columns, channels, channel: still(0), count: channels };
      const place = { image: imageAt(i), row, line: this.#run.value };
      const tile = timesPosition(i, across);
      mapImageTiles(w, source, place, { buffer: points, pitch, tile }, room);
    });
    for (const { start, count, size, at, room: blockRoom, pitch: filterPitch } of blocks) {
      w.loop(count, (b) => {
        const first = sumPositions(timesPosition(b, size), still(start));
        w.loop(tilePoints, (point) => {
          const right = sumPositions(
            still(at),
            timesPosition(b, blockRoom),
            timesPosition(point, filterPitch),
          );
          writeProduct(w, machine, {
            rows: tiles,
            columns: size,
            sum: [{ count: channels, left: 1, right: size }],
            left: { buffer: points, at: timesPosition(point, pitch), perRow: channels },
            right: { buffer: mapped, at: right, isPanel: true },
            result: { buffer: products, at: timesPosition(point, productPitch), perRow: size },
            adds: false,
          });
        });
        w.loop(this.#images.size, (i) => {
          const place = { image: imageAt(i), row, line: this.#run.value };
          const from = { buffer: products, pitch: productPitch, tile: timesPosition(i, across) };
          this.#mapProducts(place, from, first, size, room);
        });
      });
    }
    return draft.finish();
  }

  /** The tiles of a row, from the products of `count` filters to what is stored, by way of `room`. */
  #mapProducts(
    place: TileRow,
    from: TilePoints,
    firstFilter: Position,
    count: number,
    room: KernelBuffer,
  ): void {
    const w = this.#draft.writer;
    const { shape, stores, columns } = this.#work;
    const bound = this.#draft.bindStores(stores);
    const outputs = (t: number) => Math.min(tileOutputs, columns.output - t * tileOutputs);
    for (const run of runsOf(Math.ceil(columns.output / tileOutputs), outputs)) {
      w.loop(run.count, (t) => {
        const column = sumPositions(t, still(run.start));
        const tile = timesPosition(sumPositions(from.tile, column), count);
        forEachVector(w, count, (at, lanes) => {
          const read = (b: Position) =>
            range(tileInputs).map((a) => {
              const point = sumPositions(still(a * tileInputs), b);
              const product = sumPositions(timesPosition(point, from.pitch), tile, at);
              return w.loadVector(w.access(from.buffer, product), lanes);
            });
          const filter = sumPositions(firstFilter, at);
          const columns = { first: 0, count: tileInputs };
          const lines = { columns, size: tileInputs, rows: place.line.outputs };
          mapTile(w, { map: outputMap, ...lines, room }, read, (i, values) => {
            const down = sumPositions(timesPosition(place.row, tileOutputs), i);
            values.slice(0, run.value).forEach((value, j) => {
              const right = sumPositions(timesPosition(column, tileOutputs), still(j));
              const axes = [place.image, down, right, filter];
              const result = value ?? w.constant(0, "f32", true);
              const where = { axes, extents: shape, vectorAxis: 3, lanes };
              this.#draft.writeStores(bound, { ...where, results: [result] });
            });
          });
        });
      });
    }
  }
}
