// How often classes occur in masks, and how much they are to count therefore.

import { DataError } from "../../core/errors.ts";
import { requireList, requireNumber, requireWord } from "../../core/option.ts";
import type { AnnotatedImages, ClassMap } from "../annotated.ts";
import { unknownClass } from "../masks/class-map.ts";

/**
 * How many pixels of all masks are of each class, by class number; unknown ones do not count.
 *
 * @throws DataError where a mask has a class without a name.
 * @example const weights = vision.classWeights(await vision.classCounts(train));
 */
export async function classCounts(pictures: AnnotatedImages<ClassMap>): Promise<number[]> {
  const { classNames, count } = pictures;
  const counts = new Float64Array(256);
  for (let row = 0; row < count; row++) {
    const { data } = await pictures.target(row);
    for (const label of data) counts[label]++;
  }
  const wrong = counts.findIndex(
    (pixels, label) => pixels > 0 && label !== unknownClass && label >= classNames.length,
  );
  if (wrong < 0) return Array.from(counts.subarray(0, classNames.length));
  throw new DataError({
    what: "A mask has a class without a name.",
    expected: `class numbers from 0 to ${classNames.length - 1}, or ${unknownClass} for unknown pixels`,
    received: String(wrong),
  });
}

/** How counts become weights. */
export type ClassWeighting = keyof typeof rules;

/** The weight of a class with the share `p` of all pixels, above 0. */
const rules = {
  /** All classes count the same in sum, as in scikit-learn. */
  balanced: (p: number, { present }: { readonly present: number; readonly median: number }) =>
    1 / (present * p),
  /** The class in the middle counts 1. Eigen and Fergus, ICCV 2015. */
  median: (p: number, { median }: { readonly present: number; readonly median: number }) =>
    median / p,
  /** Between 1.4 and 50, so that the rarest classes are not overdone. Paszke et al. (ENet), 2016. */
  logarithmic: (p: number) => 1 / Math.log(1.02 + p),
} as const;

/**
 * Weights of classes from how often they occur, for the options `classWeights` and `alpha` of losses; classes that do not
 * occur get 0.
 *
 * @param weighting `balanced`: 1 / (classes · share), so that all classes count the same in sum. `median`: the median share
 * over the share. `logarithmic`: 1 / ln(1.02 + share), the most careful one. Default: `balanced`.
 * @throws ConfigError where these are no counts, or there is no such weighting.
 * @example vision.classWeights([9000, 1000]) // [0.56, 5]
 */
export function classWeights(
  counts: readonly number[],
  weighting: ClassWeighting = "balanced",
): number[] {
  requireList("The counts of classes cannot be used.", counts, "a list of numbers");
  for (const count of counts) requireNumber("counts", count, { least: 0 });
  requireWord("weighting", weighting, Object.keys(rules));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.filter((count) => count > 0).map((count) => count / total);
  const sorted = shares.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  const known = { present: sorted.length, median };
  return counts.map((count) => (count === 0 ? 0 : rules[weighting](count / total, known)));
}
