// Winograd's convolution of 3x3 filters at stride 1: tiles of the image and the filter are mapped to
// where a convolution is 36 products side by side, a quarter of the multiplications. Floor 2. A task
// is some tiles of one row of tiles; what it makes on the way stays in the cache of its core. The
// input gradient is the same with the filter turned round.

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import type { WindowAxis } from "../../graph/window.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import type { KernelWriter } from "../writer.ts";
import { writeProduct } from "./product.ts";
import {
  type Blocks,
  blocksOf,
  forEachVector,
  type ScheduleContext,
  type Stage,
  type Work,
} from "./schedule.ts";
import { type Run, runsOf } from "./taps.ts";
import {
  filterMap,
  inputMap,
  mapTile,
  outputMap,
  tileInputs,
  tileOutputs,
  tilePoints,
  tileTaps,
  type Value,
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

/** One direction: pixels of the image and of the result, and zeros before the image. */
export type TileAxis = Pick<WindowAxis, "input" | "output" | "before">;

/** Which lines of a tile's image exist, and which of its results. */
export interface TileLine {
  readonly inside: readonly number[];
  readonly outputs: number;
}

/** Tiles that a task takes, at least, so that a filter's points are worth fetching. */
export const tilesPerTask = 48;

/** The tiles of one direction, equal neighbours joined. */
export function tileRuns({ input, output, before }: TileAxis): Run<TileLine>[] {
  return runsOf(Math.ceil(output / tileOutputs), (tile) => {
    const first = tile * tileOutputs;
    return {
      inside: range(tileInputs).filter(
        (i) => first - before + i >= 0 && first - before + i < input,
      ),
      outputs: Math.min(tileOutputs, output - first),
    };
  });
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Elements from one point of a tile to the next: no multiple of what a cache is divided by. */
export function pointPitch(machine: MachineDescription, tiles: number, channels: number): number {
  const size = tiles * channels;
  return Math.ceil(size / machine.lanes) * machine.lanes + 16;
}

/** Cycles of mapping one vector of a tile's image to its points, and of its products to results. */
const mapCycles = { image: 90, products: 75 };
/** Multiply-adds of vectors in a cycle, as tiles of registers reach them. */
const multiplyAddsPerCycle = 1.8;

/** Whether Winograd's convolution is allowed here, and takes less time than plain sums. */
export function winogradPays(
  { machine, precision }: ScheduleContext,
  { window, groups }: ConvolutionGeometry,
  { images, channels, filters, rows, columns }: Omit<WinogradWork, keyof Work | "image" | "filter">,
): boolean {
  const fits = window.every(
    ({ taps, stride, dilation }) => taps === tileTaps && stride === 1 && dilation === 1,
  );
  if (precision === "exact" || !fits || groups !== 1) return false;
  const vectors = (count: number) => Math.ceil(count / machine.lanes);
  const tiles = [rows, columns].reduce((n, { output }) => n * Math.ceil(output / tileOutputs), 1);
  const pixels = rows.output * columns.output;
  const perChannel = (products: number) =>
    (products * channels * vectors(filters)) / multiplyAddsPerCycle;
  const maps = vectors(channels) * mapCycles.image + vectors(filters) * mapCycles.products;
  const filterMap = channels * vectors(filters) * mapCycles.image;
  const winograd = images * tiles * (perChannel(tilePoints) + maps) + filterMap;
  return winograd < 0.9 * images * pixels * perChannel(tileTaps * tileTaps);
}

/** The stages that compute `work`. */
export function scheduleWinograd(context: ScheduleContext, work: WinogradWork): Stage[] {
  const points: View = {
    storage: context.scratch("f32", tilePoints * work.channels * work.filters),
    shape: [tilePoints, work.channels, work.filters],
  };
  const across = Math.ceil(work.columns.output / tileOutputs);
  const perTask = Math.min(work.images, Math.ceil(tilesPerTask / across));
  const launches = tileRuns(work.rows).flatMap((run) =>
    blocksOf(work.images, perTask).map((images) =>
      new Convolution(context, work, points, run, images).write(),
    ),
  );
  return [[mapFilters(context, work, points)], launches];
}

/** All filters, mapped: [36, C, K]. */
function mapFilters(context: ScheduleContext, work: WinogradWork, points: View): Launch {
  const { channels, filters } = work;
  const draft = new KernelDraft(`${context.name}.winogradFilter`, context.machine.lanes);
  const w = draft.writer;
  const from = draft.operand(work.filter).buffer;
  const to = draft.operand(points).buffer;
  const channel = timesPosition(w.parallel(channels), filters);
  forEachVector(w, filters, (at, lanes) => {
    const place = sumPositions(channel, at);
    const read = (column: number) =>
      range(tileTaps).map((row) => {
        const tap = still((row * tileTaps + column) * channels * filters);
        return w.loadVector(w.access(from, sumPositions(place, tap)), lanes);
      });
    mapTile(w, filterMap, tileTaps, read, (row, column, value) => {
      const point = still((row * tileInputs + column) * channels * filters);
      storeValue(w, to, sumPositions(place, point), value, lanes);
    });
  });
  return draft.finish();
}

export function storeValue(
  w: KernelWriter,
  buffer: KernelBuffer,
  at: Position,
  value: Value,
  lanes: number,
): void {
  w.store(w.access(buffer, at), value ?? w.constant(0, "f32", true), lanes);
}

/** A row of tiles: of which image, from which pixel down, and which of its lines exist. */
export interface TileRow {
  readonly image: Position;
  /** The row's number. */
  readonly row: Position;
  readonly line: TileLine;
}

/** Images whose tiles are mapped: [N, H, W, C], of which `count` channels from `channel` on. */
export interface TiledImage {
  readonly buffer: KernelBuffer;
  readonly rows: TileAxis;
  readonly columns: TileAxis;
  readonly channels: number;
  readonly channel: Position;
  readonly count: number;
}

/** Where the points of tiles go: point p of tile t and channel c to `p · pitch + t · count + c`. */
export interface TilePoints {
  readonly buffer: KernelBuffer;
  readonly pitch: number;
  /** The number of a row's first tile. */
  readonly tile: Position;
}

/** Maps the tiles of one row of tiles to their points. */
export function mapImageTiles(
  w: KernelWriter,
  { buffer, rows, columns, channels, channel, count }: TiledImage,
  place: TileRow,
  into: TilePoints,
): void {
  for (const run of tileRuns(columns)) {
    w.loop(run.count, (t) => {
      const column = sumPositions(t, still(run.start));
      forEachVector(w, count, (c, lanes) => {
        const pixel = (i: number, j: number): Value => {
          if (!place.line.inside.includes(i) || !run.value.inside.includes(j)) return undefined;
          const at = sumPositions(
            timesPosition(place.image, rows.input * columns.input * channels),
            timesPosition(place.row, tileOutputs * columns.input * channels),
            still((i - rows.before) * columns.input * channels),
            timesPosition(column, tileOutputs * channels),
            still((j - columns.before) * channels),
            channel,
            c,
          );
          return w.loadVector(w.access(buffer, at), lanes);
        };
        const read = (j: number) => range(tileInputs).map((i) => pixel(i, j));
        const tile = sumPositions(timesPosition(sumPositions(into.tile, column), count), c);
        mapTile(w, inputMap, tileInputs, read, (a, b, value) => {
          const point = still((a * tileInputs + b) * into.pitch);
          storeValue(w, into.buffer, sumPositions(point, tile), value, lanes);
        });
      });
    });
  }
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
    const { channels, filters, columns, rows } = this.#work;
    const image = draft.operand(this.#work.image).buffer;
    const mapped = draft.operand(this.#points).buffer;
    const across = Math.ceil(columns.output / tileOutputs);
    const tiles = this.#images.size * across;
    const pitch = pointPitch(machine, tiles, channels);
    const productPitch = pointPitch(machine, tiles, filters);
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
      mapImageTiles(w, source, place, { buffer: points, pitch, tile });
    });
    w.loop(tilePoints, (point) => {
      writeProduct(w, machine, {
        rows: tiles,
        columns: filters,
        sum: [{ count: channels, left: 1, right: filters }],
        left: { buffer: points, at: timesPosition(point, pitch), perRow: channels },
        right: { buffer: mapped, at: timesPosition(point, channels * filters) },
        result: { buffer: products, at: timesPosition(point, productPitch), perRow: filters },
        adds: false,
      });
    });
    w.loop(this.#images.size, (i) => {
      const place = { image: imageAt(i), row, line: this.#run.value };
      this.#mapProducts(place, products, productPitch, timesPosition(i, across));
    });
    return draft.finish();
  }

  /** The tiles of a row, from their products to what is stored. */
  #mapProducts(place: TileRow, products: KernelBuffer, pitch: number, first: Position): void {
    const w = this.#draft.writer;
    const { filters, shape, stores, columns } = this.#work;
    const bound = this.#draft.bindStores(stores);
    for (const run of runsOf(Math.ceil(columns.output / tileOutputs), (t) =>
      Math.min(tileOutputs, columns.output - t * tileOutputs),
    )) {
      w.loop(run.count, (t) => {
        const column = sumPositions(t, still(run.start));
        const tile = timesPosition(sumPositions(first, column), filters);
        forEachVector(w, filters, (filter, lanes) => {
          const read = (b: number) =>
            range(tileInputs).map((a) => {
              const at = sumPositions(still((a * tileInputs + b) * pitch), tile, filter);
              return w.loadVector(w.access(products, at), lanes);
            });
          mapTile(w, outputMap, tileInputs, read, (i, j, value) => {
            if (i >= place.line.outputs || j >= run.value) return;
            const down = sumPositions(timesPosition(place.row, tileOutputs), still(i));
            const right = sumPositions(timesPosition(column, tileOutputs), still(j));
            const axes = [place.image, down, right, filter];
            const result = value ?? w.constant(0, "f32", true);
            this.#draft.writeStores(bound, {
              axes,
              extents: shape,
              vectorAxis: 3,
              lanes,
              result,
            });
          });
        });
      });
    }
  }
}
