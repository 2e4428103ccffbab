// Layer normalisation as a layer.

import { sizeOf } from "../../core/shape.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { alongOnly, axesOf } from "./axes.ts";
import { momentsOf, requireEpsilon, standardize } from "./moments.ts";

export interface LayerNormalizationOptions extends CommonOptions, WeightOptions<"gamma" | "beta"> {
  /** The axis, or axes, that are normalised together, N being 0. Default: the last. */
  readonly axis?: number | readonly number[];
  /** Added to the variance. Default: 1e-3. */
  readonly epsilon?: number;
  /** Whether a learned `beta` is added. Default: true. */
  readonly center?: boolean;
  /** Whether a learned `gamma` multiplies. Default: true. */
  readonly scale?: boolean;
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
    betaInitializer: "zeros" as InitializerSetting,
    gammaInitializer: "ones" as InitializerSetting,
    ...options,
  };
  const { epsilon, center, scale } = settings;
  requireEpsilon(epsilon);
  const beta = weightMaker("beta", settings);
  const gamma = weightMaker("gamma", settings);
  return {
    kind: "layerNormalization",
    className: "LayerNormalization",
    options: settings,
    plan([input]) {
      const axes = axesOf(settings.axis, input, "layerNormalization");
      const shape = axes.map((axis) => input[axis - 1]);
      return {
        outputShape: input,
        weights: [...(scale ? [gamma(shape)] : []), ...(center ? [beta(shape)] : [])],
        macs: sizeOf(input),
        call([x], { build, weights }) {
          const wide = alongOnly(axes, x.shape);
          return standardize(build, x, momentsOf(build, x, axes), epsilon, {
            ...(scale ? { gamma: build.reshape(weights.gamma, wide) } : {}),
            ...(center ? { beta: build.reshape(weights.beta, wide) } : {}),
          });
        },
      };
    },
  };
}
