// Which scores are among the largest.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { hotRows, sumOfLast } from "../losses/formulas.ts";

/**
 * 1 where fewer than k scores are larger than that of the label, and all are finite: `[N, …]`,
 * `[N, …, C]` → `[N, …]`.
 */
export function isInTopK(labels: Node, predictions: Node, k: number, build: Builder): Node {
  const hot = hotRows(labels, predictions.shape[predictions.shape.length - 1], build);
  const score = build.sum(build.multiply(hot, predictions), { axes: [-1], keepDimensions: true });
  const larger = sumOfLast(build.less(score, predictions), build);
  // 0 · ∞ is NaN, so the score is finite only where all are. Nothing is larger than NaN.
  const finite = build.reshape(build.equal(score, score), larger.shape);
  return build.multiply(build.less(larger, build.constant(k)), finite);
}

/** Far below every score. */
export const dropped = -1e10;

/** The k largest of each row, of equal ones the first, and `dropped` for the others. */
export function keepTopK(x: Node, k: number, build: Builder): Node {
  const classes = x.shape[x.shape.length - 1];
  let left = x;
  let kept = build.constant(0, x.shape);
  for (let i = 0; i < Math.min(k, classes); i++) {
    const best = hotRows(build.argMaximum(left), classes, build);
    kept = build.add(kept, best);
    left = build.select(best, build.constant(2 * dropped), left);
  }
  return build.select(kept, x, build.constant(dropped));
}
