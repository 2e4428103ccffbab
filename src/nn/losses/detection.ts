// The loss of a detector: classes by focal or plain cross-entropy, boxes by 1 − CIoU, both over the number of
// positive points of the batch.

import { ShapeError } from "../../core/errors.ts";
import { requireBetween, requireFlag, requireNumber } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { optionsOf } from "../facts.ts";
import { columnOf, compareBoxes } from "./box-comparison.ts";
import { binaryCrossEntropy } from "./cross-entropy.ts";
import { atLeast, oneMinus, powerOf, square } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts } from "./loss.ts";

export interface DetectionLossOptions extends LossOptions {
  /**
   * Whether the target of a class is the IoU of the predicted box rather than 1, so that scores also say how good a
   * box is. Source: Li et al., "Generalized Focal Loss", NeurIPS 2020. Default: true.
   */
  readonly quality?: boolean;
  /** The focusing parameter: the larger, the less easy points count; 0 is plain cross-entropy. Default: 2. */
  readonly gamma?: number;
  /** The weight of a class that is there, where one that is not has 1 − `alpha`. Default: null, both count 1. */
  readonly alpha?: number | null;
  /** The weight of the loss of boxes; that of classes has 1. Default: 2. */
  readonly boxWeight?: number;
}

/**
 * The loss of a detector that ends in `layers.boxDecoding`: targets and predictions `[N, P, 4 + K]` → `[N, P]`, whose
 * mean is the sum over all points of the batch by the number of positive ones. Each row is a box (left, top, right,
 * bottom, in pixels) and K numbers from 0 to 1, one for each class.
 *
 * Classes: |q − p|^gamma · cross-entropy of the score p and its target q, which is y · IoU, or y without `quality`. A
 * target y below 0 does not count. Boxes, at positive points: `boxWeight` · (1 − CIoU). A point is positive where its
 * target box has a width. Keras has no such loss.
 *
 * @throws ConfigError if an option cannot be used, ShapeError if there are no boxes and classes.
 * @example model.compile({ optimizer: "adamW", loss: losses.detection() })
 * @example losses.detection({ quality: false, alpha: 0.25 }) // focal loss, as in RetinaNet and FCOS
 */
export function detection(options: DetectionLossOptions = {}): Loss {
  const given = optionsOf(detection.facts, options);
  const { quality = true, gamma = 2, alpha = null, boxWeight = 2, reduction } = given;
  requireFlag("quality", quality);
  requireNumber("gamma", gamma, { least: 0 });
  if (alpha !== null) requireBetween("alpha", alpha, 0, 1);
  requireNumber("boxWeight", boxWeight, { least: 0 });
  return defineLoss({
    name: "detection",
    options: { quality, gamma, alpha, boxWeight, reduction },
    targets: "values",
    values(targets, predictions, build) {
      requireRows(predictions);
      const truth = partsOf(targets, build);
      const found = partsOf(predictions, build);
      const edge = (at: number) => columnOf(truth.boxes, at, build);
      const isPositive = build.less(edge(0), edge(2));
      const compared = compareBoxes(truth.boxes, found.boxes, build);
      const there = atLeast(truth.scores, 0, build);
      const wanted = quality ? build.multiply(there, build.stopGradient(compared.iou)) : there;
      const entropy = binaryCrossEntropy(wanted, found.scores, false, build);
      const factors = [
        ...focusing(wanted, found.scores, gamma, build),
        ...balance(there, alpha, build),
        build.lessEqual(build.constant(0), truth.scores),
      ];
      const counted = factors.reduce((product, factor) => build.multiply(product, factor), entropy);
      const classes = build.sum(counted, { axes: [2] });
      const boxes = build.sum(build.multiply(compared.loss, isPositive), { axes: [2] });
      const total = build.add(classes, build.multiply(boxes, build.constant(boxWeight)));
      const positives = atLeast(build.sum(isPositive), 1, build);
      const [count, points] = predictions.shape;
      return build.multiply(total, build.divide(build.constant(count * points), positives));
    },
  });
}
detection.facts = lossFacts<DetectionLossOptions>({
  name: "detection",
  options: { reduction: null, quality: null, gamma: null, alpha: null, boxWeight: null },
});

/** |q − p|^gamma, or nothing where gamma is 0. */
function focusing(wanted: Node, scores: Node, gamma: number, build: Builder): Node[] {
  if (gamma === 0) return [];
  const miss = build.subtract(wanted, scores);
  return [gamma === 2 ? square(miss, build) : powerOf(build.absolute(miss), gamma, build)];
}

/** The weights of a class that is there and of one that is not. */
function balance(there: Node, alpha: number | null, build: Builder): Node[] {
  if (alpha === null) return [];
  const missing = build.multiply(oneMinus(there, build), build.constant(1 - alpha));
  return [build.add(build.multiply(there, build.constant(alpha)), missing)];
}

/**
 * The boxes `[N, P, 4]` and the scores `[N, P, K]` of rows. Where these were joined just before, they are taken as
 * they are: the cross-entropy then finds the logits behind the scores.
 */
function partsOf(rows: Node, build: Builder): { readonly boxes: Node; readonly scores: Node } {
  const [count, points, channels] = rows.shape;
  if (rows.op.name === "concatenate" && rows.inputs.length === 2) {
    const [boxes, scores] = rows.inputs;
    const areParts = [boxes, scores].every(({ shape }) => shape[1] === points);
    if (areParts && boxes.shape[2] === 4) return { boxes, scores };
  }
  return {
    boxes: build.slice(rows, [0, 0, 0], [count, points, 4]),
    scores: build.slice(rows, [0, 0, 4], [count, points, channels - 4]),
  };
}

/** @throws ShapeError unless rows have four edges, and at least one class. */
function requireRows({ shape }: Node): void {
  if (shape.length === 3 && shape[2] > 4) return;
  throw new ShapeError({
    what: "The loss of a detector compares boxes and the scores of classes.",
    expected: "[N, P, 4 + K], with K of at least 1",
    received: formatShape(shape),
    fix: "end the model with layers.boxDecoding, as vision.detector does",
  });
}
