// Mean and variance in a graph, with as few ways through memory as keep the digits.

import { sizeOf } from "../../core/shape.ts";
import type { Builder } from "../builder.ts";
import type { Node } from "../op.ts";
import { keptShape } from "./reduction.ts";

/** Of the elements that are normalised together. */
export interface Moments {
  readonly mean: Node;
  readonly variance: Node;
}

/**
 * Mean and variance of `x` over `axes`, which stay with length 1. Large means cost no digits: squares are
 * those of distances. Over images, these are distances from the mean of the first image, so that one way
 * through memory gives the sums of both. That mean is one of as many as there are images, so its distance
 * from the mean of all is at most the deviation times the root of their number.
 */
export function momentsOf(build: Builder, x: Node, axes: readonly number[]): Moments {
  const kept = { axes, keepDimensions: true };
  const isOverImages = axes.length > 1 && axes.includes(0) && x.shape[0] > 1;
  if (!isOverImages) {
    const mean = build.mean(x, kept);
    const distance = build.subtract(x, mean);
    return { mean, variance: build.mean(build.multiply(distance, distance), kept) };
  }
  const [, ...rest] = x.shape;
  const start = x.shape.map(() => 0);
  const near = build.mean(build.slice(x, start, [1, ...rest]), kept);
  const distance = build.subtract(x, near);
  const count = build.constant(sizeOf(x.shape) / sizeOf(keptShape(x.shape, axes)));
  const beyond = build.divide(build.sum(distance, kept), count);
  const squares = build.divide(build.sum(build.multiply(distance, distance), kept), count);
  const variance = build.subtract(squares, build.multiply(beyond, beyond));
  return { mean: build.add(near, beyond), variance: build.maximum(variance, build.constant(0)) };
}
