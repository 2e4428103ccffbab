// Pascal VOC's average precision, and the curves behind it.

import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireWord,
} from "../../core/option.ts";
import type { Detections, Objects } from "../annotated.ts";
import { requireClassNames } from "../class-names.ts";
import { type ClassInPicture, FoundObjects, outcome } from "./found-objects.ts";
import {
  curveOf,
  envelopeOf,
  type Judged,
  meanOf,
  type PrecisionRecall,
} from "./ranked-detections.ts";

/** How Pascal VOC's average precision is computed. */
export interface VocOptions {
  /** The name of class `i` at index `i`. Default: no names, and as many classes as occur. */
  readonly classNames?: readonly string[];
  /** A detection is right where its IoU with an object is at least this, 0 to 1. Default: 0.5. */
  readonly iouThreshold?: number;
  /**
   * `area` is the area under the curve, as from 2010 on; `elevenPoints` the mean precision at the recalls 0, 0.1, … 1, as
   * until 2009. Default: `area`.
   */
  readonly method?: "area" | "elevenPoints";
}

const known: OptionNames<VocOptions> = { classNames: true, iouThreshold: true, method: true };

/** Pascal VOC's numbers, from 0 to 1, or NaN where there is no object to find. */
export interface VocScores {
  /** The mean over the classes: "mAP". */
  readonly ap: number;
  /** Class by class, in their order. */
  readonly perClass: readonly VocClassScores[];
}

/** One class's part of `VocScores`: its AP, and its curve of precision and recall. */
export interface VocClassScores extends PrecisionRecall {
  /** Undefined where no names were given. */
  readonly name?: string;
  /** Average precision. */
  readonly ap: number;
  /** How many objects there are to find. */
  readonly count: number;
}

/**
 * Pascal VOC's average precision and the precision-recall curve of each class. A detection belongs to the object it
 * overlaps most; of several for one object the surest is right and the others are wrong. Objects that are `ignored` are
 * VOC's difficult ones: a detection of one counts neither way. Everingham et al., "The Pascal Visual Object Classes
 * Challenge", IJCV 2010. Boxes have continuous edges, without the pixel that VOC's own program adds to each side.
 *
 * @param detections What was found in each picture, in any order.
 * @param truth What is in each picture, in the same order of pictures. Boxes without area are never found.
 * @throws DataError where there is not one entry of each for each picture, a number is not finite or a class is unknown,
 * ConfigError where an option cannot be used.
 * @example
 * const { ap, perClass } = vision.vocAveragePrecision(detections, truth, { method: "elevenPoints" });
 */
export function vocAveragePrecision(
  detections: readonly Detections[],
  truth: readonly Objects[],
  options: VocOptions = {},
): VocScores {
  const call = "vision.vocAveragePrecision";
  requireKnownOptions(call, options, known, 'detections, truth, { method: "area" }');
  const { classNames, iouThreshold = 0.5, method = "area" } = options;
  requireClassNames(classNames);
  requireBetween("iouThreshold", iouThreshold, 0, 1);
  requireWord("method", method, ["area", "elevenPoints"]);
  const objects = new FoundObjects(call, detections, truth, classNames?.length);
  const perClass = Array.from({ length: objects.classCount }, (_, label) => {
    const judged = judge(objects.ofClass(label), iouThreshold);
    const curve = curveOf(judged);
    return {
      ...(classNames === undefined ? {} : { name: classNames[label] }),
      ap: judged.truthCount === 0 ? Number.NaN : averages[method](curve, judged.truthCount),
      count: judged.truthCount,
      ...curve,
    };
  });
  return { ap: meanOf(perClass.map(({ ap }) => ap)), perClass };
}

function judge(pictures: readonly ClassInPicture[], threshold: number): Judged {
  const judged: Judged = { scores: [], outcomes: [], truthCount: 0 };
  for (const { scores, ignored, ious } of pictures) {
    const count = ignored.length;
    const isTaken = new Uint8Array(count);
    judged.truthCount += ignored.filter((flag) => flag === 0).length;
    scores.forEach((score, d) => {
      let match = 0;
      for (let g = 1; g < count; g++) {
        if (ious[d * count + g] > ious[d * count + match]) match = g;
      }
      const overlap = count === 0 ? 0 : ious[d * count + match];
      const isNear = overlap > 0 && overlap >= threshold;
      const isRight = isNear && isTaken[match] === 0;
      judged.scores.push(score);
      judged.outcomes.push(
        isNear && ignored[match] === 1 ? outcome.ignored : isRight ? outcome.right : outcome.wrong,
      );
      if (isNear) isTaken[match] = 1;
    });
  }
  return judged;
}

type Average = (curve: PrecisionRecall, truthCount: number) => number;

const averages: Readonly<Record<"area" | "elevenPoints", Average>> = {
  area: ({ precision, recall }) =>
    envelopeOf(precision).reduce(
      (sum, best, i) => sum + best * (recall[i] - (i === 0 ? 0 : recall[i - 1])),
      0,
    ),
  elevenPoints: ({ precision, recall }, truthCount) => {
    const best = envelopeOf(precision);
    const found = recall.map((share) => Math.round(share * truthCount));
    let sum = 0;
    // In whole numbers, as 0.1 three times is not 0.3.
    for (let tenth = 0; tenth <= 10; tenth++) {
      const at = found.findIndex((count) => 10 * count >= tenth * truthCount);
      sum += at < 0 ? 0 : best[at];
    }
    return sum / 11;
  },
};
