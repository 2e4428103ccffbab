// The filters of Winograd's convolution, mapped to their points: once and for all where they last.

import { KernelDraft, type Launch, type View } from "../draft.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import { type Blocks, blocksOf, forEachVector, range, type ScheduleContext } from "./schedule.ts";
import { chooseTile } from "./tile.ts";
import { pointPitch, storePoints, tilesPerTask } from "./winograd-tiles.ts";
import {
  filterMap,
  mapTile,
  roomSize,
  tileInputs,
  tilePoints,
  tileTaps,
} from "./winograd-transforms.ts";

/** [3, 3, C, K] */
interface Filters {
  readonly filter: View;
  readonly channels: number;
  readonly filters: number;
}

/** Filters in panels as wide as a tile, and where the panels' points lie. */
export interface FilterBlocks extends Blocks {
  /** The first of them. */
  readonly at: number;
  /** Elements from one point to the next: each has [C, filters of the block]. */
  readonly pitch: number;
  /** Elements of a block. */
  readonly room: number;
}

export function filterBlocks(
  { machine }: ScheduleContext,
  { channels, filters }: Pick<Filters, "channels" | "filters">,
): FilterBlocks[] {
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
export function mapFilters(
  context: ScheduleContext,
  work: Filters,
): { readonly points: View; readonly launch: Launch } {
  const { channels, filters } = work;
  const all = filterBlocks(context, work);
  const size = all.reduce((sum, { count, room }) => sum + count * room, 0);
  const points: View = { storage: context.scratch("f32", size), shape: [size] };
  const draft = new KernelDraft(`${context.name}.winogradFilter`, context.machine.lanes);
  const w = draft.writer;
  const from = draft.operand(work.filter).buffer;
  const to = draft.operand(points).buffer;
  const room = draft.workspace(roomSize(context.machine));
  const channel = w.parallel(channels);
  for (const blocks of all) {
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
  return { points, launch: draft.finish() };
}
