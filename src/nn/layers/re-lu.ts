// The rectifier with all its settings, as a layer.

import { leakyRelu, relu6 } from "../activations.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { requireNumber } from "./numbers.ts";

export interface ReLUOptions extends CommonOptions {
  /** The largest result. Default: without bound. */
  readonly maxValue?: number;
  /** The slope below the threshold. Default: 0. */
  readonly negativeSlope?: number;
  /** Up to it the slope is `negativeSlope`. Default: 0. */
  readonly threshold?: number;
}

/**
 * Rectifier: any shape. `min(x, maxValue)` above `threshold`, else
 * `negativeSlope · (x − threshold)`. Source: Nair and Hinton, ICML 2010; options and defaults as in
 * Keras.
 *
 * @throws ConfigError where an option is negative.
 * @example layers.reLU({ maxValue: 6 })
 */
export function reLU(options: ReLUOptions = {}): Layer<ReLUOptions> {
  const settings = { negativeSlope: 0, threshold: 0, ...options };
  const { maxValue, negativeSlope, threshold } = settings;
  if (maxValue !== undefined) requireNumber(maxValue, "maxValue", 0);
  requireNumber(negativeSlope, "negativeSlope", 0);
  requireNumber(threshold, "threshold", 0);
  return {
    kind: "reLU",
    className: "ReLU",
    options: settings,
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call([x], { build }) {
        const border = build.constant(threshold);
        if (maxValue === undefined && threshold === 0 && negativeSlope !== 0) {
          return leakyRelu(build, x, negativeSlope);
        }
        let y = build.relu(x);
        if (threshold !== 0) y = build.select(build.lessEqual(x, border), build.constant(0), x);
        // Keras has a function of its own for the bound 6, without slope there.
        if (maxValue === 6 && threshold === 0) y = relu6(build, x);
        else if (maxValue !== undefined) y = build.minimum(y, build.constant(maxValue));
        if (negativeSlope === 0) return y;
        const below = build.relu(build.subtract(border, x));
        return build.subtract(y, build.multiply(below, build.constant(negativeSlope)));
      },
    }),
  };
}
