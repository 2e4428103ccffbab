// What a loss is. Floor 4.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** A loss: a number for each example, of which training takes the mean. */
export interface Loss {
  /** The name that files and `compile` use. */
  readonly name: string;
  readonly options: object;
  /** Whether answers are class numbers `[N]`, or shaped as the result. */
  readonly answers: "classes" | "values";
  /** `[N]`, from answers and results. @throws ShapeError where they do not fit each other. */
  perExample(answers: Node, results: Node, build: Builder): Node;
}

/** Probabilities are kept this far from 0 and 1 before their logarithm, as in Keras. */
export const smallest = 1e-7;

export interface CrossEntropyOptions {
  /** Whether the model gives logits rather than probabilities; false unless told. */
  readonly fromLogits?: boolean;
}

/** The mean of `[N, …]` over all but the first axis. */
export function meanPerExample(values: Node, build: Builder): Node {
  const axes = values.shape.flatMap((_, axis) => (axis === 0 ? [] : [axis]));
  return axes.length === 0 ? values : build.mean(values, { axes });
}

/** The logits behind a result, where there are any: itself, or what its softmax was taken of. */
export function logitsOf(results: Node, fromLogits: boolean): Node | undefined {
  if (fromLogits) return results;
  return results.op.name === "softmax" ? results.inputs[0] : undefined;
}

/** −Σ answer · ln(result / Σ result), each share kept inside (0, 1): `[N, C]`, `[N, C]` → `[N]`. */
export function crossEntropyOfShares(answers: Node, results: Node, build: Builder): Node {
  const total = build.sum(results, { axes: [1], keepDimensions: true });
  const share = build.divide(results, total);
  const low = build.constant(smallest);
  const high = build.constant(1 - smallest);
  const inside = build.minimum(build.maximum(share, low), high);
  const products = build.multiply(answers, build.logarithm(inside));
  return build.negate(build.sum(products, { axes: [1] }));
}

/** @throws ShapeError unless results are `[N, C]`. */
export function requireScores(results: Node, loss: string): void {
  if (results.shape.length === 2) return;
  throw new ShapeError({
    what: `${loss} compares rows of scores.`,
    expected: "a model that gives [N, classes]",
    received: formatShape(results.shape),
    fix: "end the model with dense({ units: classes })",
  });
}

/** @throws ShapeError unless answers are shaped as the results. */
export function requireSameShape(answers: Shape, results: Shape, loss: string): void {
  if (formatShape(answers) === formatShape(results)) return;
  throw new ShapeError({
    what: `${loss} needs answers shaped as the results.`,
    expected: formatShape(results),
    received: formatShape(answers),
  });
}
