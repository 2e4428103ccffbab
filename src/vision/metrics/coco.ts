// COCO's average precision and recall, as pycocotools computes them.

import { type OptionNames, requireKnownOptions, requireWord } from "../../core/option.ts";
import type { Detections, Objects } from "../annotated.ts";
import { requireClassNames } from "../class-names.ts";
import { type ClassInPicture, type Compared, FoundObjects, outcome } from "./found-objects.ts";
import { curveOf, envelopeOf, type Judged, meanOf } from "./ranked-detections.ts";

/** What `cocoAveragePrecision` may be told. */
export interface CocoOptions {
  /** The name of class `i` at index `i`. Default: no names, and as many classes as occur. */
  readonly classNames?: readonly string[];
  /**
   * What has to lie on each other, and whose areas count: `boxes`, or the `masks` of detections and objects, which is
   * pycocotools' `iouType="segm"`. Default: `boxes`.
   */
  readonly compared?: "boxes" | "masks";
}

const known: OptionNames<CocoOptions> = { classNames: true, compared: true };
const comparable: readonly Compared[] = ["boxes", "masks"];

/** COCO's numbers, each from 0 to 1, or NaN where there is no object to find. AP is average precision, AR average recall. */
export interface CocoScores {
  /** The mean AP over IoU thresholds 0.50, 0.55, … 0.95 and all classes: "mAP". */
  readonly ap: number;
  /** The mean AP at IoU 0.5. */
  readonly ap50: number;
  /** The mean AP at IoU 0.75. */
  readonly ap75: number;
  /** AP of objects with an area of less than 32² pixels. */
  readonly apSmall: number;
  /** AP of objects from 32² to 96² pixels. */
  readonly apMedium: number;
  /** AP of objects of more than 96² pixels. */
  readonly apLarge: number;
  /** The share of objects that is found with one detection a picture and class, over the same thresholds. */
  readonly ar1: number;
  /** The same with 10 detections. */
  readonly ar10: number;
  /** The same with 100 detections. */
  readonly ar100: number;
  /** AR with 100 detections, of small objects. */
  readonly arSmall: number;
  /** AR with 100 detections, of medium objects. */
  readonly arMedium: number;
  /** AR with 100 detections, of large objects. */
  readonly arLarge: number;
  /** The same class by class, in their order. */
  readonly perClass: readonly CocoClassScores[];
}

/** One class's part of `CocoScores`. */
export interface CocoClassScores
  extends Pick<CocoScores, "ap" | "ap50" | "ap75" | "apSmall" | "apMedium" | "apLarge" | "ar100"> {
  /** Undefined where no names were given. */
  readonly name?: string;
  /** How many objects there are to find. */
  readonly count: number;
}

/** f64 for f64 those of pycocotools. */
const iouThresholds = Array.from({ length: 10 }, (_, i) =>
  i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9),
);
const recalls = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));
const mostDetections = 100;

const sizes = {
  all: [0, 1e5 ** 2],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e5 ** 2],
} as const satisfies Record<string, readonly [number, number]>;

/**
 * COCO's twelve numbers, and those of each class, for what a model found in pictures. Objects that are `ignored` are
 * COCO's crowds: a detection that lies in one counts neither way. The area of an object is that of its box, or of its mask
 * where masks are compared. Lin et al., "Microsoft COCO", ECCV 2014; the numbers are those of pycocotools with
 * `iouType="bbox"` or `"segm"`.
 *
 * @param detections What was found in each picture, in any order.
 * @param truth What is in each picture, in the same order of pictures. Boxes without area are never found.
 * @throws DataError where there is not one entry of each for each picture, a number is not finite, a class is unknown or
 * masks are missing; FormatError where a mask is no run-length code.
 * @example
 * const { ap, ap50, perClass } = vision.cocoAveragePrecision(detections, truth, { classNames });
 * const { ap: ofMasks } = vision.cocoAveragePrecision(detections, truth, { compared: "masks" });
 */
export function cocoAveragePrecision(
  detections: readonly Detections[],
  truth: readonly Objects[],
  options: CocoOptions = {},
): CocoScores {
  const call = "vision.cocoAveragePrecision";
  requireKnownOptions(call, options, known, "detections, truth, { classNames }");
  const { classNames, compared = "boxes" } = options;
  requireClassNames(classNames);
  requireWord("compared", compared, comparable);
  const objects = new FoundObjects(call, detections, truth, classNames?.length, compared);
  const classes = Array.from({ length: objects.classCount }, (_, label) =>
    numbersOfClass(objects.ofClass(label, mostDetections)),
  );
  const mean = (name: Exclude<keyof ClassNumbers, "count">) =>
    meanOf(classes.map((numbers) => numbers[name]));
  return {
    ap: mean("ap"),
    ap50: mean("ap50"),
    ap75: mean("ap75"),
    apSmall: mean("apSmall"),
    apMedium: mean("apMedium"),
    apLarge: mean("apLarge"),
    ar1: mean("ar1"),
    ar10: mean("ar10"),
    ar100: mean("ar100"),
    arSmall: mean("arSmall"),
    arMedium: mean("arMedium"),
    arLarge: mean("arLarge"),
    perClass: classes.map(
      ({ ap, ap50, ap75, apSmall, apMedium, apLarge, ar100, count }, label) => ({
        ...(classNames === undefined ? {} : { name: classNames[label] }),
        ap,
        ap50,
        ap75,
        apSmall,
        apMedium,
        apLarge,
        ar100,
        count,
      }),
    ),
  };
}

type ClassNumbers = Omit<CocoScores, "perClass"> & { readonly count: number };

function numbersOfClass(pictures: readonly ClassInPicture[]): ClassNumbers {
  const [all, small, medium, large] = Object.values(sizes).map((range) => ({
    at100: iouThresholds.map((threshold) => judge(pictures, threshold, range, mostDetections)),
    range,
  }));
  const ap = (judged: readonly Judged[]) => meanOf(judged.map(averagePrecision));
  const ar = (judged: readonly Judged[]) => meanOf(judged.map(lastRecall));
  const fewer = (most: number) =>
    ar(iouThresholds.map((threshold) => judge(pictures, threshold, all.range, most)));
  return {
    ap: ap(all.at100),
    ap50: averagePrecision(all.at100[0]),
    ap75: averagePrecision(all.at100[5]),
    apSmall: ap(small.at100),
    apMedium: ap(medium.at100),
    apLarge: ap(large.at100),
    ar1: fewer(1),
    ar10: fewer(10),
    ar100: ar(all.at100),
    arSmall: ar(small.at100),
    arMedium: ar(medium.at100),
    arLarge: ar(large.at100),
    count: all.at100[0].truthCount,
  };
}

/** What became of the `most` surest detections of each picture. Objects of other sizes are ignored. */
function judge(
  pictures: readonly ClassInPicture[],
  threshold: number,
  [least, largest]: readonly [number, number],
  most: number,
): Judged {
  const judged: Judged = { scores: [], outcomes: [], truthCount: 0 };
  const isOutside = (area: number) => area < least || area > largest;
  for (const picture of pictures) {
    const { scores, areas, truthAreas, ignored } = picture;
    const isIgnored = Array.from(truthAreas, (area, g) => ignored[g] === 1 || isOutside(area));
    judged.truthCount += isIgnored.filter((flag) => !flag).length;
    const matches = matchesOf(picture, isIgnored, threshold);
    for (let d = 0; d < Math.min(most, scores.length); d++) {
      const match = matches[d];
      const leavesOut = match < 0 ? isOutside(areas[d]) : isIgnored[match];
      judged.scores.push(scores[d]);
      judged.outcomes.push(leavesOut ? outcome.ignored : match < 0 ? outcome.wrong : outcome.right);
    }
  }
  return judged;
}

/**
 * The object that each detection found, or -1. The surest detection chooses first, the object it overlaps most; an object
 * that counts goes before one that is ignored, and a crowd may be found again and again. Of equal overlaps the later
 * object is taken.
 */
function matchesOf(
  { scores, ignored, ious, covered }: ClassInPicture,
  isIgnored: readonly boolean[],
  threshold: number,
): Int32Array {
  const count = isIgnored.length;
  const rows = isIgnored.map((_, g) => g);
  const order = [...rows.filter((g) => !isIgnored[g]), ...rows.filter((g) => isIgnored[g])];
  const isTaken = new Uint8Array(count);
  return Int32Array.from(scores, (_, d) => {
    let best = Math.min(threshold, 1 - 1e-10);
    let match = -1;
    for (const g of order) {
      const isCrowd = ignored[g] === 1;
      if (isTaken[g] === 1 && !isCrowd) continue;
      if (match >= 0 && !isIgnored[match] && isIgnored[g]) break;
      const overlap = (isCrowd ? covered : ious)[d * count + g];
      if (overlap < best) continue;
      best = overlap;
      match = g;
    }
    if (match >= 0) isTaken[match] = 1;
    return match;
  });
}

/** The mean precision at recalls 0, 0.01, … 1; NaN where there is nothing to find. */
function averagePrecision(judged: Judged): number {
  if (judged.truthCount === 0) return Number.NaN;
  const { precision, recall } = curveOf(judged);
  const best = envelopeOf(precision);
  let at = 0;
  let sum = 0;
  for (const wanted of recalls) {
    while (at < recall.length && recall[at] < wanted) at++;
    if (at === recall.length) break;
    sum += best[at];
  }
  return sum / recalls.length;
}

function lastRecall(judged: Judged): number {
  if (judged.truthCount === 0) return Number.NaN;
  const right = judged.outcomes.filter((one) => one === outcome.right).length;
  return right / judged.truthCount;
}
