// Whether an optimizer can take a step with a gradient.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { UpdateRule } from "./optimizer.ts";
import type { OptimizerOptions } from "./optimizer-options.ts";

/**
 * A scalar: 0 where all that is worked out from `gradient` is finite, else not a number. The
 * gradient itself has to be; where a norm clips it, so does the sum of its squares (beyond f32 it
 * would make the whole gradient 0); and where the rule squares it, so do the squares of what
 * clipping by value leaves of it.
 */
export function gradientFlaw(
  gradient: Node,
  build: Builder,
  { squaresGradients }: Pick<UpdateRule, "squaresGradients">,
  { clipNorm, globalClipNorm, clipValue }: OptimizerOptions,
): Node {
  const zero = build.constant(0);
  const flaw = (value: Node) => build.multiply(value, zero);
  const square = (value: Node) => build.multiply(value, value);
  if (clipNorm !== undefined || globalClipNorm !== undefined) {
    return flaw(build.sum(square(gradient)));
  }
  if (!squaresGradients) return build.sum(flaw(gradient));
  if (clipValue === undefined) return build.sum(flaw(square(gradient)));
  const clipped = clippedByValue(gradient, clipValue, build);
  return build.sum(build.add(flaw(gradient), flaw(square(clipped))));
}

/** The gradient with every element between -`limit` and `limit`. */
export function clippedByValue(gradient: Node, limit: number, build: Builder): Node {
  return build.minimum(build.maximum(gradient, build.constant(-limit)), build.constant(limit));
}
