// Matches by what the network predicts so far.

import { DataError, ShapeError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { float32Of, requireNumbers, type Tensor } from "../../core/tensor.ts";
import type { Objects } from "../annotated.ts";
import { boxList, iouAt, requirePerBox } from "./box-list.ts";
import { contains, type Matches, nothingMatched } from "./matches.ts";

/** What a network predicts so far, for `matchTaskAligned`. */
export interface PredictedPlaces {
  /** `[A, 4]`: the box that each place predicts. */
  readonly boxes: Tensor;
  /** `[A, C]`: how sure it is of each class, 0 to 1. */
  readonly scores: Tensor;
  /** `[A, 2]`: x and y of the place in pixels. */
  readonly points: Tensor;
}

/** How `matchTaskAligned` decides. */
export interface MatchTaskAlignedOptions {
  /** How many places learn an object at most. Default: 13. */
  readonly candidates?: number;
  /** How much the score counts. Default: 1. */
  readonly alpha?: number;
  /** How much the IoU counts. Default: 6. */
  readonly beta?: number;
}

const alignedNames: OptionNames<MatchTaskAlignedOptions> = {
  candidates: true,
  alpha: true,
  beta: true,
};

/** `Matches`, and how sure each place is to become. */
export interface AlignedMatches extends Matches {
  /** `[A]`: the score to be learnt for the object's class, from 0 to the best IoU with it; 0 for background. */
  readonly targets: Float32Array;
}

/**
 * Task-aligned matches: an object is learnt by those of the places inside it that predict it best, by
 * `score^alpha · IoU^beta`. A place that fits several objects learns the one that it overlaps most. Feng et al., "TOOD",
 * ICCV 2021.
 *
 * @throws ShapeError where shapes do not fit, DataError where a number of a box is not finite or a class is unknown,
 * ConfigError where an option cannot be used.
 * @example const { objects, targets } = vision.matchTaskAligned({ boxes, scores, points }, truth);
 */
export function matchTaskAligned(
  predicted: PredictedPlaces,
  truth: Objects,
  options: MatchTaskAlignedOptions = {},
): AlignedMatches {
  const call = "vision.matchTaskAligned";
  requireKnownOptions(call, options, alignedNames, "predicted, truth, { candidates: 13 }");
  const { candidates = 13, alpha = 1, beta = 6 } = options;
  requireWhole("candidates", candidates);
  requireNumber("alpha", alpha, { least: 0 });
  requireNumber("beta", beta, { least: 0 });
  const boxes = boxList(call, predicted?.boxes, "the predicted boxes");
  const there = boxList(call, truth?.boxes, "truth");
  requirePerBox(call, "classes", truth.classes, there.count);
  const scores = columns(call, "scores", predicted.scores, boxes.count);
  const points = columns(call, "points", predicted.points, boxes.count, 2);
  const classCount = predicted.scores.shape[1];
  const { objects, ious } = nothingMatched(boxes.count);
  const alignments = new Float64Array(boxes.count);
  for (let g = 0; g < there.count; g++) {
    const label = truth.classes[g];
    if (!(label >= 0 && label < classCount)) throw unknownClass(call, g, label, classCount);
    const inside: { a: number; iou: number; alignment: number }[] = [];
    for (let a = 0; a < boxes.count; a++) {
      if (!contains(there.data, g, points[2 * a], points[2 * a + 1])) continue;
      const iou = iouAt(boxes.data, a, there.data, g);
      const alignment = scores[a * classCount + label] ** alpha * iou ** beta;
      inside.push({ a, iou, alignment });
    }
    inside.sort((first, second) => second.alignment - first.alignment || first.a - second.a);
    for (const { a, iou, alignment } of inside.slice(0, candidates)) {
      if (objects[a] >= 0 && iou <= ious[a]) continue;
      objects[a] = g;
      ious[a] = iou;
      alignments[a] = alignment;
    }
  }
  const targets = alignedTargets(objects, ious, alignments, there.count);
  return { objects, ious, targets };
}

/** Each object's best place learns the best IoU, the others less. */
function alignedTargets(
  objects: Int32Array,
  ious: Float32Array,
  alignments: Float64Array,
  count: number,
): Float32Array {
  const [bestIous, bestAlignments] = [new Float64Array(count), new Float64Array(count)];
  objects.forEach((g, a) => {
    if (g < 0) return;
    bestIous[g] = Math.max(bestIous[g], ious[a]);
    bestAlignments[g] = Math.max(bestAlignments[g], alignments[a]);
  });
  return Float32Array.from(objects, (g, a) =>
    g < 0 || bestAlignments[g] === 0 ? 0 : (alignments[a] / bestAlignments[g]) * bestIous[g],
  );
}

function columns(
  call: string,
  name: string,
  values: Tensor,
  rows: number,
  width?: number,
): Float32Array {
  requireNumbers(values?.data, `${call}: the tensor ${name}`);
  const { shape } = values;
  if (shape.length === 2 && shape[0] === rows && (width ?? shape[1]) === shape[1]) {
    return float32Of(values.data);
  }
  throw new ShapeError({
    what: `${call}: The tensor ${name} does not fit the boxes.`,
    expected: `[${rows}, ${width ?? "C"}]`,
    received: formatShape(shape),
  });
}

function unknownClass(call: string, row: number, label: number, classCount: number): DataError {
  return new DataError({
    what: `${call}: The class of object ${row} is unknown.`,
    expected: `0 to ${classCount - 1}, as there are ${classCount} scores for each place`,
    received: String(label),
  });
}
