// F-beta score: precision and recall as one number.

import { ShapeError } from "../../core/errors.ts";
import { requireNumber, requireWord } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import { optionsOf } from "../facts.ts";
import { epsilon, oneMinus } from "../losses/formulas.ts";
import { alignWeights, type ScoredBatch } from "../losses/reduce-loss.ts";
import {
  type Metric,
  type MetricOptions,
  metricFacts,
  metricNames,
  type Sums,
  targetRows,
  totalOf,
} from "./metric.ts";

export interface F1ScoreOptions extends MetricOptions {
  /** How the classes' scores are averaged; null gives a list of them. Default: null. */
  readonly average?: "micro" | "macro" | "weighted" | null;
  /** Predictions above it are positive. Default: the largest of each row is. */
  readonly threshold?: number | null;
}

export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How many times as much recall counts as precision. Default: 1. */
  readonly beta?: number;
}

/**
 * F-beta score: (1 + beta²) · precision · recall / (beta² · precision + recall) for each class:
 * one-hot targets or class numbers, predictions `[N, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.fBetaScore({ beta: 2, average: "macro" })
 */
export function fBetaScore(options: FBetaScoreOptions = {}): Metric {
  const {
    name = "fbeta_score",
    beta = 1,
    average = null,
    threshold = null,
  } = optionsOf(fBetaScore.facts, options);
  requireNumber("beta", beta, { above: 0 });
  requireWord("average", average, ["micro", "macro", "weighted", null]);
  if (threshold !== null) requireNumber("threshold", threshold, { above: 0, most: 1 });
  return {
    kind: "fBetaScore",
    better: "higher",
    name,
    options: { beta, average, threshold },
    sums: (batch) => scoreSums(batch, threshold),
    result(sums) {
      const counts = average === "micro" ? joined(sums) : sums;
      const scores = counts.hits.map((_, i) => scoreOf(counts, i, beta));
      if (average === null) return scores;
      if (average !== "weighted") return totalOf(scores) / scores.length;
      const all = totalOf(counts.support) + epsilon;
      return totalOf(scores.map((score, i) => score * (counts.support[i] / all)));
    },
  };
}
fBetaScore.facts = metricFacts<FBetaScoreOptions>({
  name: "fBetaScore",
  options: { ...metricNames, average: "average", beta: "beta", threshold: "threshold" },
  keras: { className: "FBetaScore", floats: ["beta", "threshold"] },
});

/** Hits, misses and false alarms of each class. */
function scoreSums(batch: ScoredBatch, threshold: number | null): Record<string, Node> {
  const { build, predictions, weights } = batch;
  if (predictions.shape.length !== 2) {
    throw new ShapeError({
      what: "F-scores compare rows of scores.",
      expected: "[N, C]",
      received: formatShape(predictions.shape),
    });
  }
  const targets = targetRows(batch, "fBetaScore");
  const given =
    threshold === null ? largest(batch) : build.less(build.constant(threshold), predictions);
  const sum = (x: Node) => {
    const weighed = weights === undefined ? x : build.multiply(x, alignWeights(weights, x, build));
    return build.sum(weighed, { axes: [0] });
  };
  return {
    hits: sum(build.multiply(given, targets)),
    falseAlarms: sum(build.multiply(given, oneMinus(targets, build))),
    misses: sum(build.multiply(oneMinus(given, build), targets)),
    support: sum(targets),
  };
}

/** 1 at the largest of each row, and at all that equal it; never where a score is 0. */
function largest({ build, predictions }: ScoredBatch): Node {
  const best = build.reduceMaximum(predictions, { axes: [-1], keepDimensions: true });
  const isSome = build.less(build.constant(1e-9), build.absolute(predictions));
  return build.multiply(build.lessEqual(best, predictions), isSome);
}

function joined(sums: Sums): Sums {
  return Object.fromEntries(Object.entries(sums).map(([key, list]) => [key, [totalOf(list)]]));
}

function scoreOf({ hits, falseAlarms, misses }: Sums, i: number, beta: number): number {
  const precision = hits[i] / (hits[i] + falseAlarms[i] + epsilon);
  const recall = hits[i] / (hits[i] + misses[i] + epsilon);
  const mean = (precision * recall) / (beta ** 2 * precision + recall + epsilon);
  return mean * (1 + beta ** 2);
}
