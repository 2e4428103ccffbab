// How often values occur, as parts of a graph: what equalization and CLAHE share.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** Sums along the last axis, each number with all before it: `[…, V]`, shape unchanged. */
export function cumulativeSum(build: Builder, x: Node): Node {
  const size = x.shape[x.shape.length - 1];
  const places = build.samplePositions(size, size);
  const isBefore = build.lessEqual(build.reshape(places, [size, 1]), places);
  const rows = x.shape.reduce((product, dimension) => product * dimension, 1) / size;
  return build.reshape(build.matmul(build.reshape(x, [rows, size]), isBefore), x.shape);
}

/** To the nearest whole number, ties to the even one. */
export function roundToEven(build: Builder, x: Node): Node {
  const half = build.constant(0.5);
  const up = build.floor(build.add(x, half));
  const isTie = build.equal(build.subtract(up, x), half);
  const pairs = build.floor(build.multiply(up, half));
  const isOdd = build.subtract(up, build.multiply(build.constant(2), pairs));
  return build.subtract(up, build.multiply(isTie, isOdd));
}

/** A divisor that nothing is divided by where it is 0: 1 in its place. */
export function orOne(build: Builder, divisor: Node): Node {
  const zero = build.equal(divisor, build.constant(0));
  return build.select(zero, build.constant(1), divisor);
}
