// Formulas that several losses and metrics share.

import { sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** What Keras adds, or keeps numbers away from 0 by. */
export const epsilon = 1e-7;

/** The mean over the last axis: `[N, …, K]` → `[N, …]`. */
export function meanOfLast(x: Node, build: Builder): Node {
  return build.mean(x, { axes: [-1] });
}

/** The sum over the last axis: `[N, …, K]` → `[N, …]`. */
export function sumOfLast(x: Node, build: Builder): Node {
  return build.sum(x, { axes: [-1] });
}

/** x² */
export function square(x: Node, build: Builder): Node {
  return build.multiply(x, x);
}

/** 1 − x */
export function oneMinus(x: Node, build: Builder): Node {
  return build.subtract(build.constant(1), x);
}

/** x, at least `low`. */
export function atLeast(x: Node, low: number, build: Builder): Node {
  return build.maximum(x, build.constant(low));
}

/** x, moved into [low, high]; no slope outside. */
export function clip(x: Node, low: number, high: number, build: Builder): Node {
  return build.minimum(atLeast(x, low, build), build.constant(high));
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|): its second half. */
export function softplusTail(x: Node, build: Builder): Node {
  // Neither |x| here nor relu before it: where x is 0 their slopes do not add up to that of the
  // whole.
  const decay = build.exponential(build.minimum(build.negate(x), x));
  return build.logarithmOnePlus(decay);
}

/** ln(1 + eˣ), without overflow. */
export function softplus(x: Node, build: Builder): Node {
  return build.add(atLeast(x, 0, build), softplusTail(x, build));
}

/** xᵃ for x ≥ 0; where x is 0, its slope is. */
export function powerOf(x: Node, exponent: number, build: Builder): Node {
  return build.power(atLeast(x, 1e-30, build), build.constant(exponent));
}

/** max(1 − target · prediction, 0); targets that are all 0 or 1 count as −1 or 1. */
export function marginOf(targets: Node, predictions: Node, build: Builder): Node {
  const zeroOrOne = build.maximum(
    build.equal(targets, build.constant(0)),
    build.equal(targets, build.constant(1)),
  );
  const signs = build.subtract(build.multiply(targets, build.constant(2)), build.constant(1));
  const sides = build.select(build.reduceMinimum(zeroOrOne), signs, targets);
  return atLeast(oneMinus(build.multiply(sides, predictions), build), 0, build);
}

/** The cosine of the angle between targets and predictions along `axis`. */
export function cosine(targets: Node, predictions: Node, axis: number, build: Builder): Node {
  const unit = (x: Node) => {
    const squares = build.sum(square(x, build), { axes: [axis], keepDimensions: true });
    // The floor stands below the root: a root of 0 has no slope.
    return build.divide(x, build.squareRoot(atLeast(squares, epsilon ** 2, build)));
  };
  return build.sum(build.multiply(unit(targets), unit(predictions)), { axes: [axis] });
}

/** `[…, C]` → `[M, C]`. */
export function rowsOf(x: Node, build: Builder): Node {
  const last = x.shape[x.shape.length - 1];
  return build.reshape(x, [sizeOf(x.shape) / last, last]);
}

/** `x` with `axis` moved behind the others. */
export function moveLast(x: Node, axis: number, build: Builder): Node {
  const rank = x.shape.length;
  const from = axis < 0 ? axis + rank : axis;
  if (from === rank - 1) return x;
  const others = x.shape.flatMap((_, a) => (a === from ? [] : [a]));
  return build.transpose(x, [...others, from]);
}

/**
 * Class numbers `[…]` as rows `[…, classes]` of 0 and one 1; a number that is no class gives zeros.
 */
export function hotRows(labels: Node, classes: number, build: Builder): Node {
  const rows = build.oneHot(build.reshape(labels, [sizeOf(labels.shape)]), classes);
  return build.reshape(rows, [...labels.shape, classes]);
}
