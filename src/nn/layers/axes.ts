// Which axis an option means: Keras counts N as axis 0, shapes of layers leave N out.

import { ShapeError } from "../../core/errors.ts";
import { requireOption } from "../../core/option.ts";
import { formatShape, type Shape } from "../../core/shape.ts";

/**
 * `axis` in a batch `[N, …]` of examples of shape `input`, counted from the front, N being 0.
 *
 * @throws ShapeError where there is no such axis, or it is N.
 */
export function axisOf(axis: number, input: Shape, layer: string): number {
  const counted = axis < 0 ? axis + input.length + 1 : axis;
  if (Number.isInteger(axis) && counted >= 1 && counted <= input.length) return counted;
  throw new ShapeError({
    what: `${layer} has no such axis to work on.`,
    expected: `an axis from 1 to ${input.length}, or from ${-input.length} to -1`,
    received: `axis ${axis} of ${formatShape([null, ...input])}`,
  });
}

/** Several of them, in order, each once. @throws ShapeError */
export function axesOf(
  axes: number | readonly number[],
  input: Shape,
  layer: string,
): readonly number[] {
  const list = typeof axes === "number" ? [axes] : axes;
  requireOption("axis", axes, Array.isArray(list), "the number of an axis, or a list of them");
  const counted = new Set(list.map((axis) => axisOf(axis, input, layer)));
  if (counted.size === list.length && list.length > 0) return [...counted].sort((a, b) => a - b);
  throw new ShapeError({
    what: `${layer} takes each axis once, and at least one.`,
    expected: "different axes",
    received: formatShape(list),
  });
}

/** `[N, …]`-shaped `shape` with 1 for every axis that is not among `axes`. */
export function alongOnly(axes: readonly number[], shape: Shape): number[] {
  return shape.map((dimension, axis) => (axes.includes(axis) ? dimension : 1));
}
