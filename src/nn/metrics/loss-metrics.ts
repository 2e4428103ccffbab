// Losses that are metrics as well: their mean over the epoch, each example counting alike or by its
// weight. One mechanism; the formulas are those of the losses.

import { type Facts, optionsOf } from "../facts.ts";
import { binaryCrossentropy as binaryCrossentropyLoss } from "../losses/binary-crossentropy.ts";
import { categoricalCrossentropy as categoricalCrossentropyLoss } from "../losses/categorical-crossentropy.ts";
import { categoricalHinge as categoricalHingeLoss } from "../losses/categorical-hinge.ts";
import { type SmoothingOptions, smoothedNames } from "../losses/cross-entropy.ts";
import { hinge as hingeLoss } from "../losses/hinge.ts";
import { klDivergence as klDivergenceLoss } from "../losses/kl-divergence.ts";
import { logCosh as logCoshLoss } from "../losses/log-cosh.ts";
import type { Loss } from "../losses/loss.ts";
import { meanAbsoluteError as meanAbsoluteErrorLoss } from "../losses/mean-absolute-error.ts";
import { meanAbsolutePercentageError as meanAbsolutePercentageErrorLoss } from "../losses/mean-absolute-percentage-error.ts";
import { meanSquaredError as meanSquaredErrorLoss } from "../losses/mean-squared-error.ts";
import { meanSquaredLogarithmicError as meanSquaredLogarithmicErrorLoss } from "../losses/mean-squared-logarithmic-error.ts";
import { poisson as poissonLoss } from "../losses/poisson.ts";
import {
  type SparseEntropyOptions,
  sparseCategoricalCrossentropy as sparseCategoricalCrossentropyLoss,
} from "../losses/sparse-categorical-crossentropy.ts";
import { squaredHinge as squaredHingeLoss } from "../losses/squared-hinge.ts";
import { meanMetric } from "./mean-metric.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

/** The mean of `loss` over an epoch; what only the loss can be told, such as a reduction, is none of its options. */
function lossMetric(facts: Facts, name: string, loss: Loss): Metric {
  const options = Object.fromEntries(
    Object.entries(loss.options).filter(([option]) => Object.hasOwn(facts.options, option)),
  );
  const { values, mask } = loss;
  return meanMetric({ kind: facts.name, better: "lower", name, options, values, mask });
}

/** Options of the metric: those of the loss except its reduction. */
export interface BinaryCrossentropyMetricOptions extends MetricOptions, SmoothingOptions {}

/**
 * The mean binary cross-entropy over the epoch: targets and predictions `[N, …, K]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.binaryCrossentropy({ fromLogits: true })
 */
export function binaryCrossentropy(options: BinaryCrossentropyMetricOptions = {}): Metric {
  const { name = "binary_crossentropy", ...own } = optionsOf(binaryCrossentropy.facts, options);
  return lossMetric(binaryCrossentropy.facts, name, binaryCrossentropyLoss(own));
}
const { reduction: _, ...crossentropyNames } = smoothedNames;
binaryCrossentropy.facts = metricFacts<BinaryCrossentropyMetricOptions>({
  name: "binaryCrossentropy",
  options: { ...metricNames, ...crossentropyNames, axis: null },
  keras: { className: "BinaryCrossentropy", aliases: ["bce", "BCE"], ownFixed: { axis: -1 } },
});

/** Options of the metric: those of the loss except its reduction. */
export interface CategoricalCrossentropyMetricOptions extends MetricOptions, SmoothingOptions {}

/**
 * The mean categorical cross-entropy over the epoch: targets (one-hot, or probabilities) and
 * predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.categoricalCrossentropy({ fromLogits: true })
 */
export function categoricalCrossentropy(
  options: CategoricalCrossentropyMetricOptions = {},
): Metric {
  const { facts } = categoricalCrossentropy;
  const { name = "categorical_crossentropy", ...own } = optionsOf(facts, options);
  return lossMetric(categoricalCrossentropy.facts, name, categoricalCrossentropyLoss(own));
}
categoricalCrossentropy.facts = metricFacts<CategoricalCrossentropyMetricOptions>({
  name: "categoricalCrossentropy",
  options: { ...metricNames, ...crossentropyNames },
  keras: { className: "CategoricalCrossentropy" },
});

/** Options of the metric: those of the loss except its reduction. */
export interface SparseCategoricalCrossentropyMetricOptions
  extends MetricOptions,
    SparseEntropyOptions {}

/**
 * The mean cross-entropy over the epoch, with class numbers as targets: targets `[N, …]`,
 * predictions `[N, …, C]`. As in Keras, where places of `ignoreClass` count as 0 unless there are
 * weights.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.sparseCategoricalCrossentropy({ fromLogits: true })
 */
export function sparseCategoricalCrossentropy(
  options: SparseCategoricalCrossentropyMetricOptions = {},
): Metric {
  const { facts } = sparseCategoricalCrossentropy;
  const { name = "sparse_categorical_crossentropy", ...own } = optionsOf(facts, options);
  return lossMetric(
    sparseCategoricalCrossentropy.facts,
    name,
    sparseCategoricalCrossentropyLoss(own),
  );
}
sparseCategoricalCrossentropy.facts = metricFacts<SparseCategoricalCrossentropyMetricOptions>({
  name: "sparseCategoricalCrossentropy",
  options: {
    ...metricNames,
    fromLogits: "from_logits",
    ignoreClass: "ignore_class",
    axis: "axis",
    labelSmoothing: null,
  },
  keras: { className: "SparseCategoricalCrossentropy", ownFixed: { labelSmoothing: 0 } },
});

/**
 * The mean categorical hinge loss over the epoch: one-hot targets `[N, …, C]` and predictions `[N,
 * …, C]`. As in Keras.
 *
 * @example metrics.categoricalHinge()
 */
export function categoricalHinge(options: MetricOptions = {}): Metric {
  const { name = "categorical_hinge" } = optionsOf(categoricalHinge.facts, options);
  return lossMetric(categoricalHinge.facts, name, categoricalHingeLoss());
}
categoricalHinge.facts = metricFacts<MetricOptions>({
  name: "categoricalHinge",
  options: metricNames,
  keras: { className: "CategoricalHinge" },
});

/**
 * The mean hinge loss over the epoch: targets and predictions `[N, …, K]`. As in Keras.
 *
 * @example metrics.hinge()
 */
export function hinge(options: MetricOptions = {}): Metric {
  const { name = "hinge" } = optionsOf(hinge.facts, options);
  return lossMetric(hinge.facts, name, hingeLoss());
}
hinge.facts = metricFacts<MetricOptions>({
  name: "hinge",
  options: metricNames,
  keras: { className: "Hinge" },
});

/**
 * The mean Kullback-Leibler divergence over the epoch: targets and predictions `[N, …, K]`. As in
 * Keras.
 *
 * @example metrics.klDivergence()
 */
export function klDivergence(options: MetricOptions = {}): Metric {
  const { name = "kl_divergence" } = optionsOf(klDivergence.facts, options);
  return lossMetric(klDivergence.facts, name, klDivergenceLoss());
}
klDivergence.facts = metricFacts<MetricOptions>({
  name: "klDivergence",
  options: metricNames,
  keras: { className: "KLDivergence", aliases: ["kld", "KLD", "kullback_leibler_divergence"] },
});

/**
 * The mean logarithm of the hyperbolic cosine of the error over the epoch: targets and predictions
 * `[N, …, K]`. As in Keras. The loss is `losses.logCosh`.
 *
 * @example metrics.logCoshError()
 */
export function logCoshError(options: MetricOptions = {}): Metric {
  const { name = "logcosh" } = optionsOf(logCoshError.facts, options);
  return lossMetric(logCoshError.facts, name, logCoshLoss());
}
logCoshError.facts = metricFacts<MetricOptions>({
  name: "logCoshError",
  options: metricNames,
  keras: { className: "LogCoshError", aliases: ["logcosh"] },
});

/**
 * The mean absolute error over the epoch: targets and predictions `[N, …, K]`. As in Keras.
 *
 * @example metrics.meanAbsoluteError()
 */
export function meanAbsoluteError(options: MetricOptions = {}): Metric {
  const { name = "mean_absolute_error" } = optionsOf(meanAbsoluteError.facts, options);
  return lossMetric(meanAbsoluteError.facts, name, meanAbsoluteErrorLoss());
}
meanAbsoluteError.facts = metricFacts<MetricOptions>({
  name: "meanAbsoluteError",
  options: metricNames,
  keras: { className: "MeanAbsoluteError", aliases: ["mae", "MAE"] },
});

/**
 * The mean absolute error over the epoch, in percent of the targets: targets and predictions `[N,
 * …, K]`. As in Keras.
 *
 * @example metrics.meanAbsolutePercentageError()
 */
export function meanAbsolutePercentageError(options: MetricOptions = {}): Metric {
  const { name = "mean_absolute_percentage_error" } = optionsOf(
    meanAbsolutePercentageError.facts,
    options,
  );
  return lossMetric(meanAbsolutePercentageError.facts, name, meanAbsolutePercentageErrorLoss());
}
meanAbsolutePercentageError.facts = metricFacts<MetricOptions>({
  name: "meanAbsolutePercentageError",
  options: metricNames,
  keras: { className: "MeanAbsolutePercentageError", aliases: ["mape", "MAPE"] },
});

/**
 * The mean squared error over the epoch: targets and predictions `[N, …, K]`. As in Keras.
 *
 * @example metrics.meanSquaredError()
 */
export function meanSquaredError(options: MetricOptions = {}): Metric {
  const { name = "mean_squared_error" } = optionsOf(meanSquaredError.facts, options);
  return lossMetric(meanSquaredError.facts, name, meanSquaredErrorLoss());
}
meanSquaredError.facts = metricFacts<MetricOptions>({
  name: "meanSquaredError",
  options: metricNames,
  keras: { className: "MeanSquaredError", aliases: ["mse", "MSE"] },
});

/**
 * The mean squared error of the logarithms over the epoch: targets and predictions `[N, …, K]`. As
 * in Keras.
 *
 * @example metrics.meanSquaredLogarithmicError()
 */
export function meanSquaredLogarithmicError(options: MetricOptions = {}): Metric {
  const { name = "mean_squared_logarithmic_error" } = optionsOf(
    meanSquaredLogarithmicError.facts,
    options,
  );
  return lossMetric(meanSquaredLogarithmicError.facts, name, meanSquaredLogarithmicErrorLoss());
}
meanSquaredLogarithmicError.facts = metricFacts<MetricOptions>({
  name: "meanSquaredLogarithmicError",
  options: metricNames,
  keras: { className: "MeanSquaredLogarithmicError", aliases: ["msle", "MSLE"] },
});

/**
 * The mean Poisson loss over the epoch: targets and predictions `[N, …, K]`. As in Keras.
 *
 * @example metrics.poisson()
 */
export function poisson(options: MetricOptions = {}): Metric {
  const { name = "poisson" } = optionsOf(poisson.facts, options);
  return lossMetric(poisson.facts, name, poissonLoss());
}
poisson.facts = metricFacts<MetricOptions>({
  name: "poisson",
  options: metricNames,
  keras: { className: "Poisson" },
});

/**
 * The mean squared hinge loss over the epoch: targets and predictions `[N, …, K]`. As in Keras.
 *
 * @example metrics.squaredHinge()
 */
export function squaredHinge(options: MetricOptions = {}): Metric {
  const { name = "squared_hinge" } = optionsOf(squaredHinge.facts, options);
  return lossMetric(squaredHinge.facts, name, squaredHingeLoss());
}
squaredHinge.facts = metricFacts<MetricOptions>({
  name: "squaredHinge",
  options: metricNames,
  keras: { className: "SquaredHinge" },
});
