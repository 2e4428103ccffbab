// The gradient of a convolution's filters: a tile of channels by filters stays in registers while the
// sum runs over pixels. Floor 2. With several images, chunks of them (by shape, never by threads)
// add into partial results that are summed at the end; a matrix product has one image and needs none.

import { sizeOf } from "../../core/shape.ts";
import type { ConvolutionGeometry } from "../../graph/computation.ts";
import type { WindowAxis } from "../../graph/window.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import type { Operand } from "../formula.ts";
import {
  type KernelBuffer,
  type Position,
  type Register,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import { type Chunks, sumInChunks } from "./chunks.ts";
import { paddedSize, padImages, reachOf } from "./padded-image.ts";
import { type Blocks, blocksOf, type ScheduleContext, type Stage, type Work } from "./schedule.ts";
import { outputsOf, runsOf } from "./taps.ts";
import { chooseTile, type Tile } from "./tile.ts";

export interface FilterGradientWork extends Work {
  readonly geometry: ConvolutionGeometry;
  readonly image: View;
  /** The gradient of the result, [N, P, Q, K]. */
  readonly gradient: View;
}

/** Pixels that a tile sums at least before its results go back to memory, whatever the cache holds. */
const fewestPixels = 48;
/** Elements of a copy that stays in a core's cache. */
const mostPadded = 1 << 18;
/** Partial results are made in at most so many chunks. */
const mostChunks = 16;

/** The stages that compute `work`. */
export function scheduleFilterGradient(
  context: ScheduleContext,
  work: FilterGradientWork,
): Stage[] {
  const { geometry } = work;
  const { images, groups } = geometry;
  const channels = geometry.inputChannels / groups;
  const vectors = Math.ceil(geometry.outputChannels / groups / context.machine.lanes);
  const tile = chooseTile(context.machine, channels, vectors);
  if (images === 1) {
    return [tilesOf(context, work, tile).map((t) => new Emitter(context, work).alone(t))];
  }
  return sumInChunks(context, work, images, mostChunks, (chunks, partial) =>
    new Emitter(context, work).chunked(chunks, partial, tile),
  );
}

/** Tiles of one size: `channels` and `filters` in blocks. */
interface Tiles {
  readonly channels: Blocks;
  readonly filters: Blocks;
}

function tilesOf({ machine }: ScheduleContext, work: FilterGradientWork, tile: Tile): Tiles[] {
  const { groups, inputChannels, outputChannels } = work.geometry;
  const filters = outputChannels / groups;
  const width = Math.min(filters, tile.vectors * machine.lanes);
  return blocksOf(inputChannels / groups, tile.rows).flatMap((channels) =>
    blocksOf(filters, width).map((f) => ({ channels, filters: f })),
  );
}

/** Where a tile is: its first channel and filter within the group, and its tap. */
interface TilePlace {
  readonly group: Position;
  readonly channel: Position;
  readonly filter: Position;
  readonly tapRow: Position;
  readonly tapColumn: Position;
}

class Emitter {
  readonly #context: ScheduleContext;
  readonly #work: FilterGradientWork;
  readonly #draft: KernelDraft;
  readonly #gradient: Operand;
  /** The image as it is read: as it lies, or a copy of one with its border. */
  #geometry: ConvolutionGeometry;
  #image: KernelBuffer;

  constructor(context: ScheduleContext, work: FilterGradientWork) {
    this.#context = context;
    this.#work = work;
    this.#draft = new KernelDraft(`${context.name}.filterGradient`, context.machine.lanes);
    this.#geometry = work.geometry;
    this.#image = this.#draft.operand(work.image).buffer;
    this.#gradient = this.#draft.operand(work.gradient);
  }

  /** One image: a task is one tile, and what it sums is the result. */
  alone(tiles: Tiles): Launch {
    const w = this.#draft.writer;
    const { shape, stores, geometry } = this.#work;
    const group = w.parallel(geometry.groups);
    const channelAt = w.parallel(tiles.channels.count);
    const filterAt = w.parallel(tiles.filters.count);
    const bound = this.#draft.bindStores(stores);
    const [rows] = geometry.window;
    const reach = Array.from({ length: rows.taps }, (_, tap) => outputsOf(rows, tap));
    this.#forEachTap({ origin: still(0), rows: reach }, (taps) => {
      const place = { group, ...this.#tileAt(tiles, channelAt, filterAt), ...taps };
      const sums = this.#sums(tiles);
      const images = { image: still(0), read: still(0) };
      this.#sumPixels(images, place, tiles, taps, sums);
      this.#forEachSum(place, tiles, sums, (axes, lanes, result) => {
        const at = axes.slice(4 - shape.length);
        const vectorAxis = shape.length - 1;
        this.#draft.writeStores(bound, { axes: at, extents: shape, vectorAxis, lanes, result });
      });
    });
    return this.#draft.finish();
  }

  /** Several images: a task is a chunk of them, and adds to its own partial result. */
  chunked({ images: block, first }: Chunks, partial: View, tile: Tile): Launch {
    const w = this.#draft.writer;
    const { geometry, shape } = this.#work;
    const target = this.#draft.operand(partial);
    const chunk = w.parallel(block.count);
    const base = timesPosition(sumPositions(chunk, still(first)), sizeOf(shape));
    for (const { start, count, size } of blocksOf(sizeOf(shape), w.lanes)) {
      w.loop(count, (at) => {
        const to = sumPositions(base, timesPosition(at, w.lanes), still(start));
        w.store(w.access(target.buffer, to), w.constant(0, "f32", true), size);
      });
    }
    const strides = filterStrides(geometry);
    const fill = this.#padded();
    w.loop(block.size, (i) => {
      const image = sumPositions(timesPosition(chunk, block.size), still(block.start), i);
      fill?.(image);
      this.#forEachBand((band) => {
        for (const tiles of tilesOf(this.#context, this.#work, tile)) {
          this.#forEachTile(tiles, (group, filterAt, channelAt) => {
            this.#forEachTap(band, (taps) => {
              const place = { group, ...this.#tileAt(tiles, channelAt, filterAt), ...taps };
              const sums = this.#sums(tiles);
              const source = fill === undefined ? image : still(0);
              this.#sumPixels({ image, read: source }, place, tiles, taps, sums);
              this.#forEachSum(place, tiles, sums, (axes, lanes, result) => {
                const offsets = axes.map((at, a) => timesPosition(at, strides[a]));
                const to = w.access(target.buffer, sumPositions(base, ...offsets));
                w.store(to, w.compute("add", w.loadVector(to, lanes), result), lanes);
              });
            });
          });
        }
      });
    });
    return this.#draft.finish();
  }

  /**
   * Reads images through a copy with a border, where they have edges and it fits: all taps then see
   * all pixels. What it returns makes the copy.
   */
  #padded(): ((image: Position) => void) | undefined {
    const { geometry, image } = this.#work;
    const { window, inputChannels } = geometry;
    const hasEdges = window.some(({ output, taps, ...axis }) => {
      const last = (output - 1) * axis.stride + (taps - 1) * axis.dilation - axis.before;
      return axis.before > 0 || last >= axis.input;
    });
    const fits = paddedSize(window, inputChannels) <= mostPadded;
    if (!hasEdges || !fits || window.some(({ before }) => before < 0)) return undefined;
    const { padded, fill } = padImages(this.#draft, image, window, inputChannels);
    const inside = (axis: WindowAxis) => ({ ...axis, before: 0, input: reachOf(axis) });
    this.#geometry = { ...geometry, window: [inside(window[0]), inside(window[1])] };
    this.#image = padded.buffer;
    return fill;
  }

  /** Visits every tile of one size, in every group. */
  #forEachTile(
    tiles: Tiles,
    visit: (group: Position, filterAt: Position, channelAt: Position) => void,
  ): void {
    const w = this.#draft.writer;
    w.loop(this.#geometry.groups, (group) => {
      w.loop(tiles.filters.count, (filterAt) => {
        w.loop(tiles.channels.count, (channelAt) => visit(group, filterAt, channelAt));
      });
    });
  }

  /**
   * Visits bands of rows that fit the cache, image and gradient together: all tiles pass over a band
   * before the next one is read.
   */
  #forEachBand(visit: (band: Band) => void): void {
    const w = this.#draft.writer;
    const { window, inputChannels, outputChannels } = this.#geometry;
    const [rows, columns] = window;
    const rowBytes =
      4 * (rows.stride * columns.input * inputChannels + columns.output * outputChannels);
    const fitting = Math.floor(this.#context.machine.cacheBytes / rowBytes);
    const worth = Math.ceil(fewestPixels / columns.output);
    const height = Math.ceil(rows.output / Math.ceil(rows.output / Math.max(fitting, worth)));
    const reach = Array.from({ length: rows.taps }, (_, tap) => outputsOf(rows, tap));
    const bands = runsOf(Math.ceil(rows.output / height), (band) =>
      reach.map(({ from, count }) => {
        const first = Math.max(from, band * height);
        const last = Math.min(from + count, (band + 1) * height);
        return { from: first - band * height, count: Math.max(0, last - first) };
      }),
    );
    for (const { start, count, value } of bands) {
      w.loop(count, (at) => {
        visit({ origin: timesPosition(sumPositions(at, still(start)), height), rows: value });
      });
    }
  }

  #tileAt(tiles: Tiles, channelAt: Position, filterAt: Position) {
    const channel = timesPosition(channelAt, tiles.channels.size);
    const filter = timesPosition(filterAt, tiles.filters.size);
    return {
      channel: sumPositions(channel, still(tiles.channels.start)),
      filter: sumPositions(filter, still(tiles.filters.start)),
    };
  }

  #sums({ channels, filters }: Tiles): Register[][] {
    const w = this.#draft.writer;
    const vectors = Math.ceil(filters.size / w.lanes);
    return Array.from({ length: channels.size }, () =>
      Array.from({ length: vectors }, () => w.variable(w.constant(0, "f32", true))),
    );
  }

  /** Visits every tap with the outputs of a band that it reaches; taps of equal reach share a loop. */
  #forEachTap(band: Band, visit: (taps: Taps) => void): void {
    const w = this.#draft.writer;
    const [rows, columns] = this.#geometry.window;
    const rowRuns = runsOf(rows.taps, (tap) => band.rows[tap]);
    const columnRuns = runsOf(columns.taps, (tap) => outputsOf(columns, tap));
    for (const row of rowRuns) {
      w.loop(row.count, (r) => {
        for (const column of columnRuns) {
          w.loop(column.count, (s) => {
            visit({
              tapRow: sumPositions(r, still(row.start)),
              tapColumn: sumPositions(s, still(column.start)),
              origin: band.origin,
              rows: row.value,
              columns: column.value,
            });
          });
        }
      });
    }
  }

  /** Adds the products of one image's pixels to the sums. */
  #sumPixels(
    { image, read }: { readonly image: Position; readonly read: Position },
    place: TilePlace,
    tiles: Tiles,
    { origin, rows, columns }: Taps,
    sums: readonly (readonly Register[])[],
  ): void {
    const w = this.#draft.writer;
    const { window, groups, inputChannels, outputChannels } = this.#geometry;
    const [down, across] = window;
    w.loop(rows.count, (i) => {
      const p = sumPositions(i, origin, still(rows.from));
      const h = inputAt(p, place.tapRow, down);
      w.loop(columns.count, (j) => {
        const q = sumPositions(j, still(columns.from));
        const at = sumPositions(
          timesPosition(image, down.output * across.output * outputChannels),
          timesPosition(p, across.output * outputChannels),
          timesPosition(q, outputChannels),
          timesPosition(place.group, outputChannels / groups),
          place.filter,
        );
        const gradients = sums[0].map((_, v) => {
          const from = w.access(this.#gradient.buffer, sumPositions(at, still(v * w.lanes)));
          return w.loadVector(from, Math.min(w.lanes, tiles.filters.size - v * w.lanes));
        });
        const pixel = sumPositions(
          timesPosition(read, down.input * across.input * inputChannels),
          timesPosition(h, across.input * inputChannels),
          timesPosition(inputAt(q, place.tapColumn, across), inputChannels),
          timesPosition(place.group, inputChannels / groups),
          place.channel,
        );
        sums.forEach((row, c) => {
          const from = w.access(this.#image, sumPositions(pixel, still(c)));
          const value = w.loadVector(from, w.lanes, 0);
          row.forEach((sum, v) => {
            w.assign(sum, w.compute("multiplyAdd", value, gradients[v], sum));
          });
        });
      });
    });
  }

  /** Visits each vector of sums at its axes [r, s, c, k] of the filter. */
  #forEachSum(
    place: TilePlace,
    tiles: Tiles,
    sums: readonly (readonly Register[])[],
    visit: (axes: Position[], lanes: number, sum: Register) => void,
  ): void {
    const { lanes } = this.#draft.writer;
    const { groups, outputChannels } = this.#geometry;
    sums.forEach((row, c) => {
      row.forEach((sum, v) => {
        const filter = sumPositions(
          timesPosition(place.group, outputChannels / groups),
          place.filter,
          still(v * lanes),
        );
        const axes = [place.tapRow, place.tapColumn, sumPositions(place.channel, still(c)), filter];
        visit(axes, Math.min(lanes, tiles.filters.size - v * lanes), sum);
      });
    });
  }
}

/** Outputs of one direction, one after another. */
interface Reach {
  readonly from: number;
  readonly count: number;
}

/** Rows of the result from `origin`, and which of them each tap reaches. */
interface Band {
  readonly origin: Position;
  readonly rows: readonly Reach[];
}

/** A tap, or one of several alike, and the outputs that it reaches. */
interface Taps {
  readonly tapRow: Position;
  readonly tapColumn: Position;
  readonly origin: Position;
  readonly rows: Reach;
  readonly columns: Reach;
}

function filterStrides({ window, groups, inputChannels, outputChannels }: ConvolutionGeometry) {
  const perTap = (inputChannels / groups) * outputChannels;
  return [window[1].taps * perTap, perTap, outputChannels, 1];
}

function inputAt(
  output: Position,
  tap: Position,
  { stride, dilation, before }: ConvolutionGeometry["window"][number],
): Position {
  return sumPositions(timesPosition(output, stride), timesPosition(tap, dilation), still(-before));
}
