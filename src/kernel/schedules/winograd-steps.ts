// The steps of Winograd's convolution behind its filters: the image to points, products of points, products to
// results. They are written into one kernel, or into a kernel each.

import { KernelDraft, type View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import { writeProduct } from "./product.ts";
import { forEachVector, range, type ScheduleContext, type Work } from "./schedule.ts";
import { runsOf } from "./taps.ts";
import type { FilterBlocks } from "./winograd-filters.ts";
import { mapImageTiles, pointPitch, type TileAxis, type TileRow } from "./winograd-tiles.ts";
import { mapTile, outputMap, roomSize, tileInputs, tileOutputs } from "./winograd-transforms.ts";

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

/** One block of filters. */
export interface FilterBlock {
  readonly blocks: FilterBlocks;
  /** Its number among them. */
  readonly number: Position;
}

/** Products of a block of filters: the first of all tiles and points. */
export interface BlockProducts {
  readonly buffer: KernelBuffer;
  readonly at: Position;
}

export class WinogradSteps {
  readonly draft: KernelDraft;
  readonly #context: ScheduleContext;
  readonly #work: WinogradWork;
  /** How many tiles are multiplied together. */
  readonly #tiles: number;
  #room: KernelBuffer | undefined;

  constructor(context: ScheduleContext, work: WinogradWork, tiles: number, name: string) {
    this.draft = new KernelDraft(`${context.name}.${name}`, context.machine.lanes);
    this.#context = context;
    this.#work = work;
    this.#tiles = tiles;
  }

  /** Where a tile's maps keep what they make on the way. */
  get #mapRoom(): KernelBuffer {
    this.#room ??= this.draft.workspace(roomSize(this.#context.machine));
    return this.#room;
  }

  get #pitch(): number {
    return pointPitch(this.#context.machine, this.#tiles, this.#work.channels);
  }

  #productPitch({ size }: FilterBlocks): number {
    return pointPitch(this.#context.machine, this.#tiles, size);
  }

  /** The tiles of a row, from `tile` on, to their points. */
  readImage(place: TileRow, tile: Position, points: KernelBuffer): void {
    const { image, rows, columns, channels } = this.#work;
    const { buffer } = this.draft.operand(image);
    const source = { buffer, rows, columns, channels, channel: still(0), count: channels };
    const into = { buffer: points, pitch: this.#pitch, tile };
    mapImageTiles(this.draft.writer, source, place, into, this.#mapRoom);
  }

  /** The products of all tiles and a block of filters at one of the points. */
  multiply(
    points: KernelBuffer,
    filters: KernelBuffer,
    { blocks, number }: FilterBlock,
    point: Position,
    into: BlockProducts,
    nextPanel: number,
  ): void {
    const { channels } = this.#work;
    const { size, at, room, pitch } = blocks;
    const place = sumPositions(still(at), timesPosition(number, room), timesPosition(point, pitch));
    const product = sumPositions(into.at, timesPosition(point, this.#productPitch(blocks)));
    writeProduct(this.draft.writer, this.#context.machine, {
      rows: this.#tiles,
      columns: size,
      sum: [{ count: channels, left: 1, right: size }],
      left: { buffer: points, at: timesPosition(point, this.#pitch), perRow: channels },
      right: { buffer: filters, at: place, nextPanel },
      result: { buffer: into.buffer, at: product, perRow: size },
      adds: false,
    });
  }

  /** The tiles of a row, from `tile` on, from the products of a block of filters to what is stored. */
  writeResults(
    place: TileRow,
    tile: Position,
    { blocks, number }: FilterBlock,
    from: BlockProducts,
  ): void {
    const w = this.draft.writer;
    const { shape, stores, columns } = this.#work;
    const { start, size } = blocks;
    const pitch = this.#productPitch(blocks);
    const room = this.#mapRoom;
    const bound = this.draft.bindStores(stores);
    const outputs = (t: number) => Math.min(tileOutputs, columns.output - t * tileOutputs);
    for (const run of runsOf(Math.ceil(columns.output / tileOutputs), outputs)) {
      w.loop(run.count, (t) => {
        const column = sumPositions(t, still(run.start));
        const first = sumPositions(from.at, timesPosition(sumPositions(tile, column), size));
        forEachVector(w, size, (at, lanes) => {
          const read = (b: Position) =>
            range(tileInputs).map((a) => {
              const point = sumPositions(still(a * tileInputs), b);
              const product = sumPositions(timesPosition(point, pitch), first, at);
              return w.loadVector(w.access(from.buffer, product), lanes);
            });
          const filter = sumPositions(timesPosition(number, size), still(start), at);
          const lines = {
            columns: { first: 0, count: tileInputs },
            size: tileInputs,
            rows: place.line.outputs,
          };
          mapTile(w, { map: outputMap, ...lines, room }, read, (i, values) => {
            const down = sumPositions(timesPosition(place.row, tileOutputs), i);
            values.slice(0, run.value).forEach((value, j) => {
              const right = sumPositions(timesPosition(column, tileOutputs), still(j));
              const axes = [place.image, down, right, filter];
              const result = value ?? w.constant(0, "f32", true);
              const where = { axes, extents: shape, vectorAxis: 3, lanes };
              this.draft.writeStores(bound, { ...where, results: [result] });
            });
          });
        });
      });
    }
  }
}
