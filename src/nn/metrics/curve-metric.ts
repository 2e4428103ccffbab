// The skeleton of metrics that ask for the best of one rate where another is high enough.

import { checkBetween, checkOption } from "../option.ts";
import { type ConfusionCounts, confusionSums, countsAt, evenThresholds } from "./confusion.ts";
import { type Metric, type MetricOptions, shareOf } from "./metric.ts";

/** Options that these metrics share. */
export interface CurveOptions extends MetricOptions {
  /** How many thresholds from 0 to 1 are looked at. Default: 200. */
  readonly numThresholds?: number;
  /** Only this class counts. Default: all. */
  readonly classId?: number | null;
}

type Rate = (counts: ConfusionCounts, at: number) => number;

/** The shares that such metrics weigh against each other. */
export const rates = {
  precision: ({ truePositives, falsePositives }, at) =>
    shareOf(truePositives[at], truePositives[at] + falsePositives[at]),
  recall: ({ truePositives, falseNegatives }, at) =>
    shareOf(truePositives[at], truePositives[at] + falseNegatives[at]),
  specificity: ({ trueNegatives, falsePositives }, at) =>
    shareOf(trueNegatives[at], trueNegatives[at] + falsePositives[at]),
} as const satisfies Record<string, Rate>;

/** What such a metric says; the rest follows. */
interface CurveRecord {
  readonly kind: string;
  readonly name: string;
  /** The option that says how high `given` must be. */
  readonly bound: { readonly name: string; readonly value: number };
  readonly options: CurveOptions;
  readonly given: Rate;
  readonly wanted: Rate;
}

/** A metric from its record. @throws ConfigError where an option cannot be used. */
export function curveMetric({ kind, name, bound, options, given, wanted }: CurveRecord): Metric {
  const { numThresholds = 200, classId = null } = options;
  checkBetween(bound.name, bound.value, 0, 1);
  const isCount = Number.isSafeInteger(numThresholds) && numThresholds >= 1;
  checkOption("numThresholds", numThresholds, isCount, "a whole number of at least 1");
  const thresholds = numThresholds === 1 ? [0.5] : evenThresholds(numThresholds);
  return {
    kind,
    better: "higher",
    name,
    options: { [bound.name]: bound.value, numThresholds, classId },
    sums: (batch) => confusionSums(batch, { metric: kind, thresholds, classId }),
    result({ positives, negatives }) {
      const counts = countsAt(positives, negatives);
      const feasible = thresholds.flatMap((_, at) =>
        given(counts, at) >= bound.value ? [wanted(counts, at)] : [],
      );
      return Math.max(0, ...feasible);
    },
  };
}
