// Lengths of the parts of a weight.

import { ShapeError } from "../../core/errors.ts";
import { isWhole, requireNumber, requireOption } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** One axis, or several. */
export type Axes = number | readonly number[];

/** Added to a length before it divides, as in Keras. */
export const smallestLength = 1e-7;

/**
 * Lengths along `axis`, which stays with length 1. @throws ShapeError where there is no such axis.
 */
export function normsOf(weight: Node, axis: Axes, build: Builder): Node {
  const axes = typeof axis === "number" ? [axis] : axis;
  const rank = weight.shape.length;
  const outside = axes.find((one) => one < -rank || one >= rank);
  if (outside !== undefined) {
    throw new ShapeError({
      what: "A constraint measures along an axis that the weight has not.",
      expected: `axes from ${-rank} to ${rank - 1} for ${formatShape(weight.shape)}`,
      received: String(outside),
    });
  }
  const squares = build.multiply(weight, weight);
  return build.squareRoot(build.sum(squares, { axes, keepDimensions: true }));
}

/** The weight with other lengths than its own. */
export function withNorms(weight: Node, norms: Node, wanted: Node, build: Builder): Node {
  const divisor = build.add(norms, build.constant(smallestLength));
  return build.multiply(weight, build.divide(wanted, divisor));
}

/** @throws ConfigError unless `axis` is a whole number, or several of them. */
export function requireAxes(axis: unknown): void {
  const axes: unknown = typeof axis === "number" ? [axis] : axis;
  const fits = Array.isArray(axes) && axes.length > 0 && axes.every((one) => isWhole(one));
  requireOption("axis of a constraint", axis, fits, "a whole number, or a list of them");
}

/** @throws ConfigError unless each is a finite number of at least 0. */
export function requireLengths(lengths: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(lengths)) {
    requireNumber(`${name} of a constraint`, value, { least: 0 });
  }
}
