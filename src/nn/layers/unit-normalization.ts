// Vectors of length 1, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { axesOf } from "./axes.ts";

export interface UnitNormalizationOptions extends CommonOptions {
  /** The axis, or axes, along which squares add up to 1, N being 0. Default: the last. */
  readonly axis?: number | readonly number[];
}

/** The smallest sum of squares that is divided by: Keras's epsilon 1e-12, squared. */
const smallest = 1e-24;

/**
 * Unit normalisation: any shape. `x / √(Σ x²)` along `axis`; zeros stay zeros. As in Keras.
 *
 * @throws ShapeError where an axis does not exist.
 * @example layers.unitNormalization()
 */
export function unitNormalization(
  options: UnitNormalizationOptions = {},
): Layer<UnitNormalizationOptions> {
  const { axis = -1 } = options;
  return {
    kind: "unitNormalization",
    className: "UnitNormalization",
    options: { ...options, axis },
    plan([input]) {
      const axes = axesOf(axis, input, "unitNormalization");
      return {
        outputShape: input,
        weights: [],
        macs: 0,
        call([x], { build }) {
          const sum = build.sum(build.multiply(x, x), { axes, keepDimensions: true });
          const length = build.squareRoot(build.maximum(sum, build.constant(smallest)));
          return build.divide(x, length);
        },
      };
    },
  };
}
