// The share of places whose right class is among the k largest scores: for one-hot targets, and for class
// numbers.

import { requireWhole } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { optionsOf } from "../facts.ts";
import { requireClasses, requireSameShape } from "../losses/loss.ts";
import { meanMetric } from "./mean-metric.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";
import { isInTopK } from "./top-k.ts";

/** Options of metrics that look at the k largest scores. */
export interface TopKOptions extends MetricOptions {
  /** How many of the largest scores are looked at. Default: 5. */
  readonly k?: number;
}

const topKNames = { ...metricNames, k: "k" } as const;

/** A metric from how it finds the class number of each place. */
function topKMetric(
  kind: string,
  name: string,
  k: number,
  labelsOf: (targets: Node, predictions: Node, build: Builder) => Node,
): Metric {
  requireWhole("k", k);
  return meanMetric({
    kind,
    better: "higher",
    name,
    options: { k },
    values: (targets, predictions, build) =>
      isInTopK(labelsOf(targets, predictions, build), predictions, k, build),
  });
}

/**
 * Top-k accuracy: the share of places where fewer than k scores are larger than that of the right
 * class. One-hot targets and predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where k cannot be used.
 * @example metrics.topKCategoricalAccuracy({ k: 3 })
 */
export function topKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  const { facts } = topKCategoricalAccuracy;
  const { name = "top_k_categorical_accuracy", k = 5 } = optionsOf(facts, options);
  return topKMetric(facts.name, name, k, (targets, predictions, build) => {
    requireSameShape(targets, predictions, facts.name);
    return build.argMaximum(targets);
  });
}
topKCategoricalAccuracy.facts = metricFacts<TopKOptions>({
  name: "topKCategoricalAccuracy",
  options: topKNames,
  keras: { className: "TopKCategoricalAccuracy" },
});

/**
 * Top-k accuracy: the share of places where fewer than k scores are larger than that of the right
 * class. Class numbers `[N, …]` and predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where k cannot be used.
 * @example metrics.sparseTopKCategoricalAccuracy({ k: 3 })
 */
export function sparseTopKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  const { facts } = sparseTopKCategoricalAccuracy;
  const { name = "sparse_top_k_categorical_accuracy", k = 5 } = optionsOf(facts, options);
  return topKMetric(facts.name, name, k, (targets, predictions) => {
    requireClasses(targets, predictions, facts.name);
    return targets;
  });
}
sparseTopKCategoricalAccuracy.facts = metricFacts<TopKOptions>({
  name: "sparseTopKCategoricalAccuracy",
  options: topKNames,
  keras: { className: "SparseTopKCategoricalAccuracy" },
});
