// Batch normalisation as a layer. Floor 4.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { CommonOptions, Layer, WeightSpec } from "../layer.ts";

export interface BatchNormalizationOptions extends CommonOptions {
  /** How much of the moving statistics stays at each step; 0.99 unless told. */
  readonly momentum?: number;
  /** Added to the variance; 1e-3 unless told. */
  readonly epsilon?: number;
  /** Whether a learned `beta` is added; true unless told. */
  readonly center?: boolean;
  /** Whether a learned `gamma` multiplies; true unless told. */
  readonly scale?: boolean;
}

/**
 * Batch normalisation over the last axis: `[…, C] → […, C]`, with
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta`. Training uses the batch's mean and variance
 * (of all its examples and pixels) and moves `moving_mean` and `moving_variance` towards them;
 * otherwise those are used. Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`, each `[C]`.
 * Source: Ioffe and Szegedy, ICML 2015; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input has no axis.
 * @example layers.batchNormalization()
 */
export function batchNormalization(
  options: BatchNormalizationOptions = {},
): Layer<BatchNormalizationOptions> {
  const { momentum = 0.99, epsilon = 1e-3, center = true, scale = true } = options;
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
    options: { ...options, momentum, epsilon, center, scale },
    plan([input]) {
      if (input.length === 0) {
        throw new ShapeError({
          what: "batchNormalization needs an axis to normalise.",
          expected: "[…, C]",
          received: formatShape(input),
        });
      }
      const shape = [input[input.length - 1]];
      const weight = (
        name: string,
        initializer: "zeros" | "ones",
        trainable: boolean,
      ): WeightSpec => ({ name, shape, initializer, trainable });
      return {
        outputShape: input,
        weights: [
          ...(scale ? [weight("gamma", "ones", true)] : []),
          ...(center ? [weight("beta", "zeros", true)] : []),
          weight("moving_mean", "zeros", false),
          weight("moving_variance", "ones", false),
        ],
        macs: sizeOf(input),
        call([x], { build, weights, training, update }) {
          const axes = x.shape.slice(0, -1).map((_, axis) => axis);
          const moved = (before: typeof x, now: typeof x) =>
            build.add(
              build.multiply(before, build.constant(momentum)),
              build.multiply(now, build.constant(1 - momentum)),
            );
          if (training) {
            const kept = { axes, keepDimensions: true };
            const mean = build.mean(x, kept);
            const distance = build.subtract(x, mean);
            const variance = build.mean(build.multiply(distance, distance), kept);
            const flat = (statistic: typeof x) => build.reshape(statistic, shape);
            update("moving_mean", moved(weights.moving_mean, flat(mean)));
            update("moving_variance", moved(weights.moving_variance, flat(variance)));
            const gamma = scale ? weights.gamma : build.constant(1);
            const beta = center ? weights.beta : build.constant(0);
            return build.batchNormalization(x, gamma, beta, { axes, epsilon });
          }
          const { moving_mean: mean, moving_variance: variance } = weights;
          const deviation = build.squareRoot(build.add(variance, build.constant(epsilon)));
          const inverse = build.divide(build.constant(1), deviation);
          const factor = scale ? build.multiply(weights.gamma, inverse) : inverse;
          const normal = build.multiply(build.subtract(x, mean), factor);
          return center ? build.add(normal, weights.beta) : normal;
        },
      };
    },
  };
}
