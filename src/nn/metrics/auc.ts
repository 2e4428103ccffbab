// Area under the ROC or precision-recall curve.

import { ShapeError } from "../../core/errors.ts";
import { requireOption, requireWhole, requireWord } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { epsilon } from "../losses/formulas.ts";
import { type AucCurve, type AucSummation, areaUnder } from "./area.ts";
import {
  areShares,
  confusionSums,
  countsAt,
  evenThresholds,
  sortedThresholds,
} from "./confusion.ts";
import {
  type Metric,
  type MetricOptions,
  metricFacts,
  metricNames,
  shareOf,
  totalOf,
} from "./metric.ts";

export interface AucOptions extends MetricOptions {
  /** How many thresholds from 0 to 1 the curve is approximated with. Default: 200. */
  readonly numThresholds?: number;
  /**
   * The ROC curve, the precision-recall curve, or the precision-recall-gain curve. Default: `ROC`.
   */
  readonly curve?: AucCurve;
  /** How the area between two points is approximated. Default: `interpolation`. */
  readonly summationMethod?: AucSummation;
  /** Thresholds from 0 to 1, in place of evenly spaced ones. Default: none. */
  readonly thresholds?: readonly number[] | null;
  /** Whether each label has an AUC of its own, of which the mean is taken. Default: false. */
  readonly multiLabel?: boolean;
  /** The weight of each label in that mean. Default: all alike. */
  readonly labelWeights?: readonly number[] | null;
  /** Whether the model gives logits rather than probabilities. Default: false. */
  readonly fromLogits?: boolean;
}

/**
 * The area under the ROC or precision-recall curve (AUC): targets of 0 and 1 and predictions `[N,
 * …]`, or class numbers with predictions `[N, …, C]`. The precision-recall curve is interpolated as
 * in Davis and Goadrich, ICML 2006. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.auc({ curve: "PR", name: "average_precision" })
 */
export function auc(options: AucOptions = {}): Metric {
  const { name = "auc", numThresholds = 200, curve = "ROC" } = optionsOf(auc.facts, options);
  const { summationMethod = "interpolation", thresholds = null } = options;
  const { multiLabel = false, labelWeights = null, fromLogits = false } = options;
  requireWord("curve", curve, ["ROC", "PR", "PRGAIN"]);
  requireWord("summationMethod", summationMethod, ["interpolation", "majoring", "minoring"]);
  requireWhole("numThresholds", numThresholds, 2);
  const between = thresholds ?? evenThresholds(numThresholds).slice(1, -1);
  requireOption("thresholds", thresholds, areShares(between), "numbers from 0 to 1");
  const all = [-epsilon, ...sortedThresholds(between), 1 + epsilon];
  return {
    kind: "auc",
    better: "higher",
    name,
    options: {
      numThresholds,
      curve,
      summationMethod,
      thresholds,
      multiLabel,
      labelWeights,
      fromLogits,
    },
    sums(batch) {
      const { predictions, build } = batch;
      if (multiLabel) requireColumns(predictions.shape);
      const given = fromLogits ? { ...batch, predictions: build.sigmoid(predictions) } : batch;
      const columnWeights = multiLabel ? null : labelWeights;
      const rule = { metric: "auc", thresholds: all, byColumn: multiLabel, columnWeights };
      return confusionSums(given, rule);
    },
    result({ positives, negatives }) {
      const gaps = all.length + 1;
      const areas: number[] = [];
      for (let at = 0; at < positives.length; at += gaps) {
        const end = at + gaps;
        const counts = countsAt(positives.slice(at, end), negatives.slice(at, end));
        areas.push(areaUnder(counts, curve, summationMethod));
      }
      if (!multiLabel || labelWeights === null) return totalOf(areas) / areas.length;
      const weighed = totalOf(areas.map((area, i) => area * labelWeights[i]));
      return shareOf(weighed, totalOf(labelWeights));
    },
  };
}
auc.facts = metricFacts<AucOptions>({
  name: "auc",
  options: {
    ...metricNames,
    numThresholds: "num_thresholds",
    curve: "curve",
    summationMethod: "summation_method",
    thresholds: "thresholds",
    multiLabel: "multi_label",
    labelWeights: "label_weights",
    fromLogits: "from_logits",
  },
  keras: { className: "AUC" },
});

function requireColumns(shape: readonly number[]): void {
  if (shape.length === 2) return;
  throw new ShapeError({
    what: "auc with multiLabel compares columns.",
    expected: "[N, L]",
    received: formatShape(shape),
  });
}
