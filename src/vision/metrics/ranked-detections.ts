// Detections of one class in all pictures, from the surest down, and the curve of precision and recall that follows.

import { scoreOrder } from "../boxes/score-order.ts";
import { outcome } from "./found-objects.ts";

/** What became of the detections of one class at one IoU. */
export interface Judged {
  readonly scores: number[];
  /** One of `outcome` for each. */
  readonly outcomes: number[];
  /** How many objects there were to find. */
  truthCount: number;
}

/** Precision and recall after each detection that counts, the surest first. */
export interface PrecisionRecall {
  /** TP / (TP + FP) of the detections so far. */
  readonly precision: Float64Array;
  /** The share of all objects that was found so far. */
  readonly recall: Float64Array;
  /** The score of the last detection so far. */
  readonly scores: Float32Array;
}

/** The curve of what was judged. */
export function curveOf({ scores, outcomes, truthCount }: Judged): PrecisionRecall {
  const all = Float32Array.from(scores);
  const order = scoreOrder(all).filter((row) => outcomes[row] !== outcome.ignored);
  const precision = new Float64Array(order.length);
  const recall = new Float64Array(order.length);
  let right = 0;
  order.forEach((row, i) => {
    if (outcomes[row] === outcome.right) right++;
    precision[i] = right / (i + 1);
    recall[i] = right / truthCount;
  });
  return { precision, recall, scores: Float32Array.from(order, (row) => all[row]) };
}

/** The best precision at each recall or a higher one: the curve without its dents. */
export function envelopeOf(precision: Float64Array): Float64Array {
  const result = precision.slice();
  for (let i = result.length - 2; i >= 0; i--) result[i] = Math.max(result[i], result[i + 1]);
  return result;
}

/** The mean of the numbers that are not NaN; NaN where there are none. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
