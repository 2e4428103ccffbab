// Rows of tiles, as Winograd's convolution takes images apart: which lines of a tile exist, where its
// points go, and the way from an image to its points.

import type { WindowAxis } from "../../graph/window.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import type { KernelWriter } from "../writer.ts";
import { forEachVector, range } from "./schedule.ts";
import { type Run, runsOf } from "./taps.ts";
import {
  inputMap,
  mapTile,
  tileInputs,
  tileOutputs,
  tilePoints,
  type Value,
} from "./winograd-transforms.ts";

/** One direction: pixels of the image and of the result, and zeros before the image. */
export type TileAxis = Pick<WindowAxis, "input" | "output" | "before">;

/** Which lines of a tile's image exist, and how many of its results. */
export interface TileLine {
  readonly inside: { readonly first: number; readonly count: number };
  readonly outputs: number;
}

/** About how many tiles a task takes, so that a filter's points are worth fetching. */
export const tilesPerTask = 48;

/**
 * Of how many images a task takes a row of `across` tiles: as many as give `tilesPerTask`, or, where that
 * is near, as many as leave no image over, which would want code of its own.
 */
export function imagesAtOnce(images: number, across: number): number {
  const wanted = Math.min(images, Math.ceil(tilesPerTask / across));
  const reach = 1.5;
  const near = range(Math.floor(reach * wanted) + 1).filter(
    (count) => reach * count >= wanted && images % count === 0,
  );
  const distance = (count: number) => Math.abs(Math.log(count / wanted));
  return near.reduce((a, b) => (distance(b) < distance(a) ? b : a), near.at(0) ?? wanted);
}

/** How many tiles there are in one direction. */
export function tileCount({ output }: TileAxis): number {
  return Math.ceil(output / tileOutputs);
}

/** The tiles of one direction, equal neighbours joined. */
export function tileRuns({ input, output, before }: TileAxis): Run<TileLine>[] {
  return runsOf(tileCount({ input, output, before }), (tile) => {
    const start = tile * tileOutputs;
    const first = Math.min(tileInputs, Math.max(0, before - start));
    const end = Math.min(tileInputs, input + before - start);
    return {
      inside: { first, count: Math.max(0, end - first) },
      outputs: Math.min(tileOutputs, output - start),
    };
  });
}

/** Elements from one point of a tile to the next: no multiple of what a cache is divided by. */
export function pointPitch(machine: MachineDescription, tiles: number, channels: number): number {
  const size = tiles * channels;
  return Math.ceil(size / machine.lanes) * machine.lanes + 16;
}

/** Elements of all points of so many tiles, or of their products with so many filters. */
export function pointsSize(machine: MachineDescription, tiles: number, channels: number): number {
  return tilePoints * pointPitch(machine, tiles, channels);
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

/** Points of tiles, so many elements apart. */
interface Points {
  readonly buffer: KernelBuffer;
  readonly pitch: number;
}

/** Where the points of tiles go: point p of tile t and channel c to `at + p · pitch + t · count + c`. */
export interface TilePoints extends Points {
  /** Default: 0. */
  readonly at?: Position;
  /** The number of a row's first tile. */
  readonly tile: Position;
}

/** Stores a row of a tile's points, the first one at `at`. */
export function storePoints(
  w: KernelWriter,
  { buffer, pitch }: Points,
  at: Position,
  values: readonly Value[],
  lanes: number,
): void {
  values.forEach((value, point) => {
    storeValue(w, buffer, sumPositions(at, still(point * pitch)), value, lanes);
  });
}

/** Maps the tiles of one row of tiles to their points, by way of `room`. */
export function mapImageTiles(
  w: KernelWriter,
  { buffer, rows, columns, channels, channel, count }: TiledImage,
  place: TileRow,
  into: TilePoints,
  room: KernelBuffer,
): void {
  const { first, count: present } = place.line.inside;
  for (const run of tileRuns(columns)) {
    w.loop(run.count, (t) => {
      const column = sumPositions(t, still(run.start));
      forEachVector(w, count, (c, lanes) => {
        const pixel = (i: number, j: Position): Value => {
          if (i < first || i >= first + present) return undefined;
          const at = sumPositions(
            timesPosition(place.image, rows.input * columns.input * channels),
            timesPosition(place.row, tileOutputs * columns.input * channels),
            still((i - rows.before) * columns.input * channels),
            timesPosition(column, tileOutputs * channels),
            timesPosition(sumPositions(j, still(-columns.before)), channels),
            channel,
            c,
          );
          return w.loadVector(w.access(buffer, at), lanes);
        };
        const read = (j: Position) => range(tileInputs).map((i) => pixel(i, j));
        const lines = { columns: run.value.inside, size: tileInputs, rows: tileInputs };
        const tile = timesPosition(sumPositions(into.tile, column), count);
        const start = sumPositions(into.at ?? still(0), tile, c);
        mapTile(w, { map: inputMap, ...lines, room }, read, (row, values) => {
          const points = sumPositions(timesPosition(row, tileInputs * into.pitch), start);
          storePoints(w, into, points, values, lanes);
        });
      });
    });
  }
}
