// Rows of tiles, as Winograd's convolution takes images apart: which lines of a tile exist, where its
// points go, and the way from an image to its points. Floor 2.

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
import { forEachVector } from "./schedule.ts";
import { type Run, runsOf } from "./taps.ts";
import { inputMap, mapTile, tileInputs, tileOutputs, type Value } from "./winograd-transforms.ts";

/** One direction: pixels of the image and of the result, and zeros before the image. */
export type TileAxis = Pick<WindowAxis, "input" | "output" | "before">;

/** Which lines of a tile's image exist, and which of its results. */
export interface TileLine {
  readonly inside: readonly number[];
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
