// A product of matrices after Goto and van de Geijn ("Anatomy of High-Performance Matrix Multiplication",
// ACM TOMS 2008): dense layers, and pointwise convolutions, whose pixels of all images are one axis. A task
// makes a block of the result. It copies what it reads, a stretch of the sums at a time, into memory where
// that lies close together: what is read again then stays in a core's caches, however far apart rows lie.

import { cyclesOf, fetchCycles } from "../cost.ts";
import { KernelDraft, type Launch, type View } from "../draft.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import {
  type ConvolutionWork,
  filterOf,
  isPointwise,
  mergePixels,
  pixelCount,
  turnCycles,
} from "./convolution-work.ts";
import { writeProduct } from "./product.ts";
import {
  type Blocks,
  blocksOf,
  forEachVector,
  longestSum,
  type Schedule,
  type ScheduleContext,
  type Work,
} from "./schedule.ts";
import { chooseTile, coverCycles, type Tile } from "./tile.ts";

/** For convolutions in which every pixel sees one other, and their gradients. */
export const matrixProduct: Schedule<ConvolutionWork> = {
  name: "matrixProduct",
  applies: (_, work) =>
    isPointwise(work.geometry) &&
    (work.pass === "filterGradient" || mergePixels(work) !== undefined),
  cost({ machine }, work) {
    const sizes = sizesOf(work);
    return productCycles(machine, sizes, blockOf(machine, sizes)) + turnCycles(work);
  },
  schedule(context, work) {
    const filter = work.pass === "filterGradient" ? undefined : filterOf(context, work);
    const right = filter === undefined ? work.second : filter.view;
    return [...(filter?.stages ?? []), launchesOf(context, work, right)];
  },
};

/** `[rows, length] · [length, columns]`. */
interface Sizes {
  readonly rows: number;
  readonly length: number;
  readonly columns: number;
  /** Whether the first matrix lies in memory as `[length, rows]`, as it does for a filter's gradient. */
  readonly isTurned: boolean;
}

/** What a task makes: rows, and columns in panels as wide as a tile; and terms of each sum at a time. */
interface Block {
  readonly tile: Tile;
  readonly rows: number;
  readonly columns: number;
  readonly length: number;
}

/** Terms of a sum at a time, about: those of a panel are to stay near. */
const lengthAtOnce = 192;
/** Tasks that there should be. */
const wantedTasks = 16;
/** Cycles of copying a vector, and of taking a vector of sums from memory and back. */
const vectorCycles = { copy: 3, sums: 3 };
/** Elements between two rows beyond what they hold, so that rows do not crowd into few of a cache's sets. */
const gap = 16;

function sizesOf({ pass, geometry }: ConvolutionWork): Sizes {
  const { inputChannels, outputChannels } = geometry;
  const pixels = pixelCount(geometry);
  switch (pass) {
    case "forward":
      return { rows: pixels, length: inputChannels, columns: outputChannels, isTurned: false };
    case "inputGradient":
      return { rows: pixels, length: outputChannels, columns: inputChannels, isTurned: false };
    case "filterGradient":
      return { rows: inputChannels, length: pixels, columns: outputChannels, isTurned: true };
  }
}

/** Elements of the copy of a block of the first matrix. */
function copySize({ isTurned }: Sizes, { rows, length }: Omit<Block, "tile">): number {
  return isTurned ? length * (rows + gap) : rows * (length + gap);
}

function productCycles(
  machine: MachineDescription,
  { rows, length, columns }: Sizes,
  block: Block,
): number {
  const vectors = (count: number) => Math.ceil(count / machine.lanes);
  const across = Math.ceil(columns / block.columns);
  const down = Math.ceil(rows / block.rows);
  const stretches = Math.ceil(length / block.length);
  const copied = across * rows * vectors(length) + down * length * vectors(columns);
  const sums = rows * vectors(columns) * (stretches + 1);
  const core =
    length * coverCycles(block.tile, rows, vectors(columns)) +
    vectorCycles.copy * copied +
    vectorCycles.sums * sums;
  const bytes = 4 * length * (across * rows + down * columns);
  const once = 4 * length * (rows + columns);
  if (once <= machine.secondCacheBytes) return cyclesOf({ core });
  return cyclesOf({ core, bytesIntoSecond: bytes }) + fetchCycles(once);
}

/** The blocks that cost least, of those that leave enough tasks. */
function blockOf(machine: MachineDescription, sizes: Sizes): Block {
  const { rows, length, columns } = sizes;
  const tile = chooseTile(machine, rows, Math.ceil(columns / machine.lanes));
  const panel = tile.vectors * machine.lanes;
  const count = { tiles: Math.ceil(rows / tile.rows), panels: Math.ceil(columns / panel) };
  const stretch = Math.ceil(length / Math.ceil(length / lengthAtOnce));
  const smallest = { tile, rows: tile.rows, columns: panel, length: stretch };
  let best: Block = smallest;
  let least = Number.POSITIVE_INFINITY;
  for (const tiles of cutsOf(count.tiles)) {
    for (const panels of cutsOf(count.panels)) {
      const block = { ...smallest, rows: tiles * tile.rows, columns: panels * panel };
      const tasks = Math.ceil(count.tiles / tiles) * Math.ceil(count.panels / panels);
      const most = machine.secondCacheBytes / 4;
      const sums = block.rows * block.columns;
      const size = 4 * Math.max(copySize(sizes, block), block.length * block.columns, sums);
      const isSmall = tiles === 1 && panels === 1;
      if (!isSmall && (tasks < wantedTasks || size > most)) continue;
      const cycles = productCycles(machine, sizes, block);
      if (cycles >= least) continue;
      least = cycles;
      best = block;
    }
  }
  return best;
}

/** Sizes of parts into which so many things can be cut about evenly. */
function cutsOf(count: number): number[] {
  const found = new Set([count]);
  for (let parts = 2; parts < count; parts *= 2) found.add(Math.ceil(count / parts));
  return [...found.add(1)];
}

function launchesOf(context: ScheduleContext, work: ConvolutionWork, right: View): Launch[] {
  const sizes = sizesOf(work);
  const block = blockOf(context.machine, sizes);
  const result = sizes.isTurned ? work : mergePixels(work);
  if (result === undefined) throw new Error("a product needs its pixels in one row");
  return blocksOf(sizes.columns, block.columns).flatMap((columns) =>
    blocksOf(sizes.rows, block.rows).map((rows) =>
      writeBlocks(context, { work: result, left: work.first, right, sizes, block, rows, columns }),
    ),
  );
}

/** Blocks of one size. */
interface BlockWork {
  readonly work: Work;
  readonly left: View;
  readonly right: View;
  readonly sizes: Sizes;
  readonly block: Block;
  readonly rows: Blocks;
  readonly columns: Blocks;
}

function writeBlocks(
  { machine, name }: ScheduleContext,
  { work, left, right, sizes, block, rows, columns }: BlockWork,
): Launch {
  const draft = new KernelDraft(`${name}.product`, machine.lanes);
  const w = draft.writer;
  const column = placeOf(w.parallel(columns.count), columns);
  const row = placeOf(w.parallel(rows.count), rows);
  const width = Math.min(columns.size, block.tile.vectors * machine.lanes);
  const pitch = (sizes.isTurned ? rows.size : block.length) + gap;
  const copies = {
    left: draft.workspace((sizes.isTurned ? block.length : rows.size) * pitch),
    right: draft.workspace(block.length * columns.size),
    sums: draft.workspace(rows.size * columns.size),
  };
  const [from, filter] = [left, right].map((view) => draft.operand(view).buffer);
  const isCut = sizes.length > block.length;
  const isLong = sizes.length > longestSum;
  if (isCut) {
    forEachVector(w, rows.size * columns.size, (at, lanes) => {
      w.store(w.access(copies.sums, at), w.constant(0, "f32", true), lanes);
    });
  }
  const copyLeft = (term: Position, length: number) => {
    const [lines, elements] = sizes.isTurned ? [length, rows.size] : [rows.size, length];
    const perLine = sizes.isTurned ? sizes.rows : sizes.length;
    const [line, element] = sizes.isTurned ? [term, row] : [row, term];
    w.loop(lines, (i) => {
      forEachVector(w, elements, (at, lanes) => {
        const source = timesPosition(sumPositions(line, i), perLine);
        const value = w.loadVector(w.access(from, sumPositions(source, element, at)), lanes);
        w.store(w.access(copies.left, sumPositions(timesPosition(i, pitch), at)), value, lanes);
      });
    });
  };
  const copyRight = (term: Position, length: number) => {
    w.loop(length, (i) => {
      const line = timesPosition(sumPositions(term, i), sizes.columns);
      for (const panels of blocksOf(columns.size, width)) {
        w.loop(panels.count, (p) => {
          const first = placeOf(p, panels);
          const to = sumPositions(timesPosition(first, length), timesPosition(i, panels.size));
          forEachVector(w, panels.size, (at, lanes) => {
            const source = w.access(filter, sumPositions(line, column, first, at));
            const value = w.loadVector(source, lanes);
            w.store(w.access(copies.right, sumPositions(to, at)), value, lanes);
          });
        });
      }
    });
  };
  for (const stretch of blocksOf(sizes.length, block.length)) {
    w.loop(stretch.count, (s) => {
      const term = placeOf(s, stretch);
      copyLeft(term, stretch.size);
      copyRight(term, stretch.size);
      for (const panels of blocksOf(columns.size, width)) {
        w.loop(panels.count, (p) => {
          const first = placeOf(p, panels);
          const line = panels.size;
          writeProduct(w, machine, {
            rows: rows.size,
            columns: panels.size,
            sum: [{ count: stretch.size, left: sizes.isTurned ? pitch : 1, right: line }],
            left: { buffer: copies.left, at: still(0), perRow: sizes.isTurned ? 1 : pitch },
            right: { buffer: copies.right, at: timesPosition(first, stretch.size) },
            result: { buffer: copies.sums, at: first, perRow: columns.size },
            adds: isLong ? "apart" : isCut,
          });
        });
      }
    });
  }
  const bound = draft.bindStores(work.stores);
  const { shape } = work;
  w.loop(rows.size, (i) => {
    forEachVector(w, columns.size, (at, lanes) => {
      const sum = sumPositions(timesPosition(i, columns.size), at);
      const result = w.loadVector(w.access(copies.sums, sum), lanes);
      const place = [still(0), still(0), sumPositions(row, i), sumPositions(column, at)];
      const axes = place.slice(4 - shape.length);
      const vectorAxis = shape.length - 1;
      draft.writeStores(bound, { axes, extents: shape, vectorAxis, lanes, result });
    });
  });
  return draft.finish();
}

/** Where the block of that number begins. */
function placeOf(number: Position, { start, size }: Blocks): Position {
  return sumPositions(timesPosition(number, size), still(start));
}
