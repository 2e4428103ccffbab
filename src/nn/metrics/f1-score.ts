// The harmonic mean of precision and recall.

import { requireOptions } from "../option.ts";
import { type F1ScoreOptions, fBetaScore } from "./f-beta-score.ts";
import type { Metric } from "./metric.ts";

/**
 * 2 · precision · recall / (precision + recall) for each class: one-hot targets or class numbers,
 * predictions `[N, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.f1Score({ average: "macro" })
 */
export function f1Score(options: F1ScoreOptions = {}): Metric {
  requireOptions("metrics.f1Score", options);
  const { name = "f1_score", average = null, threshold = null } = options;
  const score = fBetaScore({ average, threshold });
  return { ...score, kind: "f1Score", name, options: { average, threshold } };
}
