// Metrics that ask for the best of one rate where another is high enough, at any threshold.

import { isWhole, requireBetween, requireOption, requireWhole } from "../../core/option.ts";
import { type KerasNames, optionsOf } from "../facts.ts";
import { type ConfusionCounts, confusionSums, countsAt, evenThresholds } from "./confusion.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames, shareOf } from "./metric.ts";

/** Options that these metrics share. */
export interface CurveOptions extends MetricOptions {
  /** How many thresholds from 0 to 1 are tried. Default: 200. */
  readonly numThresholds?: number;
  /** Only this class counts. Default: all. */
  readonly classId?: number | null;
}

const curveNames = {
  ...metricNames,
  numThresholds: "num_thresholds",
  classId: "class_id",
} as const satisfies KerasNames<CurveOptions>;

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
function curveMetric({ kind, name, bound, options, given, wanted }: CurveRecord): Metric {
  const { numThresholds = 200, classId = null } = options;
  requireBetween(bound.name, bound.value, 0, 1);
  requireWhole("numThresholds", numThresholds);
  requireOption("classId", classId, classId === null || isWhole(classId), "a whole number");
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

export interface PrecisionAtRecallOptions extends CurveOptions {
  /** How high the recall must be, from 0 to 1. */
  readonly recall: number;
}

/**
 * The highest precision among the thresholds where the recall is at least `recall`; 0 where there
 * is no such threshold. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with
 * predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.precisionAtRecall({ recall: 0.9 })
 */
export function precisionAtRecall(options: PrecisionAtRecallOptions): Metric {
  const { recall, ...own } = optionsOf(precisionAtRecall.facts, options);
  return curveMetric({
    kind: "precisionAtRecall",
    name: own.name ?? "precision_at_recall",
    bound: { name: "recall", value: recall },
    options: own,
    given: rates.recall,
    wanted: rates.precision,
  });
}
precisionAtRecall.facts = metricFacts<PrecisionAtRecallOptions>({
  name: "precisionAtRecall",
  options: { ...curveNames, recall: "recall" },
  keras: { className: "PrecisionAtRecall" },
  example: "{ recall: 0.9 }",
});

export interface RecallAtPrecisionOptions extends CurveOptions {
  /** How high the precision must be, from 0 to 1. */
  readonly precision: number;
}

/**
 * The highest recall among the thresholds where the precision is at least `precision`; 0 where
 * there is no such threshold. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with
 * predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.recallAtPrecision({ precision: 0.9 })
 */
export function recallAtPrecision(options: RecallAtPrecisionOptions): Metric {
  const { precision, ...own } = optionsOf(recallAtPrecision.facts, options);
  return curveMetric({
    kind: "recallAtPrecision",
    name: own.name ?? "recall_at_precision",
    bound: { name: "precision", value: precision },
    options: own,
    given: rates.precision,
    wanted: rates.recall,
  });
}
recallAtPrecision.facts = metricFacts<RecallAtPrecisionOptions>({
  name: "recallAtPrecision",
  options: { ...curveNames, precision: "precision" },
  keras: { className: "RecallAtPrecision" },
  example: "{ precision: 0.9 }",
});

export interface SensitivityAtSpecificityOptions extends CurveOptions {
  /** How high the specificity must be, from 0 to 1. */
  readonly specificity: number;
}

/**
 * The highest sensitivity (recall) among the thresholds where the specificity is at least
 * `specificity`; 0 where there is no such threshold. Targets of 0 and 1 and predictions `[N, …]`,
 * or class numbers with predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.sensitivityAtSpecificity({ specificity: 0.9 })
 */
export function sensitivityAtSpecificity(options: SensitivityAtSpecificityOptions): Metric {
  const { specificity, ...own } = optionsOf(sensitivityAtSpecificity.facts, options);
  return curveMetric({
    kind: "sensitivityAtSpecificity",
    name: own.name ?? "sensitivity_at_specificity",
    bound: { name: "specificity", value: specificity },
    options: own,
    given: rates.specificity,
    wanted: rates.recall,
  });
}
sensitivityAtSpecificity.facts = metricFacts<SensitivityAtSpecificityOptions>({
  name: "sensitivityAtSpecificity",
  options: { ...curveNames, specificity: "specificity" },
  keras: { className: "SensitivityAtSpecificity" },
  example: "{ specificity: 0.9 }",
});

export interface SpecificityAtSensitivityOptions extends CurveOptions {
  /** How high the sensitivity must be, from 0 to 1. */
  readonly sensitivity: number;
}

/**
 * The highest specificity among the thresholds where the sensitivity is at least `sensitivity`; 0
 * where there is no such threshold. Targets of 0 and 1 and predictions `[N, …]`, or class numbers
 * with predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.specificityAtSensitivity({ sensitivity: 0.9 })
 */
export function specificityAtSensitivity(options: SpecificityAtSensitivityOptions): Metric {
  const { sensitivity, ...own } = optionsOf(specificityAtSensitivity.facts, options);
  return curveMetric({
    kind: "specificityAtSensitivity",
    name: own.name ?? "specificity_at_sensitivity",
    bound: { name: "sensitivity", value: sensitivity },
    options: own,
    given: rates.recall,
    wanted: rates.specificity,
  });
}
specificityAtSensitivity.facts = metricFacts<SpecificityAtSensitivityOptions>({
  name: "specificityAtSensitivity",
  options: { ...curveNames, sensitivity: "sensitivity" },
  keras: { className: "SpecificityAtSensitivity" },
  example: "{ sensitivity: 0.9 }",
});
