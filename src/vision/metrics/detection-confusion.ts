// Which classes a detector takes for which, and what it takes for background.

import type { ConfusionMatrix } from "../../assess/confusion-matrix.ts";
import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireNumber,
} from "../../core/option.ts";
import type { Detections, Objects } from "../annotated.ts";
import { iouAt } from "../boxes/box-list.ts";
import { requireClassNames } from "../class-names.ts";
import { type CheckedPicture, FoundObjects } from "./found-objects.ts";

/** What counts for `detectionConfusion`. */
export interface DetectionConfusionOptions {
  /** The name of class `i` at index `i`. Default: no names, and as many classes as occur. */
  readonly classNames?: readonly string[];
  /** A detection belongs to an object from this IoU on, 0 to 1. Default: 0.5. */
  readonly iouThreshold?: number;
  /** Detections with a lower score are left out. Default: 0.25. */
  readonly scoreThreshold?: number;
}

const known: OptionNames<DetectionConfusionOptions> = {
  classNames: true,
  iouThreshold: true,
  scoreThreshold: true,
};

/**
 * The confusion matrix of a detector: how many objects of class `i` (row) were found as class `j` (column). The last row and
 * the last column are the background: a detection where there is no object, and an object that was not found. The surest
 * detection chooses first, the object it overlaps most, of whatever class. Objects that are `ignored`, and who finds them,
 * do not count.
 *
 * @param detections What was found in each picture, in any order.
 * @param truth What is in each picture, in the same order of pictures.
 * @throws DataError where there is not one entry of each for each picture, a number is not finite or a class is unknown,
 * ConfigError where an option cannot be used.
 * @example
 * const { counts } = vision.detectionConfusion(detections, truth, { classNames });
 * const missed = counts.map((row) => row[classNames.length]);
 */
export function detectionConfusion(
  detections: readonly Detections[],
  truth: readonly Objects[],
  options: DetectionConfusionOptions = {},
): ConfusionMatrix {
  const call = "vision.detectionConfusion";
  requireKnownOptions(call, options, known, "detections, truth, { scoreThreshold: 0.25 }");
  const { classNames, iouThreshold = 0.5, scoreThreshold = 0.25 } = options;
  requireClassNames(classNames);
  requireBetween("iouThreshold", iouThreshold, 0, 1);
  requireNumber("scoreThreshold", scoreThreshold);
  const { classCount, pictures } = new FoundObjects(call, detections, truth, classNames?.length);
  const counts = Array.from({ length: classCount + 1 }, () => new Array(classCount + 1).fill(0));
  for (const picture of pictures) {
    const isFound = new Uint8Array(picture.there.count);
    for (const row of picture.order) {
      if (picture.scores[row] < scoreThreshold) break;
      const match = nearestObject(picture, row, isFound, iouThreshold);
      const label = match < 0 ? classCount : picture.thereClasses[match];
      if (match >= 0) isFound[match] = 1;
      if (match < 0 || picture.ignored[match] === 0) counts[label][picture.foundClasses[row]]++;
    }
    isFound.forEach((flag, g) => {
      if (flag === 0 && picture.ignored[g] === 0) counts[picture.thereClasses[g]][classCount]++;
    });
  }
  return { counts };
}

/** The object that a detection overlaps most and nobody found before, or -1; ignored ones may be found again. */
function nearestObject(
  { found, there, ignored }: CheckedPicture,
  row: number,
  isFound: Uint8Array,
  iouThreshold: number,
): number {
  let [match, best] = [-1, 0];
  for (let g = 0; g < there.count; g++) {
    if (isFound[g] === 1 && ignored[g] === 0) continue;
    const iou = iouAt(found.data, row, there.data, g);
    if (iou < iouThreshold || iou <= best) continue;
    [match, best] = [g, iou];
  }
  return match;
}
