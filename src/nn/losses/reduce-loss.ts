// How the numbers of a batch become the one that training lowers. As in Keras: weights and masks
// multiply, and the sum is divided by how many numbers there are.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Loss } from "./loss.ts";

/** A batch as losses and metrics see it. */
export interface ScoredBatch {
  readonly build: Builder;
  readonly targets: Node;
  /** `[N, …]` */
  readonly predictions: Node;
  /** A weight for each example `[N]`, or for each place `[N, …]`; absent where all count alike. */
  readonly weights?: Node;
}

/** What comes of a batch: both are scalars, and the same one unless the reduction is `none`. */
export interface ReducedLoss {
  /** What training lowers. */
  readonly trained: Node;
  /** What logs show. */
  readonly shown: Node;
}

/**
 * `weights`, one for each example or place, in a shape that stretches over `values`.
 *
 * @throws ShapeError where they belong to other places.
 */
export function alignWeights(weights: Node, values: Node, build: Builder): Node {
  const { shape } = weights;
  const rank = values.shape.length;
  if (rank > 0 && !shape.every((size, axis) => size === values.shape[axis])) {
    throw new ShapeError({
      what: "The weights of the examples do not fit what they weigh.",
      expected: `[${values.shape[0]}], or ${formatShape(values.shape)}`,
      received: formatShape(shape),
    });
  }
  if (shape.length >= rank) return weights;
  return build.reshape(weights, [...shape, ...new Array<number>(rank - shape.length).fill(1)]);
}

/** The loss of a batch. @throws ShapeError where targets, predictions and weights do not fit. */
export function reduceLoss(loss: Loss, batch: ScoredBatch): ReducedLoss {
  const { build, targets, predictions, weights } = batch;
  const { reduction } = loss;
  const values = loss.values(targets, predictions, build);
  const isMean = reduction === "sumOverBatchSize" || reduction === "mean";
  const factors: Node[] = [];
  const mask = loss.mask?.(targets, build);
  if (mask !== undefined) factors.push(isMean ? spread(mask, build) : mask);
  if (weights !== undefined) factors.push(alignWeights(weights, values, build));
  const weighed = factors.reduce((product, factor) => build.multiply(product, factor), values);
  const total = build.sum(weighed);
  if (reduction === "sum") return { trained: total, shown: total };
  const mean = build.divide(total, build.constant(sizeOf(weighed.shape)));
  if (reduction === "none") return { trained: total, shown: mean };
  if (isMean || factors.length === 0) return { trained: mean, shown: mean };
  const weight = factors.reduce((product, factor) => build.multiply(product, factor));
  const sum = build.sum(build.broadcastTo(weight, weighed.shape));
  const share = divideOrZero(total, sum, build);
  return { trained: share, shown: share };
}

/** A mask whose ones grow so that the mean over all places is that of those which count. */
function spread(mask: Node, build: Builder): Node {
  const all = build.constant(sizeOf(mask.shape));
  const counting = build.maximum(build.sum(mask), build.constant(1));
  return build.multiply(mask, build.divide(all, counting));
}

/** a / b; 0 where b is. */
export function divideOrZero(a: Node, b: Node, build: Builder): Node {
  const none = build.equal(b, build.constant(0));
  const share = build.divide(a, build.select(none, build.constant(1), b));
  return build.select(none, build.constant(0), share);
}
