// Inputs of mean 0 and variance 1, as a layer that looks at the data before training.

import { ConfigError, DataError, ShapeError } from "../../core/errors.ts";
import { requireOption } from "../../core/option.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../../core/shape.ts";
import { requireNumbers, type Tensor } from "../../core/tensor.ts";
import type { CommonOptions, WeightSpec } from "../layer.ts";
import { LayerInstance } from "../layer-instance.ts";
import { layerFacts, layerOf } from "../make-layer.ts";
import { alongOnly, axesOf } from "./axes.ts";
import { constantOf } from "./constants.ts";

export interface NormalizationOptions extends CommonOptions {
  /**
   * The axis, or axes, with a mean and variance for each position, N being 0. Null, or an empty list,
   * gives one mean and variance for everything. Default: -1, the last.
   */
  readonly axis?: number | readonly number[] | null;
  /**
   * Known means: one for all, one for each position, or one for each position of the last axis. They
   * are constants, not weights. Default: found by `adapt`.
   */
  readonly mean?: number | readonly number[];
  /** Known variances, as many as means. Default: found by `adapt`. */
  readonly variance?: number | readonly number[];
  /** What `adapt` has found: the initial values of the weights `mean` and `variance`. Default: none. */
  readonly adapted?: {
    readonly mean: readonly number[];
    readonly variance: readonly number[];
  };
  /** Whether the formula is reversed, from normalized values to original ones. Default: false. */
  readonly invert?: boolean;
}

/**
 * Normalizes the input: any shape. `(x − mean) / √variance`, with statistics that are given or found by
 * `adapt`; without either, nothing changes. Given statistics are constants. Others are weights that
 * training does not change: `mean`, `variance`, of the sizes of `axis`. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit it.
 * @example layers.normalization({ inputShape: [28, 28, 1] }).adapt(train.x)
 */
export function normalization(options: NormalizationOptions = {}): NormalizationLayer {
  const layer = layerOf(normalization.facts, options, (given) => {
    const settings = { axis: -1, invert: false, ...given };
    const { axis, mean, variance, invert, adapted } = settings;
    requireStatistics(settings);
    if (adapted !== undefined) {
      requireOption(
        "adapted",
        adapted,
        typeof adapted === "object" && adapted !== null,
        "what adapt found",
      );
      requireStatistics(adapted);
    }
    return {
      options: settings,
      plan([input]) {
        const kept = keptAxes(axis, input);
        const place = { shape: kept.map((a) => input[a - 1]), input };
        const weight = (name: "mean" | "variance", initializer: "zeros" | "ones"): WeightSpec => {
          const spec = { name, shape: place.shape, initializer, trainable: false };
          return adapted === undefined
            ? spec
            : { ...spec, values: spread(name, adapted[name], place) };
        };
        const known =
          mean === undefined || variance === undefined
            ? undefined
            : {
                mean: spread("mean", mean, place),
                variance: spread("variance", variance, place),
              };
        return {
          outputShape: input,
          weights: known === undefined ? [weight("mean", "zeros"), weight("variance", "ones")] : [],
          call([x], { build, weights }) {
            const wide = alongOnly(kept, x.shape);
            const statistic = (name: "mean" | "variance") =>
              build.reshape(
                known === undefined ? weights[name] : constantOf(build, known[name]),
                wide,
              );
            const middle = statistic("mean");
            const root = build.squareRoot(statistic("variance"));
            const deviation = build.maximum(root, build.constant(smallest));
            return invert
              ? build.add(build.multiply(x, deviation), middle)
              : build.divide(build.subtract(x, middle), deviation);
          },
        };
      },
    };
  });
  return new NormalizationLayer(layer);
}
normalization.facts = layerFacts<NormalizationOptions>({
  name: "normalization",
  options: { axis: "axis", mean: "mean", variance: "variance", adapted: null, invert: "invert" },
  keras: { className: "Normalization", nullable: ["axis"], beginnings: ["adapted"] },
  example: "{ axis: -1 }",
});

/** A layer that can be fitted to data. */
export class NormalizationLayer extends LayerInstance<NormalizationOptions> {
  /**
   * The same layer with mean and variance of the examples `[N, …]`. Bytes count as 0 to 255: a model with a
   * `preprocess` needs examples that went through it.
   *
   * @throws DataError where there are no examples, ShapeError where an axis does not exist.
   */
  adapt(examples: Tensor): NormalizationLayer {
    requireNumbers(examples?.data, "What normalization adapts to");
    if (examples.data.length === 0) {
      throw new DataError({
        what: "normalization has nothing to adapt to.",
        expected: "at least one example",
        received: formatShape(examples.shape),
      });
    }
    const { axis = -1 } = this.options;
    const kept = keptAxes(axis, examples.shape.slice(1));
    const { mean: _, variance: __, ...options } = this.options;
    return normalization({ ...options, adapted: statisticsOf(examples, kept) });
  }
}

/** The smallest deviation that is divided by: Keras's epsilon. */
const smallest = 1e-7;

/**
 * @throws ConfigError unless both are there or neither is, all finite, and no variance negative.
 */
function requireStatistics({
  mean,
  variance,
}: Pick<NormalizationOptions, "mean" | "variance">): void {
  const listOf = (value: number | readonly number[] = []) =>
    Array.isArray(value) ? [...value] : [value];
  const [means, variances] = [listOf(mean), listOf(variance)];
  const usable = means.every(Number.isFinite) && variances.every((v) => v >= 0 && v < Infinity);
  if (usable && means.length === variances.length) return;
  throw new ConfigError({
    what: "The options mean and variance of normalization cannot be used.",
    expected: "as many finite numbers for both, no variance below 0; or neither",
    received: `mean ${JSON.stringify(mean)}, variance ${JSON.stringify(variance)}`,
  });
}

const keptAxes = (axis: number | readonly number[] | null, input: Shape): readonly number[] =>
  axis === null || (Array.isArray(axis) && axis.length === 0)
    ? []
    : axesOf(axis, input, "normalization");

/** Mean and variance at each position of the kept axes, in f64 and two passes. */
function statisticsOf({ data, shape }: Tensor, kept: readonly number[]) {
  const strides = stridesOf(shape);
  const size = sizeOf(kept.map((axis) => shape[axis]));
  const place = (i: number) =>
    kept.reduce((at, axis) => at * shape[axis] + (Math.floor(i / strides[axis]) % shape[axis]), 0);
  const count = data.length / size;
  const mean = new Array<number>(size).fill(0);
  const variance = new Array<number>(size).fill(0);
  for (let i = 0; i < data.length; i++) mean[place(i)] += data[i] / count;
  for (let i = 0; i < data.length; i++) {
    variance[place(i)] += (data[i] - mean[place(i)]) ** 2 / count;
  }
  return { mean, variance };
}

/** One number for each position of the kept axes. @throws ShapeError where they do not fit. */
function spread(
  name: string,
  known: number | readonly number[],
  { shape, input }: { readonly shape: Shape; readonly input: Shape },
): readonly number[] {
  const size = sizeOf(shape);
  const values = typeof known === "number" ? [known] : known;
  const repeats = size / values.length;
  if (repeats === 1 || values.length === 1 || values.length === shape.at(-1)) {
    return Array.from({ length: repeats }, () => values).flat();
  }
  throw new ShapeError({
    what: `normalization's ${name} does not fit its input.`,
    expected: `${values.length} positions along its axes`,
    received: formatShape([null, ...input]),
  });
}
