// The way from the gradient of a convolution's result to its points, beside that of the image: what the two forms
// of the filter's gradient by Winograd's maps share.

import type { View } from "../draft.ts";
import {
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "../language.ts";
import type { KernelWriter } from "../writer.ts";
import { forEachVector, range, type Work } from "./schedule.ts";
import { runsOf } from "./taps.ts";
import {
  storePoints,
  type TileAxis,
  type TiledImage,
  type TilePoints,
  type TileRow,
  tileCount,
} from "./winograd-tiles.ts";
import {
  gradientMap,
  mapTile,
  tileInputs,
  tileOutputs,
  type Value,
} from "./winograd-transforms.ts";

/** What is summed, into [3, 3, C, K]. */
export interface WinogradFilterGradientWork extends Work {
  /** [N, H, W, C] */
  readonly image: View;
  /** [N, P, Q, K] */
  readonly gradient: View;
  readonly images: number;
  readonly channels: number;
  readonly filters: number;
  readonly rows: TileAxis;
  readonly columns: TileAxis;
}

/** Channels, and filters, of a task: their sums stay in the cache of a core. */
export const perPart = 64;

/** Maps the tiles of one row of tiles of a result's gradient to their points, by way of `room`. */
export function mapGradientTiles(
  w: KernelWriter,
  { buffer, rows, columns, channels: filters, channel: firstFilter, count }: TiledImage,
  place: TileRow,
  into: TilePoints,
  room: KernelBuffer,
): void {
  const outputs = (t: number) => Math.min(tileOutputs, columns.output - t * tileOutputs);
  for (const run of runsOf(tileCount(columns), outputs)) {
    w.loop(run.count, (t) => {
      const column = sumPositions(t, still(run.start));
      forEachVector(w, count, (filter, lanes) => {
        const pixel = (i: number, j: Position): Value => {
          if (i >= place.line.outputs) return undefined;
          const down = sumPositions(timesPosition(place.row, tileOutputs), still(i));
          const right = sumPositions(timesPosition(column, tileOutputs), j);
          const at = sumPositions(
            timesPosition(place.image, rows.output * columns.output * filters),
            timesPosition(down, columns.output * filters),
            timesPosition(right, filters),
            firstFilter,
            filter,
          );
          return w.loadVector(w.access(buffer, at), lanes);
        };
        const read = (j: Position) => range(tileOutputs).map((i) => pixel(i, j));
        const given = { first: 0, count: run.value };
        const lines = { columns: given, size: tileOutputs, rows: tileInputs };
        const tile = timesPosition(sumPositions(into.tile, column), count);
        const start = sumPositions(into.at ?? still(0), tile, filter);
        mapTile(w, { map: gradientMap, ...lines, room }, read, (row, values) => {
          const points = sumPositions(timesPosition(row, tileInputs * into.pitch), start);
          storePoints(w, into, points, values, lanes);
        });
      });
    });
  }
}
