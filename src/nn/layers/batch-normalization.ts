// Batch normalisation as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import { type InitializerSetting, initializerFrom } from "../initializers/index.ts";
import type { CommonOptions, Layer, WeightSpec } from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { alongOnly, axisOf } from "./axes.ts";
import { momentsOf, rescale } from "./moments.ts";

export interface BatchNormalizationOptions extends CommonOptions, WeightOptions<"gamma" | "beta"> {
  /** The axis whose every position has statistics of its own, N being 0. Default: the last. */
  readonly axis?: number;
  /** How much of the moving statistics stays at each step. Default: 0.99. */
  readonly momentum?: number;
  /** Added to the variance. Default: 1e-3. */
  readonly epsilon?: number;
  /** Whether a learned `beta` is added. Default: true. */
  readonly center?: boolean;
  /** Whether a learned `gamma` multiplies. Default: true. */
  readonly scale?: boolean;
  readonly movingMeanInitializer?: InitializerSetting;
  readonly movingVarianceInitializer?: InitializerSetting;
}

/**
 * Batch normalisation over one axis, the last unless told: `[…, C] → […, C]`, with
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta`. Training uses the batch's mean and variance
 * (of all its examples and pixels) and moves `moving_mean` and `moving_variance` towards them;
 * otherwise, and where the layer is frozen, those are used. Weights: `gamma`, `beta`, `moving_mean`,
 * `moving_variance`, each `[C]`. A layer that is applied several times in one model moves its statistics
 * once for each use, in the order in which the uses were made.
 * Source: Ioffe and Szegedy, ICML 2015; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input has no such axis.
 * @example layers.batchNormalization()
 */
export function batchNormalization(
  options: BatchNormalizationOptions = {},
): Layer<BatchNormalizationOptions> {
  const settings = {
    axis: -1,
    momentum: 0.99,
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: "zeros" as InitializerSetting,
    gammaInitializer: "ones" as InitializerSetting,
    movingMeanInitializer: "zeros" as InitializerSetting,
    movingVarianceInitializer: "ones" as InitializerSetting,
    ...options,
  };
  const { momentum, epsilon, center, scale } = settings;
  const gamma = weightMaker("gamma", settings);
  const beta = weightMaker("beta", settings);
  initializerFrom(settings.movingMeanInitializer);
  initializerFrom(settings.movingVarianceInitializer);
  if (!(momentum >= 0 && momentum <= 1) || !(epsilon > 0)) {
    throw new ConfigError({
      what: "The options of batchNormalization cannot be used.",
      expected: "momentum from 0 to 1 and epsilon above 0",
      received: `momentum ${momentum}, epsilon ${epsilon}`,
    });
  }
  return {
    kind: "batchNormalization",
    className: "BatchNormalization",
    options: settings,
    plan([input]) {
      if (input.length === 0) {
        throw new ShapeError({
          what: "batchNormalization needs an axis to normalise.",
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
          ...(scale ? [gamma(shape)] : []),
          ...(center ? [beta(shape)] : []),
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
          return rescale(build, x, { mean, variance }, epsilon, {
            ...(scale ? { gamma: stretched(weights.gamma) } : {}),
            ...(center ? { beta: stretched(weights.beta) } : {}),
          });
        },
      };
    },
  };
}
