// Non-maximum suppression: of boxes that overlap, those with the highest scores stay. Boxes come left, top, right,
// bottom; with `classes`, boxes of different classes do not touch each other.

import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireNumber,
  requireWord,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { BoxCells } from "./box-cells.ts";
import { iouAt } from "./box-list.ts";
import {
  type CandidateChoice,
  candidateNames,
  candidatesOf,
  type KeptBoxes,
} from "./candidates.ts";
import { ScoreQueue } from "./score-queue.ts";

/** How boxes are suppressed by `nonMaximumSuppression`. */
export interface SuppressionOptions extends CandidateChoice {
  /** A box goes where its IoU with one that is kept is above this, 0 to 1. Default: 0.5. */
  readonly iouThreshold?: number;
  /** Boxes with a lower score are left out. Default: none. */
  readonly scoreThreshold?: number;
}

/** How scores fall by `softNonMaximumSuppression`. */
export interface SoftSuppressionOptions extends CandidateChoice {
  /** `gaussian` multiplies a score by `exp(-IoU² / sigma)`, `linear` by `1 - IoU`. Default: `gaussian`. */
  readonly method?: "gaussian" | "linear";
  /** How slowly `gaussian` falls. Default: 0.5. */
  readonly sigma?: number;
  /** `linear` leaves scores alone up to this IoU, 0 to 1. Default: 0.3. */
  readonly iouThreshold?: number;
  /** Boxes whose score is, or falls, below this are left out. Default: 0.001. */
  readonly scoreThreshold?: number;
}

/** How scores fall by `matrixNonMaximumSuppression`. */
export interface MatrixSuppressionOptions extends CandidateChoice {
  /** `gaussian` compares `exp(-sigma · IoU²)`, `linear` `1 - IoU`. Default: `gaussian`. */
  readonly method?: "gaussian" | "linear";
  /** How fast `gaussian` falls. Default: 2. */
  readonly sigma?: number;
  /** Boxes whose score falls below this are left out. Default: 0.05. */
  readonly scoreThreshold?: number;
}

const plainNames: OptionNames<SuppressionOptions> = {
  ...candidateNames,
  iouThreshold: true,
  scoreThreshold: true,
};
const softNames: OptionNames<SoftSuppressionOptions> = {
  ...candidateNames,
  method: true,
  sigma: true,
  iouThreshold: true,
  scoreThreshold: true,
};
const matrixNames: OptionNames<MatrixSuppressionOptions> = {
  ...candidateNames,
  method: true,
  sigma: true,
  scoreThreshold: true,
};

/**
 * Non-maximum suppression: goes through the boxes from the highest score down and keeps those whose IoU with every box
 * kept so far is at most `iouThreshold`. Of equal scores the earlier row comes first. Boxes without area neither
 * suppress nor are suppressed.
 *
 * @param boxes `[B, 4]`: left, top, right, bottom.
 * @param scores `[B]`
 * @returns The rows that are kept, the highest score first. A hundred thousand boxes take
 * about 100 ms, and longer where their sizes are mixed.
 * @throws ShapeError where it is no `[B, 4]`, DataError where a number is not finite or there is not one score for each
 * box, ConfigError where an option cannot be used.
 * @example
 * const kept = vision.nonMaximumSuppression(boxes, scores, { classes, scoreThreshold: 0.05, maxDetections: 100 });
 */
export function nonMaximumSuppression(
  boxes: Tensor,
  scores: Float32Array,
  options: SuppressionOptions = {},
): Int32Array {
  const call = "vision.nonMaximumSuppression";
  requireKnownOptions(call, options, plainNames, "boxes, scores, { iouThreshold: 0.5 }");
  const { iouThreshold = 0.5, scoreThreshold = Number.NEGATIVE_INFINITY } = options;
  requireBetween("iouThreshold", iouThreshold, 0, 1);
  if (options.scoreThreshold !== undefined) requireNumber("scoreThreshold", scoreThreshold);
  const candidates = candidatesOf(call, boxes, scores, options, scoreThreshold);
  for (const { data, rows } of candidates.groups) {
    const cells = new BoxCells(data, iouThreshold);
    const most = candidates.groups.length === 1 ? candidates.most : rows.length;
    let kept = 0;
    for (let i = 0; i < rows.length && kept < most; i++) {
      if (cells.isOverlapped(i)) continue;
      cells.add(i);
      kept++;
      candidates.kept[rows[i]] = 1;
    }
  }
  return candidates.keptRows().slice(0, candidates.most);
}

/**
 * Soft non-maximum suppression: no box is removed, but its score falls by how much it overlaps boxes with higher
 * scores. Bodla et al., "Soft-NMS", ICCV 2017.
 *
 * @param boxes `[B, 4]`: left, top, right, bottom.
 * @param scores `[B]`, at least 0.
 * @throws ShapeError where it is no `[B, 4]`, DataError where a number is not finite or there is not one score for each
 * box, ConfigError where an option cannot be used.
 * @example const { indices, scores: lower } = vision.softNonMaximumSuppression(boxes, scores, { sigma: 0.5 });
 */
export function softNonMaximumSuppression(
  boxes: Tensor,
  scores: Float32Array,
  options: SoftSuppressionOptions = {},
): KeptBoxes {
  const call = "vision.softNonMaximumSuppression";
  requireKnownOptions(call, options, softNames, "boxes, scores, { sigma: 0.5 }");
  const { method = "gaussian", sigma = 0.5, iouThreshold = 0.3, scoreThreshold = 0.001 } = options;
  requireWord("method", method, ["gaussian", "linear"]);
  requireNumber("sigma", sigma, { above: 0 });
  requireBetween("iouThreshold", iouThreshold, 0, 1);
  requireNumber("scoreThreshold", scoreThreshold);
  const factor =
    method === "gaussian"
      ? (iou: number) => Math.exp((-iou * iou) / sigma)
      : (iou: number) => (iou > iouThreshold ? 1 - iou : 1);
  const candidates = candidatesOf(call, boxes, scores, options, scoreThreshold);
  const keptScores = new Float32Array(scores.length);
  for (const { data, rows } of candidates.groups) {
    const cells = new BoxCells(data, 0);
    const queue = new ScoreQueue(Float64Array.from(rows, (row) => scores[row]));
    /** How many were kept when the score of a box was computed, and the place of those that are kept. */
    const seen = new Int32Array(rows.length);
    const places = new Int32Array(rows.length);
    for (let kept = 0; queue.size > 0; ) {
      const i = queue.top;
      let score = queue.scores[i];
      if (score < scoreThreshold) break;
      const near = seen[i] < kept ? cells.near(i) : 0;
      for (let k = 0; k < near; k++) {
        const other = cells.found[k];
        if (places[other] >= seen[i]) score *= factor(iouAt(data, other, data, i));
      }
      seen[i] = kept;
      if (score < queue.scores[i]) {
        queue.lowerTop(score);
        continue;
      }
      queue.removeTop();
      places[i] = kept++;
      cells.add(i);
      candidates.kept[rows[i]] = 1;
      keptScores[rows[i]] = score;
    }
  }
  return candidates.result(keptScores);
}

/**
 * Matrix non-maximum suppression: all scores fall at once, each by the box above it that overlaps it most, as far as that
 * box is not itself overlapped. Wang et al., "SOLOv2", NeurIPS 2020; there between masks.
 *
 * @param boxes `[B, 4]`: left, top, right, bottom.
 * @param scores `[B]`, at least 0.
 * @throws ShapeError where it is no `[B, 4]`, DataError where a number is not finite or there is not one score for each
 * box, ConfigError where an option cannot be used.
 * @example const { indices, scores: lower } = vision.matrixNonMaximumSuppression(boxes, scores, { maxCandidates: 500 });
 */
export function matrixNonMaximumSuppression(
  boxes: Tensor,
  scores: Float32Array,
  options: MatrixSuppressionOptions = {},
): KeptBoxes {
  const call = "vision.matrixNonMaximumSuppression";
  requireKnownOptions(call, options, matrixNames, "boxes, scores, { sigma: 2 }");
  const { method = "gaussian", sigma = 2, scoreThreshold = 0.05 } = options;
  requireWord("method", method, ["gaussian", "linear"]);
  requireNumber("sigma", sigma, { above: 0 });
  requireNumber("scoreThreshold", scoreThreshold);
  const remaining =
    method === "gaussian"
      ? (iou: number) => Math.exp(-sigma * iou * iou)
      : (iou: number) => 1 - iou;
  const candidates = candidatesOf(call, boxes, scores, options, scoreThreshold);
  const keptScores = new Float32Array(scores.length);
  for (const { data, rows } of candidates.groups) {
    const cells = new BoxCells(data, 0);
    /** The largest overlap of each box with one above it. */
    const covered = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const near = cells.near(i);
      let factor = 1;
      for (let k = 0; k < near; k++) {
        const other = cells.found[k];
        const iou = iouAt(data, other, data, i);
        covered[i] = Math.max(covered[i], iou);
        // What is covered wholly has no say.
        if (covered[other] < 1) {
          factor = Math.min(factor, remaining(iou) / remaining(covered[other]));
        }
      }
      cells.add(i);
      const score = scores[rows[i]] * factor;
      if (score < scoreThreshold) continue;
      candidates.kept[rows[i]] = 1;
      keptScores[rows[i]] = score;
    }
  }
  return candidates.result(keptScores);
}
