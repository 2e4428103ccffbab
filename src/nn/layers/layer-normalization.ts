// Layer normalization as a layer.

import { sizeOf } from "../../core/shape.ts";
import { momentsOf } from "../../graph/ops/statistics.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { alongOnly, axesOf } from "./axes.ts";
import {
  type LearnedScaleOptions,
  learnedScaleDefaults,
  learnedScaleFrom,
  learnedScaleNames,
} from "./learned-scale.ts";
import { standardize } from "./moments.ts";

export interface LayerNormalizationOptions extends CommonOptions, LearnedScaleOptions {
  /** The axis, or axes, that are normalized together, N being 0. Default: -1, the last. */
  readonly axis?: number | readonly number[];
}

/**
 * Layer normalization: `[…, C] → […, C]`, with
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta`. Mean and variance are those of `axis`, example
 * by example; training and prediction compute the same.
 *
 * Weights: `gamma`, `beta`, of the axes' sizes. Source: Ba, Kiros and Hinton, 2016. Options and defaults
 * as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if an axis does not exist.
 * @example layers.layerNormalization()
 */
export function layerNormalization(
  options: LayerNormalizationOptions = {},
): LayerInstance<LayerNormalizationOptions> {
  return makeLayer(layerNormalization.facts, options, (given) => {
    const settings = { axis: -1, epsilon: 1e-3, ...learnedScaleDefaults, ...given };
    const learned = learnedScaleFrom(settings);
    return {
      options: settings,
      plan([input]) {
        const axes = axesOf(settings.axis, input, "layerNormalization");
        const shape = axes.map((axis) => input[axis - 1]);
        return {
          outputShape: input,
          weights: learned.weights(shape),
          macs: sizeOf(input),
          call([x], { build, weights }) {
            const wide = alongOnly(axes, x.shape);
            const nodes = learned.nodes(weights, (weight) => build.reshape(weight, wide));
            return standardize(build, x, momentsOf(build, x, axes), settings.epsilon, nodes);
          },
        };
      },
    };
  });
}
layerNormalization.facts = layerFacts<LayerNormalizationOptions>({
  name: "layerNormalization",
  options: { axis: "axis", ...learnedScaleNames },
  keras: { className: "LayerNormalization", fixed: { rms_scaling: false } },
  example: "{ epsilon: 1e-6 }",
});
