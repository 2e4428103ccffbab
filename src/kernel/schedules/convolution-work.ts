// A convolution, or one of its gradients, as the schedules see it; and what several of them do to it
// before they begin: filters turned round, and pixels of all images in one row.

import type { Computation, ConvolutionGeometry } from "../../graph/computation.ts";
import { axis, read } from "../../graph/expression.ts";
import type { WindowAxis } from "../../graph/window.ts";
import { reorderCycles } from "../cost.ts";
import type { View } from "../draft.ts";
import { collapse } from "./collapse.ts";
import { scheduleMap } from "./map.ts";
import type { ScheduleContext, Stage, Work } from "./schedule.ts";

type Convolution = Extract<Computation, { kind: "convolution" }>;

/** A pass of a convolution over its two inputs, as `Computation` lists them. */
export interface ConvolutionWork extends Work, Omit<Convolution, "kind"> {
  readonly first: View;
  readonly second: View;
}

/** Whether each channel has one filter of its own. */
export function isDepthwise({
  groups,
  inputChannels,
  outputChannels,
}: ConvolutionGeometry): boolean {
  return groups > 1 && groups === inputChannels && groups === outputChannels;
}

/** Whether every pixel of the result sees one pixel of the image, that of its own place. */
export function isPointwise({ window, groups }: ConvolutionGeometry): boolean {
  return (
    groups === 1 &&
    window.every(
      ({ taps, stride, before, input, output }) =>
        taps === 1 && stride === 1 && before === 0 && input === output,
    )
  );
}

/** Pixels of all images of the result. */
export function pixelCount({ images, window: [rows, columns] }: ConvolutionGeometry): number {
  return images * rows.output * columns.output;
}

/** Elements of the filter. */
export function filterSize({ window, groups, inputChannels, outputChannels }: ConvolutionGeometry) {
  return window[0].taps * window[1].taps * (inputChannels / groups) * outputChannels;
}

/**
 * Work over `[N, H, W, C]` as work over `[N · H · W, C]`, where every formula walks through images, rows
 * and columns in one stride.
 */
export function mergePixels({ shape, stores }: Work): Work | undefined {
  if (shape.length === 2) return { shape, stores };
  const channels = shape[3];
  const pixels = shape[0] * shape[1] * shape[2];
  if (pixels === 1 || channels === 1) return undefined;
  const formulas = stores.map(({ formula }) => formula);
  const merged = collapse(formulas, shape, 3);
  if (merged.free !== 1) return undefined;
  return {
    shape: [pixels, channels],
    stores: stores.map(({ view: { storage } }, i) => ({
      view: { storage, shape: [pixels, channels] },
      formula: merged.formulas[i],
    })),
  };
}

/** The direction of an input gradient, as that of a convolution of the result's gradient. */
export function turnAxis({ input, output, before, taps }: WindowAxis) {
  return { input: output, output: input, before: taps - 1 - before };
}

/** A filter that channels and filters change places in, and the stages that make it. */
export interface TurnedFilter {
  readonly view: View;
  readonly stages: readonly Stage[];
}

/**
 * The filter as a sum over the channels of `first` reads it, [R, S, channels, groups · filters]. For an
 * input gradient its taps are reversed, in both directions.
 */
export function filterOf(context: ScheduleContext, work: ConvolutionWork): TurnedFilter {
  const { pass, geometry, second, transposedFilter = false } = work;
  const { window, groups, inputChannels, outputChannels } = geometry;
  const turn = pass === "inputGradient";
  if (!turn && !transposedFilter) return { view: second, stages: [] };
  const [channels, filters] = [inputChannels / groups, outputChannels / groups];
  const [a, b] = turn ? [channels, filters] : [filters, channels];
  const taps = window[0].taps * window[1].taps;
  const storage = context.scratch("f32", taps * a * b * groups);
  const source: View = { storage: second.storage, shape: [taps, a, groups, b] };
  const shape = [taps, b, groups, a];
  const tap = turn ? axis(0, -1, taps - 1) : axis(0);
  const formula = read(source, [tap, axis(3), axis(2), axis(1)]);
  const view = { storage, shape };
  return { view, stages: scheduleMap(context, { shape, stores: [{ view, formula }] }) };
}

/** The cycles of `filterOf`; none where what it makes lasts from step to step. */
export function turnCycles(work: ConvolutionWork): number {
  const { pass, geometry, transposedFilter, second } = work;
  const copies = !second.storage.isLasting && (pass === "inputGradient" || transposedFilter);
  return copies ? reorderCycles(4 * filterSize(geometry)) : 0;
}
