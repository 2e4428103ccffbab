// Shapes: lists of dimensions, row-major. Pure functions on numbers.

import { ShapeError } from "./errors.ts";
import { shown } from "./option.ts";

/** Dimensions, outermost first; `[]` is a scalar. Images are `[N, H, W, C]`. */
export type Shape = readonly number[];

/** How many elements a tensor of `shape` has; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** How many elements lie between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** `[128, 28, 28, 1]`, as errors and summaries print it. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((dimension) => dimension ?? "null").join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Throws unless it is a list whose every dimension is a whole number of at least `smallest`. */
export function checkShape(shape: Shape, name: string, smallest = 1): void {
  const isList = Array.isArray(shape) || ArrayBuffer.isView(shape);
  const fits = (dimension: number) => Number.isSafeInteger(dimension) && dimension >= smallest;
  if (isList && [...shape].every(fits)) return;
  throw new ShapeError({
    what: `${name} is not a shape.`,
    expected: `${isList ? "" : "a list of "}whole numbers of at least ${smallest}`,
    received: isList ? formatShape([...shape]) : shown(shape),
  });
}

/**
 * The shape that all of `shapes` stretch to: aligned at the last axis, a dimension of 1 repeats.
 * `[N, H, W, C]` with `[C]` gives `[N, H, W, C]`.
 *
 * @throws ShapeError where two dimensions differ and neither is 1.
 */
export function broadcastShapes(...shapes: Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const at = rank - shape.length + axis;
      const dimension = shape[axis];
      if (dimension === result[at] || dimension === 1) continue;
      if (result[at] !== 1) {
        throw new ShapeError({
          what: `The shapes ${shapes.map(formatShape).join(" and ")} do not fit together.`,
          expected: "dimensions that are equal, or 1, counted from the last axis",
          received: `${result[at]} against ${dimension}`,
        });
      }
      result[at] = dimension;
    }
  }
  return result;
}

/** Turns a negative axis into one counted from the front. @throws ShapeError out of range. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && normalized >= 0 && normalized < rank) return normalized;
  throw new ShapeError({
    what: "The axis does not exist.",
    expected: `a whole number from ${-rank} to ${rank - 1}`,
    received: String(axis),
  });
}
