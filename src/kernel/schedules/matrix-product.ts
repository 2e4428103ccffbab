// A product of matrices after Goto and van de Geijn ("Anatomy of High-Performance Matrix Multiplication",
// ACM TOMS 2008): dense layers, pointwise convolutions, whose pixels of all images are one axis, and other
// convolutions whose windows are gathered into rows first. A task makes a block of the result, a stretch
// of its sums at a time, so that what is read again stays in a core's caches.

import { cyclesOf, fetchCycles } from "../cost.ts";
import type { Launch } from "../draft.ts";
import type { MachineDescription } from "../machine-description.ts";
import { type ConvolutionWork, isPointwise, mergePixels, pixelCount } from "./convolution-work.ts";
import { type Block, BlockWriter, copySize, type Operands, type Sizes } from "./matrix-blocks.ts";
import {
  gatherRows,
  gatherRowsCycles,
  packPanels,
  packPanelsCycles,
  type Rows,
} from "./packing.ts";
import { blocksOf, type Schedule, type ScheduleContext, type Work } from "./schedule.ts";
import { chooseTile, coverCycles } from "./tile.ts";

/** For convolutions without groups, and those of their gradients that are products. */
export const matrixProduct: Schedule<ConvolutionWork> = {
  name: "matrixProduct",
  applies: (_, work) => canMultiply(work) && mergeRows(work) !== undefined,
  cost: ({ machine }, work) => planOf(machine, work).cycles,
  schedule(context, work) {
    const { sizes, block, gathers } = planOf(context.machine, work);
    const left: Rows = gathers
      ? gatherRows(context, work)
      : { view: work.first, pitch: sizes.perLine, stages: [] };
    const width = block.tile.vectors * context.machine.lanes;
    const right = sizes.isTurned
      ? { view: work.second, stages: [] }
      : packPanels(context, work, sizes, width);
    // What is gathered and what is packed do not depend on each other.
    const before = [[...left.stages, ...right.stages].flat()].filter(({ length }) => length > 0);
    const copiesLeft = sizes.isTurned || !gathers;
    const operands = { left, right: right.view, sizes, block, copiesLeft };
    return [...before, launchesOf(context, work, operands)];
  },
};

function canMultiply({ pass, geometry, transposedFilter = false }: ConvolutionWork): boolean {
  if (isPointwise(geometry)) return true;
  return geometry.groups === 1 && pass !== "inputGradient" && !transposedFilter;
}

/** Work over `[rows, columns]`. */
function mergeRows(work: ConvolutionWork): Work | undefined {
  const merged = mergePixels(work);
  if (merged !== undefined || work.pass !== "filterGradient") return merged;
  return isPointwise(work.geometry) ? work : undefined;
}

/** Terms of a sum at a time, about: those of a panel are to stay near. */
const lengthAtOnce = 192;
/** Tasks that there should be. */
const wantedTasks = 16;
/** Cycles of copying a vector, and of taking a vector of sums from memory and back. */
const vectorCycles = { copy: 3, sums: 3 };

function sizesOf({ pass, geometry }: ConvolutionWork): Sizes {
  const { window, inputChannels, outputChannels } = geometry;
  const pixels = pixelCount(geometry);
  const seen = window[0].taps * window[1].taps * inputChannels;
  switch (pass) {
    case "forward":
      return productOf(pixels, seen, outputChannels);
    case "inputGradient":
      return productOf(pixels, outputChannels, inputChannels);
    case "filterGradient":
      return { ...productOf(seen, pixels, outputChannels), isTurned: true, perLine: seen };
  }
}

function productOf(rows: number, length: number, columns: number): Sizes {
  return { rows, length, columns, isTurned: false, perLine: length };
}

/** How a product is computed, and the cycles of all of it. */
interface Plan {
  readonly sizes: Sizes;
  readonly block: Block;
  /** Whether the first matrix is gathered in a stage of its own. */
  readonly gathers: boolean;
  readonly cycles: number;
}

function planOf(machine: MachineDescription, work: ConvolutionWork): Plan {
  const sizes = sizesOf(work);
  const ways = isPointwise(work.geometry) ? (sizes.isTurned ? [false] : [false, true]) : [true];
  const plans = ways.map((gathers): Plan => {
    const block = blockOf(machine, sizes, gathers);
    const before = gathers ? gatherRowsCycles(machine, work) : 0;
    const packs = sizes.isTurned ? 0 : packPanelsCycles(work);
    const cycles = productCycles(machine, sizes, block, gathers) + before + packs;
    return { sizes, block, gathers, cycles };
  });
  return plans.reduce((best, plan) => (plan.cycles < best.cycles ? plan : best));
}

function productCycles(
  machine: MachineDescription,
  { rows, length, columns, isTurned }: Sizes,
  block: Block,
  gathers: boolean,
): number {
  const vectors = (count: number) => Math.ceil(count / machine.lanes);
  const across = Math.ceil(columns / block.columns);
  const down = Math.ceil(rows / block.rows);
  const stretches = Math.ceil(length / block.length);
  const copied =
    (isTurned || !gathers ? across * rows * vectors(length) : 0) +
    (isTurned ? down * length * vectors(columns) : 0);
  const sums = rows * vectors(columns) * (stretches + 1);
  const core =
    length * coverCycles(block.tile, rows, vectors(columns)) +
    vectorCycles.copy * copied +
    vectorCycles.sums * sums;
  const bytes = 4 * length * (across * rows + down * columns);
  const once = 4 * length * (rows + (isTurned ? columns : 0));
  if (once <= machine.secondCacheBytes) return cyclesOf({ core });
  const waits = isTurned || !gathers ? fetchCycles(once) : 0;
  return cyclesOf({ core, bytesIntoSecond: bytes }) + waits;
}

/** The blocks that cost least, of those that leave enough tasks. */
function blockOf(machine: MachineDescription, sizes: Sizes, gathers: boolean): Block {
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
      const cycles = productCycles(machine, sizes, block, gathers);
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

function launchesOf(context: ScheduleContext, work: ConvolutionWork, operands: Operands): Launch[] {
  const { sizes, block } = operands;
  const result = mergeRows(work);
  if (result === undefined) throw new Error("a product needs its rows in one stride");
  return blocksOf(sizes.columns, block.columns).flatMap((columns) =>
    blocksOf(sizes.rows, block.rows).map((rows) =>
      new BlockWriter(context, { ...operands, work: result, rows, columns }).write(),
    ),
  );
}
