// Vectors of length 1, as a layer.

import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { axesOf } from "./axes.ts";

export interface UnitNormalizationOptions extends CommonOptions {
  /** The axis, or axes, along which squares add up to 1, N being 0. Default: -1, the last. */
  readonly axis?: number | readonly number[];
}

/** The smallest sum of squares that is divided by: Keras's epsilon 1e-12, squared. */
const smallest = 1e-24;

/**
 * Unit normalization: any shape. `x / √(Σ x²)` along `axis`; zeros stay zeros. As in Keras.
 *
 * @throws ShapeError if an axis does not exist.
 * @example layers.unitNormalization()
 */
export function unitNormalization(
  options: UnitNormalizationOptions = {},
): LayerInstance<UnitNormalizationOptions> {
  return makeLayer(unitNormalization.facts, options, (given) => {
    const { axis = -1 } = given;
    return {
      options: { ...given, axis },
      plan([input]) {
        const axes = axesOf(axis, input, "unitNormalization");
        return {
          outputShape: input,
          call([x], { build }) {
            const sum = build.sum(build.multiply(x, x), { axes, keepDimensions: true });
            const length = build.squareRoot(build.maximum(sum, build.constant(smallest)));
            return build.divide(x, length);
          },
        };
      },
    };
  });
}
unitNormalization.facts = layerFacts<UnitNormalizationOptions>({
  name: "unitNormalization",
  options: { axis: "axis" },
  keras: { className: "UnitNormalization" },
  example: "{ axis: -1 }",
});
