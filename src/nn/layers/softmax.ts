// Softmax along any axes, as a layer.

import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { axesOf } from "./axes.ts";

export interface SoftmaxOptions extends CommonOptions {
  /** The axis, or axes, along which outputs add up to 1, N being 0. Default: -1, the last. */
  readonly axis?: number | readonly number[];
}

/**
 * Softmax: any shape. `eˣ / Σ eˣ` along `axis`. Source: Bridle, 1990. As in Keras.
 *
 * @throws ShapeError if an axis does not exist.
 * @example layers.softmax()
 */
export function softmax(options: SoftmaxOptions = {}): LayerInstance<SoftmaxOptions> {
  return makeLayer(softmax.facts, options, (given) => {
    const { axis = -1 } = given;
    return {
      options: { ...given, axis },
      plan([input]) {
        const axes = axesOf(axis, input, "softmax");
        const isLast = axes.length === 1 && axes[0] === input.length;
        return {
          outputShape: input,
          call([x], { build }) {
            if (isLast) return build.softmax(x);
            const along = { axes, keepDimensions: true };
            const powers = build.exponential(build.subtract(x, build.reduceMaximum(x, along)));
            return build.divide(powers, build.sum(powers, along));
          },
        };
      },
    };
  });
}
softmax.facts = layerFacts<SoftmaxOptions>({
  name: "softmax",
  options: { axis: "axis" },
  keras: { className: "Softmax" },
  example: "{ axis: -1 }",
});
