// The filter gradient of many channels and filters by Winograd's maps: a stage maps each tile of the image and of
// the result's gradient once, and another multiplies their points, some channels by some filters at a time.

import { KernelDraft, type Launch, type View } from "../draft.ts";
import { still, sumPositions, timesPosition } from "../language.ts";
import { placeOf } from "./packing.ts";
import { writeProduct } from "./product.ts";
import { type Blocks, blocksOf, type ScheduleContext, type Stage } from "./schedule.ts";
import {
  mapGradientTiles,
  perPart,
  type WinogradFilterGradientWork,
} from "./winograd-gradient-tiles.ts";
import { mapImageTiles, pointPitch, tileCount, tileRuns } from "./winograd-tiles.ts";
import { roomSize, tilePoints } from "./winograd-transforms.ts";

/** The stages that make the sums of a filter gradient's products, [points, C, K], and where they are. */
export interface PointSums {
  readonly stages: readonly Stage[];
  readonly sums: View;
}

/** Points of all tiles: those of one part of the channels after those of another. */
interface PartPoints {
  readonly blocks: Blocks;
  /** Where the points of the first part begin, and how far apart parts and points are. */
  readonly at: number;
  readonly room: number;
  readonly pitch: number;
}

/** One side of the products: an image, or a result's gradient. */
interface Side {
  readonly from: View;
  readonly channels: number;
  readonly map: typeof mapImageTiles;
  readonly name: string;
  readonly parts: readonly PartPoints[];
  readonly points: View;
}

function sideOf(
  context: ScheduleContext,
  side: Omit<Side, "parts" | "points">,
  tiles: number,
): Side {
  let size = 0;
  const parts = blocksOf(side.channels, perPart).map((blocks): PartPoints => {
    const pitch = pointPitch(context.machine, tiles, blocks.size);
    const part = { blocks, at: size, room: tilePoints * pitch, pitch };
    size += blocks.count * part.room;
    return part;
  });
  return { ...side, parts, points: { storage: context.scratch("f32", size), shape: [size] } };
}

/** A stage that maps all tiles, and one that multiplies. */
export function apartStages(context: ScheduleContext, work: WinogradFilterGradientWork): PointSums {
  const { images, channels, filters, rows, columns, image, gradient } = work;
  const tiles = images * tileCount(rows) * tileCount(columns);
  const sides = [
    { from: image, channels, map: mapImageTiles, name: "winogradImage" },
    { from: gradient, channels: filters, map: mapGradientTiles, name: "winogradGradient" },
  ].map((side) => sideOf(context, side, tiles));
  const size = tilePoints * channels * filters;
  const sums: View = { storage: context.scratch("f32", size), shape: [size] };
  const [left, right] = sides;
  const products = left.parts.flatMap((some) =>
    right.parts.map((others) =>
      multiply(context, { tiles, channels, filters }, sums, [
        { ...some, points: left.points },
        { ...others, points: right.points },
      ]),
    ),
  );
  return { stages: [sides.flatMap((side) => mapTiles(context, work, side)), products], sums };
}

/** Maps the tiles of one side: a task is a row of tiles of one part. */
function mapTiles(
  context: ScheduleContext,
  { images, rows, columns }: WinogradFilterGradientWork,
  { from, channels, map, name, parts, points }: Side,
): Launch[] {
  const [down, across] = [tileCount(rows), tileCount(columns)];
  return tileRuns(rows).flatMap(({ start, count, value }) =>
    parts.map(({ blocks, at, room, pitch }) => {
      const draft = new KernelDraft(`${context.name}.${name}`, context.machine.lanes);
      const w = draft.writer;
      const image = w.parallel(images);
      const row = sumPositions(w.parallel(count), still(start));
      const part = w.parallel(blocks.count);
      const source = {
        buffer: draft.operand(from).buffer,
        rows,
        columns,
        channels,
        channel: placeOf(part, blocks),
        count: blocks.size,
      };
      const into = {
        buffer: draft.operand(points).buffer,
        at: sumPositions(still(at), timesPosition(part, room)),
        pitch,
        tile: timesPosition(sumPositions(timesPosition(image, down), row), across),
      };
      const onTheWay = draft.workspace(roomSize(context.machine));
      map(w, source, { image, row, line: value }, into, onTheWay);
      return draft.finish();
    }),
  );
}

/** Sums products of some channels and some filters over all tiles: a task is a part of each at one point. */
function multiply(
  { name, machine }: ScheduleContext,
  { tiles, channels, filters }: { tiles: number; channels: number; filters: number },
  sums: View,
  [left, right]: readonly (PartPoints & { readonly points: View })[],
): Launch {
  const draft = new KernelDraft(`${name}.winogradProducts`, machine.lanes);
  const w = draft.writer;
  const point = w.parallel(tilePoints);
  const [some, others] = [left, right].map(({ blocks }) => w.parallel(blocks.count));
  const origin = (part: typeof left, number: typeof some) => ({
    buffer: draft.operand(part.points).buffer,
    at: sumPositions(
      still(part.at),
      timesPosition(number, part.room),
      timesPosition(point, part.pitch),
    ),
  });
  writeProduct(w, machine, {
    rows: left.blocks.size,
    columns: right.blocks.size,
    sum: [{ count: tiles, left: left.blocks.size, right: right.blocks.size }],
    left: { ...origin(left, some), perRow: 1 },
    right: origin(right, others),
    result: {
      buffer: draft.operand(sums).buffer,
      at: sumPositions(
        timesPosition(point, channels * filters),
        timesPosition(placeOf(some, left.blocks), filters),
        placeOf(others, right.blocks),
      ),
      perRow: filters,
    },
    adds: false,
  });
  return draft.finish();
}
