// Layer normalisation as a layer. Floor 4.

import { sizeOf } from "../../core/shape.ts";
import { type InitializerName, requireInitializer } from "../initializers/index.ts";
import type { CommonOptions, Layer, WeightSpec } from "../layer.ts";
import { alongOnly, axesOf } from "./axes.ts";
import { momentsOf, requireEpsilon, standardize } from "./moments.ts";

export interface LayerNormalizationOptions extends CommonOptions {
  /** The axis, or axes, that are normalised together, N being 0; the last unless told. */
  readonly axis?: number | readonly number[];
  /** Added to the variance; 1e-3 unless told. */
  readonly epsilon?: number;
  /** Whether a learned `beta` is added; true unless told. */
  readonly center?: boolean;
  /** Whether a learned `gamma` multiplies; true unless told. */
  readonly scale?: boolean;
  readonly betaInitializer?: InitializerName;
  readonly gammaInitializer?: InitializerName;
}

/**
 * Layer normalisation: `[…, C] → […, C]`, with
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta`, mean and variance over `axis` of each
 * example; no batch, no moving statistics. Weights: `gamma`, `beta`, of the axes' dimensions.
 * Source: Ba, Kiros and Hinton, 2016; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where an axis does not exist.
 * @example layers.layerNormalization()
 */
export function layerNormalization(
  options: LayerNormalizationOptions = {},
): Layer<LayerNormalizationOptions> {
  const settings = {
    axis: -1 as number | readonly number[],
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: "zeros" as InitializerName,
    gammaInitializer: "ones" as InitializerName,
    ...options,
  };
  const { epsilon, center, scale } = settings;
  requireEpsilon(epsilon);
  requireInitializer(settings.betaInitializer);
  requireInitializer(settings.gammaInitializer);
  return {
    kind: "layerNormalization",
    className: "LayerNormalization",
    options: settings,
    plan([input]) {
      const axes = axesOf(settings.axis, input, "layerNormalization");
      const shape = axes.map((axis) => input[axis - 1]);
      const weight = (name: string, initializer: InitializerName): WeightSpec => ({
        name,
        shape,
        initializer,
        trainable: true,
      });
      return {
        outputShape: input,
        weights: [
          ...(scale ? [weight("gamma", settings.gammaInitializer)] : []),
          ...(center ? [weight("beta", settings.betaInitializer)] : []),
        ],
        macs: sizeOf(input),
        call([x], { build, weights }) {
          const wide = alongOnly(axes, x.shape);
          return standardize(build, x, momentsOf(build, x, axes, true), epsilon, {
            ...(scale ? { gamma: build.reshape(weights.gamma, wide) } : {}),
            ...(center ? { beta: build.reshape(weights.beta, wide) } : {}),
          });
        },
      };
    },
  };
}
