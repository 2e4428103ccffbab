// What normalisations make of mean and variance.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Moments } from "../../graph/ops/statistics.ts";

/** What a normalisation learned; either may be absent. */
export interface Learned {
  readonly gamma?: Node;
  readonly beta?: Node;
}

/** `gamma / √(variance + epsilon)`. */
function factorOf(build: Builder, variance: Node, epsilon: number, gamma: Node | undefined): Node {
  const deviation = build.squareRoot(build.add(variance, build.constant(epsilon)));
  const inverse = build.divide(build.constant(1), deviation);
  return gamma === undefined ? inverse : build.multiply(gamma, inverse);
}

/** `gamma · (x − mean) / √(variance + epsilon) + beta`, for moments of `x` itself. */
export function standardize(
  build: Builder,
  x: Node,
  { mean, variance }: Moments,
  epsilon: number,
  { gamma, beta }: Learned,
): Node {
  const factor = factorOf(build, variance, epsilon, gamma);
  const normal = build.multiply(build.subtract(x, mean), factor);
  return beta === undefined ? normal : build.add(normal, beta);
}

/**
 * The same for moments that were known before `x`: `x · factor + offset`, both made of the moments and
 * of what was learned, so that an element costs one multiplication and one addition. As Keras does; like
 * there, a mean that is 1,000 deviations large costs three digits of the seven.
 */
export function rescale(
  build: Builder,
  x: Node,
  { mean, variance }: Moments,
  epsilon: number,
  { gamma, beta }: Learned,
): Node {
  const factor = factorOf(build, variance, epsilon, gamma);
  const moved = build.negate(build.multiply(mean, factor));
  const offset = beta === undefined ? moved : build.add(moved, beta);
  return build.add(build.multiply(x, factor), offset);
}
