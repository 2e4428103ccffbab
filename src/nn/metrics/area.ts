// The area under a curve that is known at thresholds. Thresholds rise, so rates fall.

import type { ConfusionCounts } from "./confusion.ts";
import { shareOf, totalOf } from "./metric.ts";

export type AucCurve = "ROC" | "PR" | "PRGAIN";
export type AucSummation = "interpolation" | "majoring" | "minoring";

/** The area, as Keras sums it. */
export function areaUnder(
  counts: ConfusionCounts,
  curve: AucCurve,
  summation: AucSummation,
): number {
  if (curve === "PR" && summation === "interpolation") return interpolatedPrecision(counts);
  const points = counts.truePositives.map((_, at) => pointOf(counts, curve, at));
  const areas = points.slice(1).map((next, i) => {
    const before = points[i];
    const heights = {
      interpolation: (before.y + next.y) / 2,
      majoring: Math.max(before.y, next.y),
      minoring: Math.min(before.y, next.y),
    };
    return (before.x - next.x) * heights[summation];
  });
  return totalOf(areas);
}

function pointOf(counts: ConfusionCounts, curve: AucCurve, at: number): { x: number; y: number } {
  const truePositives = counts.truePositives[at];
  const falsePositives = counts.falsePositives[at];
  const trueNegatives = counts.trueNegatives[at];
  const falseNegatives = counts.falseNegatives[at];
  const recall = shareOf(truePositives, truePositives + falseNegatives);
  if (curve === "ROC") {
    return { x: shareOf(falsePositives, falsePositives + trueNegatives), y: recall };
  }
  if (curve === "PR")
    return { x: recall, y: shareOf(truePositives, truePositives + falsePositives) };
  if (truePositives === 0) return { x: 0, y: 1 };
  const scale = shareOf(truePositives + falseNegatives, trueNegatives + falsePositives);
  return {
    x: Math.max(1 - (scale * falseNegatives) / truePositives, 0),
    y: 1 - (scale * falsePositives) / truePositives,
  };
}

/** Between two thresholds, precision follows the counts and not a straight line. */
function interpolatedPrecision(counts: ConfusionCounts): number {
  const { truePositives, falsePositives, falseNegatives } = counts;
  const given = truePositives.map((count, at) => count + falsePositives[at]);
  const areas = truePositives.slice(1).map((low, i) => {
    const gained = truePositives[i] - low;
    const slope = shareOf(gained, Math.max(given[i] - given[i + 1], 0));
    const intercept = low - slope * given[i + 1];
    const isSafe = given[i] > 0 && given[i + 1] > 0;
    const ratio = isSafe ? given[i] / given[i + 1] : 1;
    const area = slope * (gained + intercept * Math.log(ratio));
    return shareOf(area, Math.max(low + falseNegatives[i + 1], 0));
  });
  return totalOf(areas);
}
