// What a loss is. It says a number for each place; how these become the one number that training lowers
// is said once, in reduce-loss.ts.

import { ShapeError } from "../../core/errors.ts";
import { requireWord } from "../../core/option.ts";
import { formatShape, normalizeAxis, sameShape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Facts, KerasFacts, KerasNames } from "../facts.ts";

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

/** Keras's names of those options. */
export const lossNames = { reduction: "reduction" } as const satisfies KerasNames<LossOptions>;

/** The facts of a loss, with what all losses have in common. */
export function lossFacts<O extends LossOptions>(own: Omit<Facts<O>, "group">): Facts<O> {
  const { keras, ...facts } = own;
  if (keras === undefined) return { group: "losses", ...facts };
  const shared: Omit<KerasFacts, "className"> = {
    // Keras 2's word for its default; Keras 3 has `null` for none at all.
    olderWords: { auto: "sumOverBatchSize", null: "none" },
    nullable: ["reduction"],
    // Keras 2 names the function of the class besides; sums are f32 whatever a file says.
    fixed: { fn: undefined, dtype: undefined },
  };
  return { group: "losses", ...facts, keras: { ...shared, ...keras } };
}

/** The numbers that training lowers, as part of the graph: any shape, one number a place. */
export type LossFunction = (targets: Node, predictions: Node, build: Builder) => Node;

/** A loss: a number for each place, such as an example or a pixel. */
export interface Loss {
  /** The name that files and `compile` use. */
  readonly name: string;
  /** All options, defaults filled in: plain data, enough to make the loss again. */
  readonly options: object;
  readonly reduction: Reduction;
  /** Whether targets are class numbers, one a place, or shaped as the result. */
  readonly targets: "classes" | "values";
  /** A class number, or a value, that may stand where there is no target. */
  readonly ignoreClass?: number;
  /**
   * The lowest and the highest target that the loss is defined for; absent where any number is one.
   */
  readonly range?: readonly [low: number, high: number];
  /**
   * The numbers, as `[N]` or `[N, H, W]`.
   *
   * @throws ShapeError where targets and predictions do not fit.
   */
  readonly values: LossFunction;
  /** Shaped as the values: 1 where a place counts, 0 where not. Absent where all of them count. */
  mask?(targets: Node, build: Builder): Node;
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
  requireWord("reduction", reduction, reductions);
  const check = loss.targets === "classes" ? requireClasses : requireSameShape;
  return {
    ...loss,
    options: { ...loss.options, reduction },
    reduction,
    values(targets, predictions, build) {
      check(targets, predictions, loss.name, axis);
      return loss.values(targets, predictions, build);
    },
  };
}

/** @throws ShapeError unless targets are shaped as the predictions. */
export function requireSameShape(targets: Node, predictions: Node, name: string): void {
  if (sameShape(targets.shape, predictions.shape)) return;
  throw new ShapeError({
    what: `${name} needs targets shaped as the predictions.`,
    expected: formatShape(predictions.shape),
    received: formatShape(targets.shape),
  });
}

/** The shape of `x` without one of its axes. */
export function shapeWithout({ shape }: Node, axis: number): number[] {
  const left = normalizeAxis(axis, shape.length);
  return shape.filter((_, a) => a !== left);
}

/** @throws ShapeError unless targets are whole numbers, one for each row of scores. */
export function requireClasses(targets: Node, predictions: Node, name: string, axis = -1): void {
  const { shape } = predictions;
  const places = shape.length >= 2 ? shapeWithout(predictions, axis) : [];
  const fits = shape.length >= 2 && sameShape(targets.shape, places);
  if (fits && targets.dtype !== "f32") return;
  throw new ShapeError({
    what: `${name} compares class numbers with rows of scores.`,
    expected:
      shape.length < 2
        ? "predictions [N, …, classes]"
        : `whole numbers ${formatShape(places)} for predictions ${formatShape(shape)}`,
    received: `${targets.dtype} ${formatShape(targets.shape)}, predictions ${formatShape(shape)}`,
    fix: "end the model with one score for each class",
  });
}
