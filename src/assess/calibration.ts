// Whether probabilities mean what they say: of the predictions with a confidence of 80 %, are 80 % right?

import {
  type OptionNames,
  requireKnownOptions,
  requireWhole,
  requireWord,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import {
  likeliest,
  requireClassIndex,
  type ScoredClasses,
  scoredClasses,
} from "./scored-classes.ts";

/** Options of `calibration`. */
export interface CalibrationOptions {
  /** Into how many bins the probabilities go. Default: 10. */
  readonly bins?: number;
  /** `uniform`: bins of the same width. `quantile`: bins of the same number of examples. Default: `uniform`. */
  readonly strategy?: "uniform" | "quantile";
  /**
   * The class whose probability is compared with how often it is true. Default: for each example the predicted one,
   * so that its probability is the model's confidence.
   */
  readonly classIndex?: number;
}

const optionNames: OptionNames<CalibrationOptions> = {
  bins: true,
  strategy: true,
  classIndex: true,
};

/** The examples whose probability lies above `from` and at most at `to`. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** The mean probability. */
  readonly confidence: number;
  /** The share that is right, or of the class. */
  readonly accuracy: number;
}

/** How well probabilities agree with what happens. */
export interface Calibration {
  /** From low to high; bins without examples are left out. */
  readonly bins: readonly CalibrationBin[];
  /** The mean distance of confidence and accuracy over the bins, weighted by their examples (ECE). */
  readonly expectedError: number;
  /** The largest distance of a bin (MCE). */
  readonly largestError: number;
  /** The mean over the examples of the squared distances of all probabilities from 0 or 1 (Brier score). */
  readonly brierScore: number;
  readonly count: number;
}

/**
 * The calibration of probabilities, after Guo et al., "On calibration of modern neural networks", 2017. Bins are those of
 * scikit-learn's `calibration_curve`.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]`, or `[N, 1]` where the model decides between no (0) and yes (1).
 * @throws ConfigError where an option cannot be used, DataError where labels and probabilities do not belong together.
 * @example const { expectedError } = calibration(labels, probabilities);
 */
export function calibration(
  labels: ArrayLike<number>,
  probabilities: Tensor,
  options: CalibrationOptions = {},
): Calibration {
  requireKnownOptions("calibration", options, optionNames);
  const { bins: binCount = 10, strategy = "uniform", classIndex } = options;
  requireWhole("bins", binCount);
  requireWord("strategy", strategy, ["uniform", "quantile"]);
  const scored = scoredClasses("calibration", labels, probabilities);
  if (classIndex !== undefined) requireClassIndex(classIndex, scored.classes);
  const { count } = scored;
  const scores = new Float64Array(count);
  const hits = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const chosen = classIndex ?? likeliest(scored, row);
    scores[row] = scored.data[row * scored.classes + chosen];
    hits[row] = Number(scored.labels[row] === chosen);
  }
  const edges = strategy === "uniform" ? evenEdges(binCount) : quantileEdges(scores, binCount);
  const bins = binsOf(scores, hits, edges);
  const distances = bins.map(({ confidence, accuracy }) => Math.abs(confidence - accuracy));
  return {
    bins,
    expectedError: bins.reduce((sum, bin, i) => sum + (bin.count / count) * distances[i], 0),
    largestError: Math.max(...distances),
    brierScore: brierScore(scored),
    count,
  };
}

const evenEdges = (bins: number) => Array.from({ length: bins + 1 }, (_, i) => i / bins);

/** Percentiles in equal steps, in straight lines between neighbours. */
function quantileEdges(scores: Float64Array, bins: number): number[] {
  const sorted = scores.toSorted();
  return evenEdges(bins).map((share) => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return low + (place - Math.floor(place)) * (high - low);
  });
}

function binsOf(
  scores: Float64Array,
  hits: Uint8Array,
  edges: readonly number[],
): CalibrationBin[] {
  const inner = edges.slice(1, -1);
  const sums = Array.from({ length: edges.length - 1 }, () => ({ count: 0, score: 0, hits: 0 }));
  scores.forEach((score, i) => {
    const above = inner.findIndex((edge) => score <= edge);
    const bin = sums[above < 0 ? inner.length : above];
    bin.count++;
    bin.score += score;
    bin.hits += hits[i];
  });
  return sums.flatMap(({ count, score, hits: right }, i) =>
    count === 0
      ? []
      : [
          {
            from: edges[i],
            to: edges[i + 1],
            count,
            confidence: score / count,
            accuracy: right / count,
          },
        ],
  );
}

function brierScore({ data, classes, labels, count }: ScoredClasses): number {
  let sum = 0;
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < classes; i++) {
      sum += (data[row * classes + i] - Number(labels[row] === i)) ** 2;
    }
  }
  return sum / count;
}
