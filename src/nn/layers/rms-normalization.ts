// Normalisation by the root of the mean square, as a layer.

import { sizeOf } from "../../core/shape.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { alongOnly, axesOf } from "./axes.ts";
import { requireEpsilon } from "./moments.ts";

export interface RmsNormalizationOptions extends CommonOptions {
  /** The axis, or axes, that are normalised together, N being 0. Default: the last. */
  readonly axis?: number | readonly number[];
  /** Added to the mean square. Default: 1e-6. */
  readonly epsilon?: number;
}

/**
 * RMS normalisation: `[…, C] → […, C]`, with `y = scale · x / √(mean x² + epsilon)`, the mean over
 * `axis` of each example. Weight: `scale`, of the axes' dimensions. Source: Zhang and Sennrich,
 * NeurIPS 2019; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where an axis does not exist.
 * @example layers.rmsNormalization()
 */
export function rmsNormalization(
  options: RmsNormalizationOptions = {},
): Layer<RmsNormalizationOptions> {
  const { axis = -1, epsilon = 1e-6 } = options;
  requireEpsilon(epsilon);
  return {
    kind: "rmsNormalization",
    className: "RMSNormalization",
    options: { ...options, axis, epsilon },
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
}
