// Batch normalization as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import { momentsOf } from "../../graph/ops/statistics.ts";
import { type InitializerSetting, initializerFrom } from "../initializers/index.ts";
import type { CommonOptions, WeightSpec } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { alongOnly, axisOf } from "./axes.ts";
import {
  type LearnedScaleOptions,
  learnedScaleDefaults,
  learnedScaleFrom,
  learnedScaleNames,
} from "./learned-scale.ts";
import { rescale } from "./moments.ts";

export interface BatchNormalizationOptions extends CommonOptions, LearnedScaleOptions {
  /** The axis of the channels, N being 0: each has statistics of its own. Default: -1, the last. */
  readonly axis?: number;
  /** How much of the moving statistics is kept at each step. Default: 0.99. */
  readonly momentum?: number;
  /** How the moving mean is initialized. Default: `zeros`. */
  readonly movingMeanInitializer?: InitializerSetting;
  /** How the moving variance is initialized. Default: `ones`. */
  readonly movingVarianceInitializer?: InitializerSetting;
}

/**
 * Batch normalization: `[…, C] → […, C]`, with
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta` for each channel. Training uses the mean and
 * variance of the batch, over all its examples and pixels, and moves `moving_mean` and `moving_variance`
 * towards them. Prediction and frozen layers use the moving statistics. A layer that is applied several
 * times in one model updates its statistics once for each use, in the order of the uses.
 *
 * Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`, each `[C]`. Source: Ioffe and Szegedy, ICML
 * 2015. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input has no such axis.
 * @example layers.batchNormalization()
 */
export function batchNormalization(
  options: BatchNormalizationOptions = {},
): LayerInstance<BatchNormalizationOptions> {
  return makeLayer(batchNormalization.facts, options, (given) => {
    const settings = {
      axis: -1,
      momentum: 0.99,
      epsilon: 1e-3,
      ...learnedScaleDefaults,
      movingMeanInitializer: "zeros" as const,
      movingVarianceInitializer: "ones" as const,
      ...given,
    };
    const { momentum, epsilon, center, scale } = settings;
    if (!(momentum >= 0 && momentum <= 1) || !(epsilon > 0)) {
      throw new ConfigError({
        what: "The options of batchNormalization cannot be used.",
        expected: "momentum from 0 to 1 and epsilon above 0",
        received: `momentum ${momentum}, epsilon ${epsilon}`,
      });
    }
    const learned = learnedScaleFrom(settings);
    initializerFrom(settings.movingMeanInitializer);
    initializerFrom(settings.movingVarianceInitializer);
    return {
      options: settings,
      plan([input]) {
        if (input.length === 0) {
          throw new ShapeError({
            what: "batchNormalization needs an axis to normalize.",
            expected: "[…, C]",
            received: formatShape(input),
          });
        }
        const axis = axisOf(settings.axis, input, "batchNormalization");
        const shape = [input[axis - 1]];
        const statistic = (name: string, initializer: InitializerSetting): WeightSpec => ({
          name,
          shape,
          initializer,
          trainable: false,
        });
        return {
          outputShape: input,
          weights: [
            ...learned.weights(shape),
            statistic("moving_mean", settings.movingMeanInitializer),
            statistic("moving_variance", settings.movingVarianceInitializer),
          ],
          macs: sizeOf(input),
          call([x], { build, weights, training, trainable, update }) {
            const axes = x.shape.map((_, a) => a).filter((a) => a !== axis);
            const moved = (before: Node, now: Node) =>
              build.add(
                build.multiply(before, build.constant(momentum)),
                build.multiply(now, build.constant(1 - momentum)),
              );
            const wide = axis === input.length ? shape : alongOnly([axis], x.shape);
            const stretched = (value: Node) => build.reshape(value, wide);
            if (training && trainable) {
              const { mean, variance } = momentsOf(build, x, axes);
              const flat = (statistic: Node) => build.reshape(statistic, shape);
              update("moving_mean", moved(weights.moving_mean, flat(mean)));
              update("moving_variance", moved(weights.moving_variance, flat(variance)));
              const factor = scale ? stretched(weights.gamma) : build.constant(1);
              const offset = center ? stretched(weights.beta) : build.constant(0);
              return build.batchNormalization(x, factor, offset, { axes, epsilon });
            }
            const mean = stretched(weights.moving_mean);
            const variance = stretched(weights.moving_variance);
            const nodes = learned.nodes(weights, stretched);
            return rescale(build, x, { mean, variance }, epsilon, nodes);
          },
        };
      },
    };
  });
}
batchNormalization.facts = layerFacts<BatchNormalizationOptions>({
  name: "batchNormalization",
  options: {
    axis: "axis",
    momentum: "momentum",
    ...learnedScaleNames,
    movingMeanInitializer: "moving_mean_initializer",
    movingVarianceInitializer: "moving_variance_initializer",
  },
  keras: {
    className: "BatchNormalization",
    aliases: ["BatchNormalizationV1", "BatchNormalizationV2"],
    fixed: { synchronized: false, renorm: false, renorm_momentum: 0.99 },
    single: ["axis"],
  },
  example: "{ momentum: 0.9 }",
});
