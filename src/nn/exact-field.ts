// Which pixels of the input one result of a network depends on, exactly: followed back from layer to layer, padding and
// branches included. Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks",
// Distill 2019.

import type { Shape } from "../core/shape.ts";
import type { Network } from "./network.ts";
import type { AxisReads, Reach } from "./reach.ts";
import type { Step } from "./steps.ts";

/** Rows and columns. */
type Two = readonly [number, number];

/** A span of rows or columns, both ends included. */
export type Span = readonly [first: number, last: number];

/** Which places of a value count. */
export interface PlaceMask {
  readonly height: number;
  readonly width: number;
  /** 1 where a place counts, row after row. */
  readonly data: Uint8Array;
}

/** The rows and columns of a value: a sequence has one column, a vector is one place. */
export function placesOf(shape: Shape): Two {
  if (shape.length === 3) return [shape[0], shape[1]];
  return shape.length === 2 ? [shape[0], 1] : [1, 1];
}

/** What a step reads along both axes; `all` where every place counts. */
function readsOf({ plan }: Step, input: Two): readonly [AxisReads, AxisReads] | "all" {
  const { reach, outputShape } = plan;
  if (reach === "all") return "all";
  if (reach !== undefined) return reach.reads ?? plainReads(reach);
  const output = placesOf(outputShape);
  // Values of one size are joined place by place, or the same everywhere; others are put in another order.
  const along = (axis: 0 | 1): AxisReads | undefined => {
    if (output[axis] === input[axis]) return (position) => [position];
    return input[axis] === 1 ? () => [0] : undefined;
  };
  const [rows, columns] = [along(0), along(1)];
  return rows === undefined || columns === undefined ? "all" : [rows, columns];
}

function plainReads({ size, stride }: Exclude<Reach, "all">): readonly [AxisReads, AxisReads] {
  const reads = (axis: 0 | 1) => (position: number) =>
    Array.from({ length: size[axis] }, (_, i) => Math.floor(position * stride[axis]) + i);
  return [reads(0), reads(1)];
}

/** The shapes of all values: the network's inputs, then the results of its steps. */
export function valueShapes({ inputs, steps }: Network): readonly Shape[] {
  return [...inputs.map(({ shape }) => shape), ...steps.map(({ plan }) => plan.outputShape)];
}

/**
 * The pixels of the first input on which the unit at `place` of a step's result depends.
 */
export function supportOf(network: Network, step: number, [row, column]: Two): PlaceMask {
  const shapes = valueShapes(network);
  const first = network.inputs.length;
  const masks = new Map<number, PlaceMask>();
  const maskOf = (value: number) => {
    const known = masks.get(value);
    if (known !== undefined) return known;
    const [height, width] = placesOf(shapes[value]);
    const mask = { height, width, data: new Uint8Array(height * width) };
    masks.set(value, mask);
    return mask;
  };
  const start = maskOf(first + step);
  start.data[row * start.width + column] = 1;
  for (let at = step; at >= 0; at--) {
    const mask = masks.get(first + at);
    if (mask === undefined) continue;
    for (const input of network.steps[at].inputs) {
      spread(mask, maskOf(input), readsOf(network.steps[at], placesOf(shapes[input])));
    }
  }
  return maskOf(0);
}

/** Adds to `into` what the marked places of `from` read: first by rows, then by columns. */
function spread(
  from: PlaceMask,
  into: PlaceMask,
  reads: readonly [AxisReads, AxisReads] | "all",
): void {
  if (reads === "all") {
    if (from.data.includes(1)) into.data.fill(1);
    return;
  }
  const byRow = new Uint8Array(into.height * from.width);
  for (let row = 0; row < from.height; row++) {
    const marked = from.data.subarray(row * from.width, (row + 1) * from.width);
    if (!marked.includes(1)) continue;
    for (const read of reads[0](row)) {
      if (read < 0 || read >= into.height) continue;
      marked.forEach((mark, column) => {
        byRow[read * from.width + column] |= mark;
      });
    }
  }
  for (let column = 0; column < from.width; column++) {
    const columns = reads[1](column).filter((read) => read >= 0 && read < into.width);
    for (let row = 0; row < into.height; row++) {
      if (byRow[row * from.width + column] === 0) continue;
      for (const read of columns) into.data[row * into.width + read] = 1;
    }
  }
}

/**
 * The rows and columns of the first input between which the unit at `place` looks, padding included: spans that may begin
 * below 0 and end past the image. Where a layer on the way sees everything, they end with the image.
 */
export function windowOf(network: Network, step: number, place: Two): readonly [Span, Span] {
  const shapes = valueShapes(network);
  const first = network.inputs.length;
  const spans = new Map<number, readonly [Span, Span]>();
  let seesAll = false;
  spans.set(first + step, [alone(place[0]), alone(place[1])]);
  for (let at = step; at >= 0; at--) {
    const known = spans.get(first + at);
    if (known === undefined) continue;
    for (const input of network.steps[at].inputs) {
      const size = placesOf(shapes[input]);
      const reads = readsOf(network.steps[at], size);
      seesAll ||= reads === "all";
      const along = (axis: 0 | 1) =>
        reads === "all" ? whole(size[axis]) : spanThrough(known[axis], reads[axis]);
      const other = spans.get(input) ?? [nothing, nothing];
      spans.set(input, [join(along(0), other[0]), join(along(1), other[1])]);
    }
  }
  const [rows, columns] = spans.get(0) ?? [nothing, nothing];
  if (!seesAll) return [rows, columns];
  const [height, width] = placesOf(shapes[0]);
  return [within(rows, height), within(columns, width)];
}

const alone = (position: number): Span => [position, position];
const whole = (size: number): Span => [0, size - 1];
const nothing: Span = [0, -1];

const within = ([from, to]: Span, size: number): Span => [
  Math.max(from, 0),
  Math.min(to, size - 1),
];

function spanThrough([first, last]: Span, reads: AxisReads): Span {
  // Some places of a transposed convolution read nothing.
  for (let from = first; from <= last; from++) {
    const starts = reads(from);
    if (starts.length === 0) continue;
    for (let to = last; to >= from; to--) {
      const ends = reads(to);
      if (ends.length > 0) return [starts[0], ends[ends.length - 1]];
    }
  }
  return nothing;
}

/** The span over both; an empty one adds nothing. */
function join(a: Span, b: Span): Span {
  if (a[1] < a[0]) return b;
  if (b[1] < b[0]) return a;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
