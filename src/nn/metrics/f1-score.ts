// F1 score: the harmonic mean of precision and recall.

import { optionsOf } from "../facts.ts";
import { type F1ScoreOptions, fBetaScore } from "./f-beta-score.ts";
import { type Metric, metricFacts, metricNames } from "./metric.ts";

/**
 * F1 score: 2 · precision · recall / (precision + recall) for each class: one-hot targets or class
 * numbers, predictions `[N, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.f1Score({ average: "macro" })
 */
export function f1Score(options: F1ScoreOptions = {}): Metric {
  const { name = "f1_score", average = null, threshold = null } = optionsOf(f1Score.facts, options);
  const score = fBetaScore({ average, threshold });
  return { ...score, kind: "f1Score", name, options: { average, threshold } };
}
f1Score.facts = metricFacts<F1ScoreOptions>({
  name: "f1Score",
  options: { ...metricNames, average: "average", threshold: "threshold" },
  keras: { className: "F1Score", floats: ["threshold"] },
});
