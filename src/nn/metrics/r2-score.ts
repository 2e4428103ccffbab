// R² score: how much of the targets' variance the predictions explain.

import { ShapeError } from "../../core/errors.ts";
import { requireWhole, requireWord } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { square } from "../losses/formulas.ts";
import { requireSameShape } from "../losses/loss.ts";
import { alignWeights } from "../losses/reduce-loss.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames, totalOf } from "./metric.ts";

export interface R2ScoreOptions extends MetricOptions {
  /** How the columns' scores are averaged; null gives a list of them. Default: `uniformAverage`. */
  readonly classAggregation?: "uniformAverage" | "varianceWeightedAverage" | null;
  /**
   * The number of independent regressors, for the adjusted R² score. Default: 0, which adjusts
   * nothing.
   */
  readonly numRegressors?: number;
}

/**
 * R² score (coefficient of determination): 1 − Σ (y − p)² / Σ (y − ȳ)² for each column of `[N, K]`,
 * `[N, K]`; adjusted by the number of regressors. As in Keras, where the examples of the adjustment
 * are all numbers, N · K.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.r2Score()
 */
export function r2Score(options: R2ScoreOptions = {}): Metric {
  const {
    name = "r2_score",
    classAggregation = "uniformAverage",
    numRegressors = 0,
  } = optionsOf(r2Score.facts, options);
  requireWord("classAggregation", classAggregation, [
    "uniformAverage",
    "varianceWeightedAverage",
    null,
  ]);
  requireWhole("numRegressors", numRegressors, 0);
  return {
    kind: "r2Score",
    better: "higher",
    name,
    options: { classAggregation, numRegressors },
    sums({ build, targets, predictions, weights }) {
      requireColumns(predictions.shape);
      requireSameShape(targets, predictions, "r2Score");
      const [count, columns] = predictions.shape;
      const given = weights ?? build.constant(1, [count]);
      const weight = build.broadcastTo(alignWeights(given, predictions, build), predictions.shape);
      const down = { axes: [0] };
      const total = build.sum(weight, down);
      const mean = build.divide(
        build.sum(build.multiply(targets, weight), down),
        build.select(build.equal(total, build.constant(0)), build.constant(1), total),
      );
      const distance = build.subtract(targets, mean);
      const weighed = build.multiply(distance, weight);
      const errors = square(build.subtract(targets, predictions), build);
      return {
        mean,
        distance: build.sum(weighed, down),
        squares: build.sum(build.multiply(distance, weighed), down),
        errors: build.sum(build.multiply(errors, weight), down),
        weight: total,
        numbers: build.constant(count * columns),
      };
    },
    // Sums about the batch's mean keep the digits that a large mean would take; f64 moves them to 0.
    ofBatch({ mean, distance, squares, errors, weight, numbers }) {
      const square = (m: number, i: number) => squares[i] + 2 * m * distance[i] + weight[i] * m * m;
      return {
        sum: mean.map((m, i) => weight[i] * m + distance[i]),
        squares: mean.map(square),
        errors,
        weight,
        numbers,
      };
    },
    result({ sum, squares, errors, weight, numbers }) {
      const spread = squares.map((value, i) => {
        const left = value - sum[i] * (sum[i] / weight[i]);
        return left > rounding * value ? left : 0;
      });
      const scores = spread.map((value, i) => {
        const score = 1 - errors[i] / value;
        return Number.isFinite(score) || Number.isNaN(score) ? score : 0;
      });
      const adjusted = (score: number) => adjust(score, numbers[0], numRegressors);
      if (classAggregation === null) return scores.map(adjusted);
      if (classAggregation === "uniformAverage") return adjusted(totalOf(scores) / scores.length);
      const weighed = totalOf(scores.map((score, i) => score * spread[i]));
      return adjusted(weighed / totalOf(spread));
    },
  };
}
r2Score.facts = metricFacts<R2ScoreOptions>({
  name: "r2Score",
  options: {
    ...metricNames,
    classAggregation: "class_aggregation",
    numRegressors: "num_regressors",
  },
  keras: { className: "R2Score" },
});

function requireColumns(shape: readonly number[]): void {
  if (shape.length === 2) return;
  throw new ShapeError({
    what: "r2Score compares columns of numbers.",
    expected: "[N, K]",
    received: formatShape(shape),
    fix: "flatten the predictions",
  });
}

/** What is left of equal targets, in proportion to their squares, is no more than this. */
const rounding = 1e-15;

/** With as many regressors as examples, or more, Keras adjusts nothing. */
function adjust(score: number, examples: number, regressors: number): number {
  if (regressors === 0 || regressors >= examples - 1) return score;
  return 1 - ((1 - score) * (examples - 1)) / (examples - regressors - 1);
}
