// What layers that change colours share: the range that values have, and factors as Keras takes them.

import { requireOption } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { clip } from "../losses/formulas.ts";

/** The lowest and the highest value that a pixel may have. */
export type ValueRange = readonly [lowest: number, highest: number];

/** Options of a layer that has to know the range of values. */
export interface ValueRangeOptions {
  /**
   * The lowest and the highest value that pixels may have: `[0, 1]` where images are rescaled before.
   * Default: [0, 255].
   */
  readonly valueRange?: ValueRange;
}

/** A number, or the lowest and the highest one. */
export type Factor = number | readonly [lowest: number, highest: number];

/** The values of bytes. */
export const bytes: ValueRange = [0, 255];

/** @throws ConfigError unless `range` has a lowest value and a higher one. */
export function requireValueRange(range: ValueRange): void {
  const fits = isPair(range) && range[0] < range[1];
  requireOption("valueRange", range, fits, "the lowest and the highest value, such as [0, 255]");
}

/**
 * The numbers between which a factor is drawn. One number f stands for `[−f, f]`, as far as the bounds
 * allow. As in Keras, a pair may go beyond one of the bounds: `sigma: [0.1, 2]`.
 *
 * @throws ConfigError where it lies outside of the bounds.
 */
export function factorOf(
  name: string,
  factor: Factor,
  [least, most]: readonly [number, number],
): readonly [number, number] {
  const isOne = typeof factor === "number";
  const fits = isOne
    ? factor >= least && factor <= most
    : isPair(factor) && factor[0] <= most && factor[1] >= least;
  const expected = `a number from ${least} to ${most}, or the lowest and the highest in a list`;
  requireOption(name, factor, fits, expected);
  if (!isOne) return [Math.min(...factor), Math.max(...factor)];
  const size = Math.abs(factor);
  return [Math.max(-size, least), size];
}

/** Whether `value` is a list of two finite numbers. */
export function isPair(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

/** `x`, moved into the range. */
export function clipTo(build: Builder, x: Node, [lowest, highest]: ValueRange): Node {
  return clip(x, lowest, highest, build);
}

/** Values of one range as those of another. */
export function moveRange(build: Builder, x: Node, from: ValueRange, to: ValueRange): Node {
  if (from[0] === to[0] && from[1] === to[1]) return x;
  const share = build.divide(
    build.subtract(x, build.constant(from[0])),
    build.constant(from[1] - from[0]),
  );
  return build.add(build.multiply(share, build.constant(to[1] - to[0])), build.constant(to[0]));
}

/** What `change` makes of the values as bytes, from 0 to 255, in their own range again. */
export function asBytes(
  build: Builder,
  x: Node,
  range: ValueRange,
  change: (values: Node) => Node,
): Node {
  return moveRange(build, change(moveRange(build, x, range, bytes)), bytes, range);
}
