// The filter gradient of a 3x3 convolution at stride 1 by Winograd's maps: tiles of the image and of the
// result's gradient become 36 points each, whose products are summed over tiles and mapped back once. Either a
// task does that for some channels and filters, and chunks of images, by shape and never by threads, have sums of
// their own; or all tiles are mapped before any are multiplied (`winograd-gradient-stages.ts`).

import type { ConvolutionGeometry } from "../../graph/computation.ts";
import { axis, read as readView } from "../../graph/expression.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import { type Chunks, chunkImages } from "./chunks.ts";
import type { ConvolutionWork } from "./convolution-work.ts";
import { writeProduct } from "./product.ts";
import { scheduleReduce } from "./reduce.ts";
import {
  type Blocks,
  blocksOf,
  forEachVector,
  longestSum,
  range,
  type Schedule,
  type ScheduleContext,
} from "./schedule.ts";
import { isForWinograd, winogradGradientCycles } from "./winograd-cost.ts";
import { apartStages, type PointSums } from "./winograd-gradient-stages.ts";
import {
  mapGradientTiles,
  perPart,
  type WinogradFilterGradientWork,
} from "./winograd-gradient-tiles.ts";
import {
  imagesAtOnce,
  mapImageTiles,
  pointPitch,
  storeValue,
  type TileRow,
  tileCount,
  tileRuns,
} from "./winograd-tiles.ts";
import {
  filterGradientMap,
  mapTile,
  roomSize,
  tileInputs,
  tilePoints,
  tileTaps,
} from "./winograd-transforms.ts";

/** Chunks of images are made up to so many, and so many elements of sums. */
const most = { chunks: 16, elements: 10 << 20 };
/** Tasks that there should be. */
const wantedTasks = 16;

/** For filters of 3x3 at stride 1 whose gradient need not be exact. */
export const winogradFilterGradient: Schedule<ConvolutionWork> = {
  name: "winogradFilterGradient",
  applies: (context, { pass, geometry }) =>
    pass === "filterGradient" && isForWinograd(context, geometry),
  cost(context, { geometry }) {
    const { together, apart } = winogradGradientCycles(context, sizesOf(geometry));
    return Math.min(together, apart);
  },
  schedule(context, { first, second, geometry, ...work }) {
    const { window, inputChannels: channels, outputChannels: filters, images } = geometry;
    const [rows, columns] = window;
    const summed = { images, channels, filters, rows, columns, image: first, gradient: second };
    const whole = { ...work, ...summed };
    const { together, apart } = winogradGradientCycles(context, sizesOf(geometry));
    const { stages, sums } = (apart < together ? apartStages : togetherStages)(context, whole);
    return [...stages, [mapBack(context, whole, sums)]];
  },
};

function sizesOf({ images, window, inputChannels, outputChannels }: ConvolutionGeometry) {
  const [down, across] = window.map(tileCount);
  return { images, down, across, channels: inputChannels, filters: outputChannels };
}

/** One stage, whose tasks do everything for some channels and filters of some images, and the sums of all. */
function togetherStages(context: ScheduleContext, work: WinogradFilterGradientWork): PointSums {
  const { images, channels, filters } = work;
  const points = tilePoints * channels * filters;
  const parts = blocksOf(channels, perPart).flatMap((channels) =>
    blocksOf(filters, perPart).map((filters) => ({ channels, filters })),
  );
  const partCount = parts.reduce((sum, part) => sum + part.channels.count * part.filters.count, 0);
  const affordable = Math.max(1, Math.floor(most.elements / points));
  const mostChunks = Math.min(most.chunks, affordable, Math.ceil(wantedTasks / partCount));
  const { chunks, count, partial } = chunkImages(context, images, mostChunks, points);
  const launches = chunks.flatMap((some) =>
    parts.map((part) => new ChunkSums(context, work, partial, some, part).write()),
  );
  if (count === 1) return { stages: [launches], sums: partial };
  const sums: View = { storage: context.scratch("f32", points), shape: [points] };
  const joined = scheduleReduce(context, {
    shape: [points],
    stores: [{ view: sums, formula: { kind: "result" } }],
    extents: [count],
    combine: "sum",
    bodies: [readView(partial, [axis(1), axis(0)])],
  });
  return { stages: [launches, ...joined], sums };
}

/** The sums of products, mapped to the filter's gradient. */
function mapBack(context: ScheduleContext, work: WinogradFilterGradientWork, sums: View): Launch {
  const { channels, filters, shape, stores } = work;
  const draft = new KernelDraft(`${context.name}.winogradFilter`, context.machine.lanes);
  const w = draft.writer;
  const from = draft.operand(sums).buffer;
  const bound = draft.bindStores(stores);
  const room = draft.workspace(roomSize(context.machine));
  const channel = w.parallel(channels);
  forEachVector(w, filters, (filter, lanes) => {
    const place = sumPositions(timesPosition(channel, filters), filter);
    const read = (b: Position) =>
      range(tileInputs).map((a) => {
        const point = sumPositions(still(a * tileInputs), b);
        const sum = sumPositions(place, timesPosition(point, channels * filters));
        return w.loadVector(w.access(from, sum), lanes);
      });
    const lines = { columns: { first: 0, count: tileInputs }, size: tileInputs, rows: tileTaps };
    mapTile(w, { map: filterGradientMap, ...lines, room }, read, (row, values) => {
      values.forEach((value, column) => {
        const axes = [row, still(column), channel, filter];
        const result = value ?? w.constant(0, "f32", true);
        draft.writeStores(bound, { axes, extents: shape, vectorAxis: 3, lanes, results: [result] });
      });
    });
  });
  return draft.finish();
}

/** Where the points of image and gradient wait for their products, and a tile on its way to them. */
interface Rooms {
  readonly image: KernelBuffer;
  readonly gradient: KernelBuffer;
  readonly tile: KernelBuffer;
}

/** Some of the channels by some of the filters. */
interface Part {
  readonly channels: Blocks;
  readonly filters: Blocks;
}

/** A part in its place: the first channel and filter, and how many. */
interface PartPlace {
  readonly channel: Position;
  readonly filter: Position;
  /** The part's sums of the first point. */
  readonly origin: Position;
}

/** The sums of products of each chunk of images, for parts of one size. */
class ChunkSums {
  readonly #context: ScheduleContext;
  readonly #work: WinogradFilterGradientWork;
  readonly #draft: KernelDraft;
  readonly #partial: View;
  readonly #images: Blocks;
  readonly #firstChunk: number;
  readonly #part: Part;

  constructor(
    context: ScheduleContext,
    work: WinogradFilterGradientWork,
    partial: View,
    { images, first }: Chunks,
    part: Part,
  ) {
    this.#context = context;
    this.#work = work;
    this.#draft = new KernelDraft(`${context.name}.winogradFilterGradient`, context.machine.lanes);
    this.#partial = partial;
    this.#images = images;
    this.#firstChunk = first;
    this.#part = part;
  }

  /** Whether a sum has more terms than should be added one after another. */
  get #isLong(): boolean {
    const { rows, columns } = this.#work;
    const tiles = tileCount(rows) * tileCount(columns);
    return this.#images.size * tiles > longestSum;
  }

  write(): Launch {
    const w = this.#draft.writer;
    const { channels, filters, columns, rows } = this.#work;
    const across = tileCount(columns);
    const chunk = w.parallel(this.#images.count);
    const startOf = (blocks: Blocks) =>
      sumPositions(timesPosition(w.parallel(blocks.count), blocks.size), still(blocks.start));
    const channel = startOf(this.#part.channels);
    const filter = startOf(this.#part.filters);
    const sums = this.#draft.operand(this.#partial).buffer;
    const origin = sumPositions(
      timesPosition(sumPositions(chunk, still(this.#firstChunk)), tilePoints * channels * filters),
      timesPosition(channel, filters),
      filter,
    );
    const part = { channel, filter, origin };
    w.loop(tilePoints, (point) => {
      w.loop(this.#part.channels.size, (c) => {
        const at = sumPositions(
          origin,
          timesPosition(point, channels * filters),
          timesPosition(c, filters),
        );
        forEachVector(w, this.#part.filters.size, (i, lanes) => {
          storeValue(w, sums, sumPositions(at, i), undefined, lanes);
        });
      });
    });
    const perBlock = imagesAtOnce(this.#images.size, across);
    const rooms = this.#rooms(perBlock * across);
    for (const block of blocksOf(this.#images.size, perBlock)) {
      w.loop(block.count, (b) => {
        const first = sumPositions(
          timesPosition(chunk, this.#images.size),
          still(this.#images.start + block.start),
          timesPosition(b, block.size),
        );
        for (const run of tileRuns(rows)) {
          w.loop(run.count, (r) => {
            const row = sumPositions(r, still(run.start));
            const place = { image: first, row, line: run.value };
            this.#addTiles(place, rooms, block.size, across, part);
          });
        }
      });
    }
    return this.#draft.finish();
  }

  /** Room for the points of up to `tiles` tiles. */
  #rooms(tiles: number): Rooms {
    const { machine } = this.#context;
    const room = (channels: number) =>
      this.#draft.workspace(tilePoints * pointPitch(machine, tiles, channels));
    return {
      image: room(this.#part.channels.size),
      gradient: room(this.#part.filters.size),
      tile: this.#draft.workspace(roomSize(machine)),
    };
  }

  /** Adds the products of one row of tiles of `images` images. */
  #addTiles(
    place: TileRow,
    rooms: Rooms,
    images: number,
    across: number,
    { channel, filter, origin }: PartPlace,
  ): void {
    const w = this.#draft.writer;
    const { machine } = this.#context;
    const { channels, filters, rows, columns } = this.#work;
    const count = this.#part.channels.size;
    const filterCount = this.#part.filters.size;
    const tiles = images * across;
    const pitch = pointPitch(machine, tiles, count);
    const gradientPitch = pointPitch(machine, tiles, filterCount);
    const buffer = this.#draft.operand(this.#work.image).buffer;
    w.loop(images, (i) => {
      const at = { ...place, image: sumPositions(place.image, i) };
      const tile = timesPosition(i, across);
      const image = { buffer, rows, columns, channels, channel, count };
      mapImageTiles(w, image, at, { buffer: rooms.image, pitch, tile }, rooms.tile);
      const gradient = { rows, columns, channels: filters, channel: filter, count: filterCount };
      const from = { ...gradient, buffer: this.#draft.operand(this.#work.gradient).buffer };
      const into = { buffer: rooms.gradient, pitch: gradientPitch, tile };
      mapGradientTiles(w, from, at, into, rooms.tile);
    });
    w.loop(tilePoints, (point) => {
      const at = sumPositions(origin, timesPosition(point, channels * filters));
      writeProduct(w, machine, {
        rows: count,
        columns: filterCount,
        sum: [{ count: tiles, left: count, right: filterCount }],
        left: { buffer: rooms.image, at: timesPosition(point, pitch), perRow: 1 },
        right: { buffer: rooms.gradient, at: timesPosition(point, gradientPitch) },
        result: { buffer: this.#draft.operand(this.#partial).buffer, at, perRow: filters },
        adds: this.#isLong ? "apart" : true,
      });
    });
  }
}
