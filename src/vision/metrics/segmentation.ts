// How well class maps agree with the truth, pixel by pixel.

import { DataError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireList } from "../../core/option.ts";
import type { ClassMap } from "../annotated.ts";
import { requireClassNames } from "../class-names.ts";
import { type Plane, planeOf, unknownClass } from "../masks/class-map.ts";
import { meanOf } from "./ranked-detections.ts";

/** What `segmentationScores` may be told. */
export interface SegmentationOptions {
  /** The name of class `i` at index `i`. Default: no names, and as many classes as occur. */
  readonly classNames?: readonly string[];
}

const known: OptionNames<SegmentationOptions> = { classNames: true };

/** How well class maps agree with the truth: shares from 0 to 1, or NaN where there is nothing to share. */
export interface SegmentationScores {
  /** The share of pixels whose class is right. */
  readonly pixelAccuracy: number;
  /** The mean IoU of the classes that occur. */
  readonly meanIou: number;
  /** The mean Dice of the classes that occur. */
  readonly meanDice: number;
  /** Class by class, in their order. */
  readonly perClass: readonly SegmentationClassScores[];
  /** How many pixels of class `i` were predicted as class `j`: `[i][j]`. */
  readonly confusion: readonly (readonly number[])[];
}

/** One class's part of `SegmentationScores`. */
export interface SegmentationClassScores {
  /** Undefined where no names were given. */
  readonly name?: string;
  /** Intersection over union: TP / (TP + FP + FN), Jaccard's index. */
  readonly iou: number;
  /** 2 TP / (2 TP + FP + FN), the F1 of pixels. */
  readonly dice: number;
  /** TP / (TP + FP) */
  readonly precision: number;
  /** TP / (TP + FN) */
  readonly recall: number;
  /** How many pixels are of this class. */
  readonly pixels: number;
}

/**
 * Pixel accuracy, IoU and Dice over all pixels of all pictures. Pixels whose true class is not known (255) are left out; a
 * predicted 255 is no class, so it is wrong wherever the truth is known. Classes that occur in neither do not count in the
 * means.
 *
 * @param predicted `u8 [H, W]` for each picture.
 * @param truth `u8 [H, W]` for each picture, in the same order.
 * @throws ShapeError where two maps differ in size, DataError where there is not one of each for each picture, or a class
 * is unknown.
 * @example
 * const { meanIou, perClass } = vision.segmentationScores(predicted, truth, { classNames });
 */
export function segmentationScores(
  predicted: readonly ClassMap[],
  truth: readonly ClassMap[],
  options: SegmentationOptions = {},
): SegmentationScores {
  const call = "vision.segmentationScores";
  requireKnownOptions(call, options, known, "predicted, truth, { classNames }");
  const { classNames } = options;
  requireClassNames(classNames);
  const pairs = planePairs(call, predicted, truth, classNames?.length);
  /** `[256, 256]`: true class, predicted class. */
  const counts = new Float64Array(256 * 256);
  let highest = -1;
  for (const { found, there } of pairs) {
    for (let i = 0; i < there.data.length; i++) counts[256 * there.data[i] + found.data[i]]++;
  }
  for (let label = 0; label < unknownClass; label++) {
    for (let other = 0; other <= unknownClass; other++) {
      if (counts[256 * label + other] === 0) continue;
      highest = Math.max(highest, label, other === unknownClass ? -1 : other);
    }
  }
  const classCount = classNames?.length ?? highest + 1;
  const labels = Array.from({ length: classCount }, (_, label) => label);
  const confusion = labels.map((label) => labels.map((other) => counts[256 * label + other]));
  const perClass = labels.map((label): SegmentationClassScores => {
    const right = confusion[label][label];
    const found = labels.reduce((sum, other) => sum + confusion[other][label], 0);
    const there = sumOf(confusion[label]) + counts[256 * label + unknownClass];
    return {
      ...(classNames === undefined ? {} : { name: classNames[label] }),
      iou: right / (found + there - right),
      dice: (2 * right) / (found + there),
      precision: right / found,
      recall: right / there,
      pixels: there,
    };
  });
  return {
    pixelAccuracy:
      sumOf(labels.map((label) => confusion[label][label])) /
      sumOf(perClass.map(({ pixels }) => pixels)),
    meanIou: meanOf(perClass.map(({ iou }) => iou)),
    meanDice: meanOf(perClass.map(({ dice }) => dice)),
    perClass,
    confusion,
  };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** A predicted class map beside the true one. */
export interface PlanePair {
  readonly found: Plane;
  readonly there: Plane;
}

/** Class maps in pairs, checked. @throws ShapeError, DataError */
export function planePairs(
  call: string,
  predicted: readonly ClassMap[],
  truth: readonly ClassMap[],
  classCount = unknownClass,
): PlanePair[] {
  requireList(`${call}: The predicted maps cannot be used.`, predicted, "a list of class maps");
  requireList(`${call}: The true maps cannot be used.`, truth, "a list of class maps");
  if (predicted.length !== truth.length) {
    throw new DataError({
      what: `${call}: There are not as many predicted maps as true ones.`,
      expected: String(truth.length),
      received: String(predicted.length),
    });
  }
  return truth.map((map, i) => {
    const there = planeOf(call, `The true map ${i}`, map);
    const size = [there.height, there.width] as const;
    const found = planeOf(call, `The predicted map ${i}`, predicted[i], size);
    requireClasses(`${call}: The true map ${i}`, there, classCount);
    requireClasses(`${call}: The predicted map ${i}`, found, classCount);
    return { found, there };
  });
}

function requireClasses(name: string, { data, width }: Plane, classCount: number): void {
  const at = data.findIndex((label) => label >= classCount && label !== unknownClass);
  if (at < 0) return;
  throw new DataError({
    what: `${name} has a class that is unknown.`,
    expected: `0 to ${classCount - 1}, or 255 where the class is not known`,
    received: `${data[at]} in row ${Math.floor(at / width)}, column ${at % width}`,
  });
}
