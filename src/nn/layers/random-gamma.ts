// Gamma and beta numbers inside of a step, from uniform and normal ones: a fixed number of attempts takes
// the place of a loop without end.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { oneMinus } from "../losses/formulas.ts";
import type { RandomDraw } from "./random-draw.ts";

/** One attempt in twenty fails at most, so that one number in 10⁷ is not drawn but the middle. */
const attempts = 6;

/**
 * The logarithms of gamma numbers of this shape, for `alpha` above 0: `[N]`. Marsaglia and Tsang, "A simple
 * method for generating gamma variables", ACM TOMS 2000, for alpha + 1, and from there by a uniform number.
 */
export function logGamma(build: Builder, draw: RandomDraw, alpha: Node): Node {
  const [half, one] = [build.constant(0.5), build.constant(1)];
  const d = build.add(alpha, build.constant(2 / 3));
  const c = build.divide(one, build.squareRoot(build.multiply(d, build.constant(9))));
  const unit = () => build.maximum(oneMinus(draw.uniform(0, 1), build), build.constant(2 ** -25));
  let logarithm: Node = build.constant(0);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const x = draw.normal(1);
    const root = build.add(one, build.multiply(c, x));
    const positive = build.maximum(root, build.constant(1e-6));
    const logV = build.multiply(build.constant(3), build.logarithm(positive));
    const v = build.multiply(positive, build.multiply(positive, positive));
    const square = build.multiply(half, build.multiply(x, x));
    const bound = build.add(square, build.multiply(d, build.add(build.subtract(one, v), logV)));
    const isBelow = build.less(build.logarithm(unit()), bound);
    const isTaken = build.multiply(isBelow, build.less(build.constant(0), root));
    logarithm = build.select(isTaken, logV, logarithm);
  }
  const share = build.divide(build.logarithm(unit()), alpha);
  return build.add(build.add(build.logarithm(d), logarithm), share);
}

/** Beta numbers, both of whose parameters are `alpha`, from 0 to 1: `[N]`. */
export function beta(build: Builder, draw: RandomDraw, alpha: Node): Node {
  const first = logGamma(build, draw, alpha);
  return build.sigmoid(build.subtract(first, logGamma(build, draw, alpha)));
}

/** The numbers 0 to N - 1 in random order, as i32: each is how many of N random numbers are smaller. */
export function permutation(build: Builder, draw: RandomDraw): Node {
  const numbers = draw.uniform(0, 1);
  const [count] = numbers.shape;
  const [row, column] = [
    [1, count],
    [count, 1],
  ];
  const places = build.samplePositions(count, count);
  const [others, own] = [row, column].map((shape) => build.reshape(numbers, shape));
  const isEarlier = build.less(build.reshape(places, row), build.reshape(places, column));
  // Among equals the first comes first.
  const isBefore = build.add(
    build.less(others, own),
    build.multiply(build.equal(others, own), isEarlier),
  );
  return build.cast(build.sum(isBefore, { axes: [1] }), "i32");
}
