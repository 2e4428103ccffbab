// Operands of a matrix product, copied in a stage of their own to where loops find them close together:
// pixels with all that their windows see in one row, and filters in panels as wide as a tile. What must
// be turned round is turned on the way.

import { type Affine, addAffine, axis, read } from "../../graph/expression.ts";
import type { WindowAxis } from "../../graph/window.ts";
import { passOnCycles, reorderCycles } from "../cost.ts";
import { KernelDraft, type Launch, type Storage, type View } from "../draft.ts";
import { FormulaWriter } from "../formula.ts";
import { type Position, still, sumPositions, timesPosition } from "../language.ts";
import type { MachineDescription } from "../machine-description.ts";
import { type ConvolutionWork, filterSize, pixelCount } from "./convolution-work.ts";
import { insideOf, reachOf } from "./padded-image.ts";
import {
  type Blocks,
  blocksOf,
  enoughTasks,
  forEachVector,
  type ScheduleContext,
  type Stage,
} from "./schedule.ts";

/** Elements between two rows beyond what they hold, so that rows do not crowd into few of a cache's sets. */
export const rowGap = 16;

/** A matrix whose rows begin `pitch` elements apart, and the stages that make it. */
export interface Rows {
  readonly view: View;
  readonly pitch: number;
  readonly stages: readonly Stage[];
}

/** Cycles of gathering a vector. */
const gatherCycles = 10;
/** Terms of a panel that a task copies. */
const termsAtOnce = 32;

/** What each pixel of the result sees of the image, as a row `[R · S · C]`; zeros where that is outside. */
export function gatherRows(context: ScheduleContext, work: ConvolutionWork): Rows {
  const { first, geometry } = work;
  const { images, window } = geometry;
  const channels = channelsOf(work);
  const [rows, columns] = window;
  const length = rows.taps * columns.taps * channels;
  const pitch = length + rowGap;
  const pixels = pixelCount(geometry);
  const storage = context.scratch("f32", pixels * pitch);
  const shape = [images, rows.input, columns.input, channels];
  const image: View = { storage: first.storage, shape };
  const at = (output: number, tap: number, { stride, dilation, before }: WindowAxis): Affine =>
    addAffine(axis(output, stride, -before), axis(tap, dilation));
  const index = [axis(0), at(1, 3, rows), at(2, 4, columns), axis(5)];
  const isInside = window.every((side) => insideOf(side).count === reachOf(side));
  const extents = [images, rows.output, columns.output, rows.taps, columns.taps, channels];
  // A task is a row of an image, or a part of it where rows are few.
  const parts = Math.ceil(enoughTasks / (images * rows.output));
  const width = Math.ceil(columns.output / parts);
  const gather = (part: Blocks): Launch => {
    const draft = new KernelDraft(`${context.name}.gather`, context.machine.lanes);
    const w = draft.writer;
    const body = draft.bind(read(image, index, isInside ? undefined : 0));
    const to = draft.buffer(storage);
    const [n, i] = [w.parallel(images), w.parallel(rows.output)];
    const first = placeOf(w.parallel(part.count), part);
    w.loop(part.size, (at) => {
      const j = sumPositions(first, at);
      const line = sumPositions(timesPosition(n, rows.output), i);
      const row = sumPositions(timesPosition(line, columns.output), j);
      w.loop(rows.taps, (r) => {
        w.loop(columns.taps, (s) => {
          const tap = sumPositions(timesPosition(r, columns.taps), s);
          const start = sumPositions(timesPosition(row, pitch), timesPosition(tap, channels));
          forEachVector(w, channels, (c, lanes) => {
            const place = { axes: [n, i, j, r, s, c], extents, vectorAxis: 5, lanes };
            const value = w.splat(new FormulaWriter(w, place).evaluate(body));
            w.store(w.access(to, sumPositions(start, c)), value, lanes);
          });
        });
      });
    });
    return draft.finish();
  };
  const stage = blocksOf(columns.output, width).map(gather);
  return { view: { storage, shape: [pixels, pitch] }, pitch, stages: [stage] };
}

/** Channels that are summed; what an input gradient sums over are filters. */
function channelsOf({ pass, geometry }: ConvolutionWork): number {
  return pass === "inputGradient" ? geometry.outputChannels : geometry.inputChannels;
}

/** The cycles of `gatherRows`. */
export function gatherRowsCycles(machine: MachineDescription, work: ConvolutionWork): number {
  const { window } = work.geometry;
  const taps = window[0].taps * window[1].taps;
  const pixels = pixelCount(work.geometry);
  const vectors = pixels * taps * Math.ceil(channelsOf(work) / machine.lanes);
  const bytes = 4 * pixels * taps * channelsOf(work);
  if (bytes <= machine.secondCacheBytes) return gatherCycles * vectors;
  return Math.max(gatherCycles * vectors, passOnCycles(bytes));
}

/** Whether the filter of a product lies `[columns, length]` in memory. */
export function isTurned({ pass, transposedFilter = false }: ConvolutionWork): boolean {
  return (pass === "inputGradient") !== transposedFilter;
}

/**
 * A filter as panels of `width` columns, `[length, width]` each, the last one as wide as what is left: column
 * c begins at `c · length`, of the first column of its panel.
 */
export function packPanels(
  context: ScheduleContext,
  work: ConvolutionWork,
  sizes: { readonly length: number; readonly columns: number },
  width: number,
): { readonly view: View; readonly stages: readonly Stage[] } {
  const { length, columns } = sizes;
  const { window } = work.geometry;
  const taps = window[0].taps * window[1].taps;
  const storage = context.scratch("f32", length * columns);
  const panels = blocksOf(columns, Math.min(columns, width));
  const common = { from: work.second, to: storage, ...sizes, panels };
  const cut = (extent: number) => blocksOf(extent, Math.min(extent, termsAtOnce));
  const stage = isTurned(work)
    ? cut(length / taps).flatMap((terms) => packTurned(context, { ...common, terms, taps }))
    : cut(length).map((terms) => packRows(context, { ...common, terms }));
  return { view: { storage, shape: [length * columns] }, stages: [stage] };
}

/** Some terms of all panels. */
interface PackWork {
  readonly from: View;
  readonly to: Storage;
  readonly length: number;
  readonly columns: number;
  readonly panels: readonly Blocks[];
  readonly terms: Blocks;
}

/** From `[length, columns]`: whole rows, as they lie. */
function packRows(context: ScheduleContext, work: PackWork): Launch {
  const { length, columns, panels, terms } = work;
  const draft = new KernelDraft(`${context.name}.pack`, context.machine.lanes);
  const w = draft.writer;
  const [from, to] = [draft.operand(work.from).buffer, draft.buffer(work.to)];
  const term = placeOf(w.parallel(terms.count), terms);
  w.loop(terms.size, (i) => {
    const line = sumPositions(term, i);
    for (const some of panels) {
      w.loop(some.count, (p) => {
        const first = placeOf(p, some);
        const start = sumPositions(timesPosition(first, length), timesPosition(line, some.size));
        forEachVector(w, some.size, (c, lanes) => {
          const at = sumPositions(timesPosition(line, columns), first, c);
          w.store(
            w.access(to, sumPositions(start, c)),
            w.loadVector(w.access(from, at), lanes),
            lanes,
          );
        });
      });
    }
  });
  return draft.finish();
}

/**
 * From `[taps, columns, terms]`, the last tap first: panel by panel, so that the lines of its columns serve
 * many terms.
 */
function packTurned(
  context: ScheduleContext,
  work: PackWork & { readonly taps: number },
): Launch[] {
  const { length, columns, panels, terms, taps } = work;
  const perTap = length / taps;
  return panels.map((some) => {
    const draft = new KernelDraft(`${context.name}.pack`, context.machine.lanes);
    const w = draft.writer;
    const [from, to] = [draft.operand(work.from).buffer, draft.buffer(work.to)];
    const first = placeOf(w.parallel(some.count), some);
    const tap = w.parallel(taps);
    const turned = sumPositions(still(taps - 1), timesPosition(tap, -1));
    const term = placeOf(w.parallel(terms.count), terms);
    w.loop(terms.size, (i) => {
      const line = sumPositions(term, i);
      const start = sumPositions(
        timesPosition(first, length),
        timesPosition(sumPositions(timesPosition(tap, perTap), line), some.size),
      );
      forEachVector(w, some.size, (c, lanes) => {
        const column = sumPositions(timesPosition(turned, columns), first, c);
        const at = sumPositions(timesPosition(column, perTap), line);
        const value = w.loadVector(w.access(from, at), lanes, perTap);
        w.store(w.access(to, sumPositions(start, c)), value, lanes);
      });
    });
    return draft.finish();
  });
}

/** Rows of a product that its filter is worth a second place in memory for. */
const rowsWorthPanels = 14;

/** The cycles of `packPanels`; none where panels last from step to step, and are read by some rows. */
export function packPanelsCycles({ second, geometry }: ConvolutionWork): number {
  const isFree = second.storage.isLasting && pixelCount(geometry) >= rowsWorthPanels;
  return isFree ? 0 : reorderCycles(4 * filterSize(geometry));
}

/** Where a block that counts from `start` begins. */
export function placeOf(number: Position, { start, size }: Blocks): Position {
  return sumPositions(timesPosition(number, size), still(start));
}
