// Softmax along any axes, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { axesOf } from "./axes.ts";

export interface SoftmaxOptions extends CommonOptions {
  /** The axis, or axes, along which results add up to 1, N being 0. Default: the last. */
  readonly axis?: number | readonly number[];
}

/**
 * Softmax: any shape. `eˣ / Σ eˣ` along `axis`. Source: Bridle, 1990; as in Keras.
 *
 * @throws ShapeError where an axis does not exist.
 * @example layers.softmax()
 */
export function softmax(options: SoftmaxOptions = {}): Layer<SoftmaxOptions> {
  const { axis = -1 } = options;
  return {
    kind: "softmax",
    className: "Softmax",
    options: { ...options, axis },
    plan([input]) {
      const axes = axesOf(axis, input, "softmax");
      const isLast = axes.length === 1 && axes[0] === input.length;
      return {
        outputShape: input,
        weights: [],
        macs: 0,
        call([x], { build }) {
          if (isLast) return build.softmax(x);
          const along = { axes, keepDimensions: true };
          const powers = build.exponential(build.subtract(x, build.reduceMaximum(x, along)));
          return build.divide(powers, build.sum(powers, along));
        },
      };
    },
  };
}
