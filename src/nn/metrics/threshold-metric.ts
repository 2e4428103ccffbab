// The skeleton of metrics that are worked out from the counts at one threshold or several.

import { isWhole, requireOption } from "../../core/option.ts";
import {
  type ClassOptions,
  type ConfusionCounts,
  confusionSums,
  countsInOrder,
  sortedThresholds,
  thresholdsOf,
} from "./confusion.ts";
import type { Better, Metric } from "./metric.ts";

/** What such a metric says; the rest follows. */
interface ThresholdRecord {
  readonly kind: string;
  readonly better?: Better | undefined;
  readonly name: string;
  readonly options: ClassOptions;
  /** The metric at threshold number `at`. */
  readonly score: (counts: ConfusionCounts, at: number) => number;
}

/** A metric from its record. @throws ConfigError where an option cannot be used. */
export function thresholdMetric({ kind, better, name, options, score }: ThresholdRecord): Metric {
  const { topK = null, classId = null } = options;
  const isCount = topK === null || isWhole(topK, 1);
  requireOption("topK", topK, isCount, "a whole number of at least 1");
  requireOption("classId", classId, classId === null || isWhole(classId), "a whole number");
  const thresholds = thresholdsOf(options);
  const rule = { metric: kind, thresholds: sortedThresholds(thresholds), topK, classId };
  return {
    kind,
    better,
    name,
    options,
    sums: (batch) => confusionSums(batch, rule),
    result(sums) {
      const counts = countsInOrder(sums, thresholds);
      const scores = thresholds.map((_, at) => score(counts, at));
      return scores.length === 1 ? scores[0] : scores;
    },
  };
}
