// How far a layer looks, and at which pixels exactly: the window of each result in the layer's input. Knows
// one layer at a time; receptive-field.ts and exact-field.ts follow it through a network.

import type { Window, WindowAxis } from "../graph/window.ts";

/**
 * The input rows (or columns) that a result's row (or column) depends on, in rising order. Those below 0 or past
 * the end lie in padding.
 */
export type AxisReads = (position: number) => readonly number[];

/** A window of `size` pixels that moves by `stride`. */
export interface WindowReach {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Which rows and columns exactly. Default: `size` of them from `position · stride` on. */
  readonly reads?: readonly [AxisReads, AxisReads];
}

/** How far a layer looks: a window, or `all`, which sees everything. */
export type Reach = WindowReach | "all";

const countFrom = (first: number, count: number, step = 1) =>
  Array.from({ length: count }, (_, i) => first + i * step);

/** What a sliding window reads. */
function windowReads({ stride, before, taps, dilation }: WindowAxis): AxisReads {
  return (position) => countFrom(position * stride - before, taps, dilation);
}

/** The pixels of a result that a window of the other direction puts its input into. */
function transposedReads({ stride, before, taps, dilation }: WindowAxis): AxisReads {
  return (position) =>
    countFrom(0, taps)
      .map((tap) => (position + before - tap * dilation) / stride)
      .filter(Number.isInteger)
      .reverse();
}

type Two<T> = readonly [T, T];

const both = <T, R>([rows, columns]: Two<T>, change: (one: T) => R): Two<R> => [
  change(rows),
  change(columns),
];

/** The reach of convolution and pooling. */
export function windowReach(window: Window): WindowReach {
  return {
    size: both(window, ({ taps, dilation }) => (taps - 1) * dilation + 1),
    stride: both(window, ({ stride }) => stride),
    reads: both(window, windowReads),
  };
}

/** The reach of a transposed convolution; `window` slides over its result. */
export function transposedReach(window: Window): WindowReach {
  return {
    size: both(window, ({ taps, stride }) => Math.ceil(taps / stride)),
    stride: both(window, ({ stride }) => 1 / stride),
    reads: both(window, transposedReads),
  };
}

/** The reach of padding (`before` of more than 0) and cropping (less than 0). */
export function shiftedReach(before: Two<number>): WindowReach {
  return {
    size: [1, 1],
    stride: [1, 1],
    reads: both(before, (count) => (position: number) => [position - count]),
  };
}

/** The reach of windows that divide `input` pixels into `output` parts of nearly one size. */
export function dividedReach(input: Two<number>, output: Two<number>): WindowReach {
  const reads = (axis: 0 | 1) => (position: number) => {
    const first = Math.floor((position * input[axis]) / output[axis]);
    const end = Math.ceil(((position + 1) * input[axis]) / output[axis]);
    return countFrom(first, end - first);
  };
  return {
    size: [Math.ceil(input[0] / output[0]), Math.ceil(input[1] / output[1])],
    stride: [input[0] / output[0], input[1] / output[1]],
    reads: [reads(0), reads(1)],
  };
}

/**
 * The reach of interpolation from `input` to `output` pixels, whose kernel ends `radius` pixels from its middle:
 * one half for the nearest pixel. Beyond the border the border's pixel repeats.
 */
export function interpolatedReach(
  input: Two<number>,
  output: Two<number>,
  radius: Two<number>,
): WindowReach {
  const seen = both(radius, (pixels) => Math.max(1, Math.round(2 * pixels)));
  const reads = (axis: 0 | 1) => (position: number) => {
    const size = input[axis];
    const middle = ((position + 0.5) * size) / output[axis];
    const inside = (at: number) => Math.min(Math.max(at, 0), size - 1);
    if (radius[axis] <= 0.5) return [inside(Math.floor(middle))];
    const first = Math.floor(middle - 0.5 - radius[axis]) + 1;
    const last = Math.ceil(middle - 0.5 + radius[axis]) - 1;
    return [...new Set(countFrom(first, last - first + 1).map(inside))];
  };
  return {
    size: seen,
    stride: [input[0] / output[0], input[1] / output[1]],
    reads: [reads(0), reads(1)],
  };
}
