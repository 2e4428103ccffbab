// What a loss is. It says a number for each place; how these become the one number that training lowers
// is said once, in reduce-loss.ts.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, normalizeAxis, sameShape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { checkWord } from "../option.ts";

/**
 * How the numbers of a batch become one, as in Keras: their sum over how many there are
 * (`sumOverBatchSize` and `mean`), over the sum of the weights (`meanWithSampleWeight`), or their
 * sum. With `none` training lowers the sum, and logs show the mean.
 */
export type Reduction = (typeof reductions)[number];

export const reductions = [
  "sumOverBatchSize",
  "mean",
  "meanWithSampleWeight",
  "sum",
  "none",
] as const;

/** Options that every loss takes. */
export interface LossOptions {
  /** How the numbers of a batch become one. Default: `sumOverBatchSize`. */
  readonly reduction?: Reduction;
}

/** The numbers that training lowers, as part of the graph: any shape, one number a place. */
export type LossFunction = (answers: Node, results: Node, build: Builder) => Node;

/** A loss: a number for each place, such as an example or a pixel. */
export interface Loss {
  /** The name that files and `compile` use. */
  readonly name: string;
  /** All options, defaults filled in: plain data, enough to make the loss again. */
  readonly options: object;
  readonly reduction: Reduction;
  /** Whether answers are class numbers, one a place, or shaped as the result. */
  readonly answers: "classes" | "values";
  /** A class number that may stand where there is no answer. */
  readonly ignoreClass?: number;
  /** The lowest and the highest answer that the loss is defined for; absent where any number is one. */
  readonly range?: readonly [low: number, high: number];
  /**
   * The numbers, as `[N]` or `[N, H, W]`.
   *
   * @throws ShapeError where answers and results do not fit.
   */
  readonly values: LossFunction;
  /** Shaped as the values: 1 where a place counts, 0 where not. Absent where all of them count. */
  mask?(answers: Node, build: Builder): Node;
}

/** What a loss's file says; the rest follows. */
interface LossRecord extends Omit<Loss, "options" | "reduction"> {
  readonly options: {
    readonly reduction: Reduction | undefined;
    readonly [name: string]: unknown;
  };
  /** The axis of the classes, for losses that take class numbers. Default: the last. */
  readonly axis?: number;
}

/** A loss from its record: checks the reduction now, and shapes when it is used. */
export function defineLoss(record: LossRecord): Loss {
  const { axis = -1, ...loss } = record;
  const { reduction = "sumOverBatchSize" } = loss.options;
  checkWord("reduction", reduction, reductions);
  const check = loss.answers === "classes" ? requireClasses : requireSameShape;
  return {
    ...loss,
    options: { ...loss.options, reduction },
    reduction,
    values(answers, results, build) {
      check(answers, results, loss.name, axis);
      return loss.values(answers, results, build);
    },
  };
}

/** @throws ShapeError unless answers are shaped as the results. */
export function requireSameShape(answers: Node, results: Node, name: string): void {
  if (sameShape(answers.shape, results.shape)) return;
  throw new ShapeError({
    what: `${name} needs answers shaped as the results.`,
    expected: formatShape(results.shape),
    received: formatShape(answers.shape),
  });
}

/** The shape of `x` without one of its axes. */
export function shapeWithout({ shape }: Node, axis: number): number[] {
  const left = normalizeAxis(axis, shape.length);
  return shape.filter((_, a) => a !== left);
}

/** @throws ShapeError unless answers are whole numbers, one for each row of scores. */
export function requireClasses(answers: Node, results: Node, name: string, axis = -1): void {
  const { shape } = results;
  const places = shape.length >= 2 ? shapeWithout(results, axis) : [];
  const fits = shape.length >= 2 && sameShape(answers.shape, places);
  if (fits && answers.dtype !== "f32") return;
  throw new ShapeError({
    what: `${name} compares class numbers with rows of scores.`,
    expected:
      shape.length < 2
        ? "results [N, …, classes]"
        : `whole numbers ${formatShape(places)} for results ${formatShape(shape)}`,
    received: `${answers.dtype} ${formatShape(answers.shape)}, results ${formatShape(shape)}`,
    fix: "end the model with one score for each class",
  });
}
