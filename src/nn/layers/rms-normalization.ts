// Normalization by the root mean square, as a layer.

import { requireNumber } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { alongOnly, axesOf } from "./axes.ts";

export interface RmsNormalizationOptions extends CommonOptions {
  /** The axis, or axes, that are normalized together, N being 0. Default: -1, the last. */
  readonly axis?: number | readonly number[];
  /** A small number added to the mean square, so that nothing is divided by 0. Default: 1e-6. */
  readonly epsilon?: number;
}

/**
 * RMS normalization: `[…, C] → […, C]`, with `y = scale · x / √(mean x² + epsilon)`, the mean over `axis`,
 * example by example.
 *
 * Weight: `scale`, of the axes' sizes. Source: Zhang and Sennrich, NeurIPS 2019. Options and defaults as
 * in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if an axis does not exist.
 * @example layers.rmsNormalization()
 */
export function rmsNormalization(
  options: RmsNormalizationOptions = {},
): LayerInstance<RmsNormalizationOptions> {
  return makeLayer(rmsNormalization.facts, options, (given) => {
    const { axis = -1, epsilon = 1e-6 } = given;
    requireNumber("epsilon", epsilon, { above: 0 });
    return {
      options: { ...given, axis, epsilon },
      plan([input]) {
        const axes = axesOf(axis, input, "rmsNormalization");
        const shape = axes.map((a) => input[a - 1]);
        return {
          outputShape: input,
          weights: [{ name: "scale", shape, initializer: "ones", trainable: true }],
          macs: sizeOf(input),
          call([x], { build, weights }) {
            const square = build.mean(build.multiply(x, x), { axes, keepDimensions: true });
            const root = build.squareRoot(build.add(square, build.constant(epsilon)));
            const scale = build.reshape(weights.scale, alongOnly(axes, x.shape));
            return build.multiply(build.divide(x, root), scale);
          },
        };
      },
    };
  });
}
rmsNormalization.facts = layerFacts<RmsNormalizationOptions>({
  name: "rmsNormalization",
  options: { axis: "axis", epsilon: "epsilon" },
  keras: { className: "RMSNormalization" },
  example: "{ epsilon: 1e-6 }",
});
