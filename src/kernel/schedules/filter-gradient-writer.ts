// The kernels of a filter gradient: a tile of channels by filters stays in registers while the sum runs over
// pixels, band of rows by band of rows, so that what a tile reads again for the next tap is still in the cache.

import { sizeOf } from "../../core/shape.ts";
import type { ConvolutionGeometry } from "../../graph/computation.ts";
import { lineElements } from "../cost.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import {
  type Access,
  type Position,
  type Register,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import type { Chunks } from "./chunks.ts";
import { isFetchedAhead } from "./fetch-ahead.ts";
import {
  type FilterGradientWork,
  plainSources,
  type Source,
  type Sources,
  sourcesOf,
  type TilePlace,
  type Tiles,
  tileCount,
  tilesOf,
  widthOf,
} from "./filter-gradient-tiles.ts";
import { blocksOf, longestSum, range, type ScheduleContext, sumBlock } from "./schedule.ts";
import { outputsOf, runsOf } from "./taps.ts";
import type { Tile } from "./tile.ts";

/** Pixels that a tile sums at least before its results go back to memory, whatever the cache holds. */
const fewestPixels = 48;

export class FilterGradientWriter {
  readonly #context: ScheduleContext;
  readonly #work: FilterGradientWork;
  readonly #tile: Tile;
  readonly #draft: KernelDraft;
  #sources: Sources;

  constructor(context: ScheduleContext, work: FilterGradientWork, tile: Tile) {
    this.#context = context;
    this.#work = work;
    this.#tile = tile;
    this.#draft = new KernelDraft(`${context.name}.filterGradient`, context.machine.lanes);
    this.#sources = plainSources(this.#draft, work);
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
    const room = this.#isLong(1) ? this.#room(tiles) : undefined;
    this.#forEachTap({ origin: still(0), height: rows.output, rows: reach }, (taps) => {
      const place = { group, ...this.#tileAt(tiles, channelAt, filterAt), ...taps };
      const sums =
        room === undefined
          ? this.#sums(tiles)
          : this.#sumBlocks(still(0), place, tiles, taps, room);
      if (room === undefined) this.#sumPixels(still(0), place, tiles, taps, sums);
      this.#forEachSum(place, tiles, sums, (axes, lanes, result) => {
        const at = axes.slice(4 - shape.length);
        const vectorAxis = shape.length - 1;
        this.#draft.writeStores(bound, {
          axes: at,
          extents: shape,
          vectorAxis,
          lanes,
          results: [result],
        });
      });
    });
    return this.#draft.finish();
  }

  /** Several images: a task is a chunk of them, and adds to its own partial result. */
  chunked({ images: block, first }: Chunks, partial: View): Launch {
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
    const isLong = this.#isLong(block.size);
    this.#sources = sourcesOf(this.#context, this.#draft, this.#work, this.#tile);
    this.#sources.clear?.();
    w.loop(block.size, (i) => {
      const image = sumPositions(timesPosition(chunk, block.size), still(block.start), i);
      this.#sources.fill?.(image);
      this.#forEachBand((band) => {
        for (const tiles of tilesOf(this.#context, this.#work, this.#tile)) {
          this.#forEachTile(tiles, (group, filterAt, channelAt) => {
            const tile = { tiles, group, filterAt, channelAt };
            for (const source of [this.#sources.image, this.#sources.gradient]) {
              this.#fetchAhead(source, image, band, tile);
            }
            this.#forEachTap(band, (taps) => {
              const place = { group, ...this.#tileAt(tiles, channelAt, filterAt), ...taps };
              const partialAt = (axes: readonly Position[]) => {
                const offsets = axes.map((at, a) => timesPosition(at, strides[a]));
                return w.access(target.buffer, sumPositions(base, ...offsets));
              };
              const load = () =>
                this.#axesOf(place, tiles).map((row) =>
                  row.map(({ axes, lanes }) => w.loadVector(partialAt(axes), lanes)),
                );
              if (isLong) {
                this.#forEachBlock(taps, (block) => {
                  const sums = this.#sums(tiles);
                  this.#sumPixels(image, place, tiles, block, sums);
                  const before = load();
                  this.#forEachSum(place, tiles, sums, (axes, lanes, result, c, v) => {
                    w.store(partialAt(axes), w.compute("add", before[c][v], result), lanes);
                  });
                });
                return;
              }
              const sums = load().map((row) => row.map((value) => w.variable(value)));
              this.#sumPixels(image, place, tiles, taps, sums);
              this.#forEachSum(place, tiles, sums, (axes, lanes, result) => {
                w.store(partialAt(axes), result, lanes);
              });
            });
          });
        }
      });
    });
    return this.#draft.finish();
  }

  /** Visits every tile of one size, in every group. */
  #forEachTile(
    tiles: Tiles,
    visit: (group: Position, filterAt: Position, channelAt: Position) => void,
  ): void {
    const w = this.#draft.writer;
    w.loop(this.#sources.geometry.groups, (group) => {
      w.loop(tiles.filters.count, (filterAt) => {
        w.loop(tiles.channels.count, (channelAt) => visit(group, filterAt, channelAt));
      });
    });
  }

  /**
   * Visits bands of rows of which a tile's slices fit the cache, or, without slices, all that is read:
   * all tiles pass over a band before the next one is read.
   */
  #forEachBand(visit: (band: Band) => void): void {
    const w = this.#draft.writer;
    const [rows, columns] = this.#sources.geometry.window;
    const rowBytes = 4 * (rows.stride * this.#sources.image.perRow + this.#sources.gradient.perRow);
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
        const origin = timesPosition(sumPositions(at, still(start)), height);
        visit({ origin, height, rows: value });
      });
    }
  }

  /** Asks for a tile's share of the band that comes next. */
  #fetchAhead(
    { buffer, inPlace }: Source,
    image: Position,
    { origin, height }: Band,
    { tiles, group, filterAt, channelAt }: TileNumber,
  ): void {
    if (inPlace === undefined || !isFetchedAhead(this.#context.machine, buffer)) return;
    const w = this.#draft.writer;
    const { groups } = this.#sources.geometry;
    const perGroup = tilesOf(this.#context, this.#work, this.#tile).reduce(
      (sum, some) => sum + tileCount(some),
      0,
    );
    const elements = height * inPlace.perResultRow;
    const share = Math.ceil(elements / lineElements / (groups * perGroup));
    const tile = sumPositions(
      timesPosition(group, perGroup),
      still(tiles.before),
      timesPosition(filterAt, tiles.channels.count),
      channelAt,
    );
    const next = sumPositions(
      timesPosition(image, inPlace.perImage),
      timesPosition(origin, inPlace.perResultRow),
      still(elements),
      timesPosition(tile, share * lineElements),
    );
    w.loop(share, (line) => {
      w.prefetch(w.access(buffer, sumPositions(next, timesPosition(line, lineElements))));
    });
  }

  #tileAt(tiles: Tiles, channelAt: Position, filterAt: Position) {
    const channel = timesPosition(channelAt, tiles.channels.size);
    const filter = timesPosition(filterAt, tiles.filters.size);
    const width = widthOf(this.#context, this.#work, this.#tile);
    return {
      channel: sumPositions(channel, still(tiles.channels.start)),
      channelTile: sumPositions(channelAt, still(tiles.channels.start / this.#tile.rows)),
      filter: sumPositions(filter, still(tiles.filters.start)),
      filterTile: sumPositions(filterAt, still(tiles.filters.start / width)),
    };
  }

  /** Whether so many images have more pixels than should be added one after another. */
  #isLong(images: number): boolean {
    const [rows, columns] = this.#work.geometry.window;
    return images * rows.output * columns.output > longestSum;
  }

  /** Visits the outputs of a tap in blocks. */
  #forEachBlock(taps: Taps, visit: (taps: Taps) => void): void {
    const w = this.#draft.writer;
    const { rows, columns } = taps;
    const height = Math.max(1, Math.floor(sumBlock / Math.max(1, columns.count)));
    for (const down of blocksOf(rows.count, height)) {
      w.loop(down.count, (i) => {
        for (const across of blocksOf(columns.count, sumBlock)) {
          w.loop(across.count, (j) => {
            visit({
              ...taps,
              origin: sumPositions(taps.origin, timesPosition(i, down.size)),
              rows: { from: rows.from + down.start, count: down.size },
              originColumn: timesPosition(j, across.size),
              columns: { from: columns.from + across.start, count: across.size },
            });
          });
        }
      });
    }
  }

  /** Memory in which the sums of a tile wait while a block is summed: [channels, filters]. */
  #room({ channels, filters }: Tiles): Room {
    const w = this.#draft.writer;
    const vectors = Math.ceil(filters.size / w.lanes);
    const buffer = this.#draft.workspace(channels.size * vectors * w.lanes);
    return range(channels.size).map((c) =>
      range(vectors).map((v) => w.access(buffer, still((c * vectors + v) * w.lanes))),
    );
  }

  /** The sums of one image's pixels, block by block. */
  #sumBlocks(
    image: Position,
    place: TilePlace,
    tiles: Tiles,
    taps: Taps,
    room: Room,
  ): Register[][] {
    const w = this.#draft.writer;
    for (const at of room.flat()) w.store(at, w.constant(0, "f32", true));
    this.#forEachBlock(taps, (block) => {
      const sums = this.#sums(tiles);
      this.#sumPixels(image, place, tiles, block, sums);
      room.forEach((row, c) => {
        row.forEach((at, v) => {
          w.store(at, w.compute("add", w.loadVector(at), sums[c][v]));
        });
      });
    });
    return room.map((row) => row.map((at) => w.loadVector(at)));
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
    const [rows, columns] = this.#sources.geometry.window;
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
              originColumn: still(0),
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
    image: Position,
    place: TilePlace,
    tiles: Tiles,
    { origin, originColumn, rows, columns }: Taps,
    sums: readonly (readonly Register[])[],
  ): void {
    const w = this.#draft.writer;
    const [down, across] = this.#sources.geometry.window;
    const pixelAt = (source: Source, row: Position, column: Position) =>
      sumPositions(
        source.origin(image, place),
        timesPosition(row, source.perRow),
        timesPosition(column, source.perPixel),
      );
    w.loop(rows.count, (i) => {
      const p = sumPositions(i, origin, still(rows.from));
      const h = inputAt(p, place.tapRow, down);
      w.loop(columns.count, (j) => {
        const q = sumPositions(j, originColumn, still(columns.from));
        const at = pixelAt(this.#sources.gradient, p, q);
        const gradients = sums[0].map((_, v) => {
          const from = w.access(
            this.#sources.gradient.buffer,
            sumPositions(at, still(v * w.lanes)),
          );
          return w.loadVector(from, Math.min(w.lanes, tiles.filters.size - v * w.lanes));
        });
        const pixel = pixelAt(this.#sources.image, h, inputAt(q, place.tapColumn, across));
        sums.forEach((row, c) => {
          const from = w.access(this.#sources.image.buffer, sumPositions(pixel, still(c)));
          const value = w.loadVector(from, w.lanes, 0);
          row.forEach((sum, v) => {
            w.assign(sum, w.compute("multiplyAdd", value, gradients[v], sum));
          });
        });
      });
    });
  }

  /** Where each vector of sums belongs: its axes [r, s, c, k] of the filter. */
  #axesOf(place: TilePlace, { channels, filters }: Tiles) {
    const { lanes } = this.#draft.writer;
    const { groups, outputChannels } = this.#sources.geometry;
    return range(channels.size).map((c) =>
      range(Math.ceil(filters.size / lanes)).map((v) => {
        const filter = sumPositions(
          timesPosition(place.group, outputChannels / groups),
          place.filter,
          still(v * lanes),
        );
        const channel = sumPositions(place.channel, still(c));
        return {
          axes: [place.tapRow, place.tapColumn, channel, filter],
          lanes: Math.min(lanes, filters.size - v * lanes),
        };
      }),
    );
  }

  /** Visits each vector of sums at its axes of the filter. */
  #forEachSum(
    place: TilePlace,
    tiles: Tiles,
    sums: readonly (readonly Register[])[],
    visit: (axes: Position[], lanes: number, sum: Register, c: number, v: number) => void,
  ): void {
    this.#axesOf(place, tiles).forEach((row, c) => {
      row.forEach(({ axes, lanes }, v) => {
        visit(axes, lanes, sums[c][v], c, v);
      });
    });
  }
}

/** Outputs of one direction, one after another. */
interface Reach {
  readonly from: number;
  readonly count: number;
}

/** `height` rows of the result from `origin` on, and which of them each tap reaches. */
interface Band {
  readonly origin: Position;
  readonly height: number;
  readonly rows: readonly Reach[];
}

/** A tile of a group: its number among those of its size, by filters and then by channels. */
interface TileNumber {
  readonly tiles: Tiles;
  readonly group: Position;
  readonly filterAt: Position;
  readonly channelAt: Position;
}

/** A tap, or one of several alike, and the outputs that it reaches. */
interface Taps {
  readonly tapRow: Position;
  readonly tapColumn: Position;
  readonly origin: Position;
  readonly originColumn: Position;
  readonly rows: Reach;
  readonly columns: Reach;
}

/** Where each vector of a tile's sums waits. */
type Room = readonly (readonly Access[])[];

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
