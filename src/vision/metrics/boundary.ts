// How well the borders of classes agree with the true ones.

import { type OptionNames, requireKnownOptions, requireNumber } from "../../core/option.ts";
import type { ClassMap } from "../annotated.ts";
import { requireClassNames } from "../class-names.ts";
import { type Plane, unknownClass } from "../masks/class-map.ts";
import { squaredDistances } from "../masks/distance.ts";
import { meanOf } from "./ranked-detections.ts";
import { planePairs } from "./segmentation.ts";

/** What `boundaryScores` may be told. */
export interface BoundaryOptions {
  /** The name of class `i` at index `i`. Default: no names, and as many classes as occur. */
  readonly classNames?: readonly string[];
  /** How far from the true border, in pixels, a border may lie. Default: 0.75 % of the picture's diagonal, at least 1. */
  readonly tolerance?: number;
}

const known: OptionNames<BoundaryOptions> = { classNames: true, tolerance: true };

/** How well borders agree: shares from 0 to 1, or NaN where there is no border. */
export interface BoundaryScores {
  /** The mean F of the classes that have borders. */
  readonly meanF: number;
  /** Class by class, in their order. */
  readonly perClass: readonly {
    /** Undefined where no names were given. */
    readonly name?: string;
    /** 2·precision·recall / (precision + recall), the mean over the pictures where the class has a border. */
    readonly f: number;
  }[];
}

/**
 * Boundary F: in each picture and class the share of the predicted border that lies near the true one (precision) and the
 * share of the true border that lies near the predicted one (recall), as their harmonic mean; then the mean over the
 * pictures. Borders are the pixels of a class beside another class; the picture's own edge is none, nor is the edge of what
 * is not known (255). Csurka et al., "What is a good evaluation measure for semantic segmentation?", BMVC 2013.
 *
 * @param predicted `u8 [H, W]` for each picture.
 * @param truth `u8 [H, W]` for each picture, in the same order.
 * @throws ShapeError where two maps differ in size, DataError where there is not one of each for each picture, or a class
 * is unknown, ConfigError where an option cannot be used.
 * @example const { meanF } = vision.boundaryScores(predicted, truth, { tolerance: 2 });
 */
export function boundaryScores(
  predicted: readonly ClassMap[],
  truth: readonly ClassMap[],
  options: BoundaryOptions = {},
): BoundaryScores {
  const call = "vision.boundaryScores";
  requireKnownOptions(call, options, known, "predicted, truth, { tolerance: 2 }");
  const { classNames, tolerance } = options;
  requireClassNames(classNames);
  if (tolerance !== undefined) requireNumber("tolerance", tolerance, { least: 0 });
  const scores = new Map<number, number[]>();
  for (const { found, there } of planePairs(call, predicted, truth, classNames?.length)) {
    const { height, width } = there;
    const near = tolerance ?? Math.max(1, 0.0075 * Math.hypot(height, width));
    const labels = new Set([...there.data, ...found.data]);
    labels.delete(unknownClass);
    for (const label of labels) {
      const f = fOf(borderOf(found, there, label), borderOf(there, there, label), there, near);
      if (!Number.isNaN(f)) scores.set(label, [...(scores.get(label) ?? []), f]);
    }
  }
  const count = classNames?.length ?? Math.max(-1, ...scores.keys()) + 1;
  const perClass = Array.from({ length: count }, (_, label) => ({
    ...(classNames === undefined ? {} : { name: classNames[label] }),
    f: meanOf(scores.get(label) ?? []),
  }));
  return { meanF: meanOf(perClass.map(({ f }) => f)), perClass };
}

/** 1 for the pixels of a class beside another one; not where the truth is not known, nor beside that. */
function borderOf(
  { data, height, width }: Plane,
  { data: truth }: Plane,
  label: number,
): Uint8Array {
  const border = new Uint8Array(data.length);
  const isOther = (i: number) =>
    data[i] !== label && data[i] !== unknownClass && truth[i] !== unknownClass;
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== label || truth[i] === unknownClass) continue;
    const x = i % width;
    const isBorder =
      (x > 0 && isOther(i - 1)) ||
      (x < width - 1 && isOther(i + 1)) ||
      (i >= width && isOther(i - width)) ||
      (i < (height - 1) * width && isOther(i + width));
    if (isBorder) border[i] = 1;
  }
  return border;
}

/** NaN where neither has a border, 0 where one has none. */
function fOf(found: Uint8Array, there: Uint8Array, { height, width }: Plane, near: number): number {
  const share = (of: Uint8Array, to: Uint8Array) => {
    const distances = squaredDistances({ data: to, height, width });
    let [all, close] = [0, 0];
    of.forEach((flag, i) => {
      if (flag === 0) return;
      all++;
      if (distances[i] <= near * near) close++;
    });
    return close / all;
  };
  const [precision, recall] = [share(found, there), share(there, found)];
  if (Number.isNaN(precision) && Number.isNaN(recall)) return Number.NaN;
  if (Number.isNaN(precision) || Number.isNaN(recall) || precision + recall === 0) return 0;
  return (2 * precision * recall) / (precision + recall);
}
