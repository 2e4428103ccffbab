// Dropout of whole examples, for branches beside a shortcut, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { requireRate } from "./masks.ts";

export interface StochasticDepthOptions extends CommonOptions {
  /** The share of examples that become 0, from 0 up to but not including 1. */
  readonly dropPathRate: number;
}

/**
 * Stochastic depth: any shape. Training sets a random `dropPathRate` of the examples to 0, each as a
 * whole, and multiplies the others by `1 / (1 − rate)`; otherwise nothing happens. Source: Huang et
 * al., "Deep networks with stochastic depth", ECCV 2016; as in `keras.applications.convnext`.
 *
 * @throws ConfigError where the rate cannot be used.
 * @example layers.add().apply([x, layers.stochasticDepth({ dropPathRate: 0.1 }).apply(branch)])
 */
export function stochasticDepth(options: StochasticDepthOptions): Layer<StochasticDepthOptions> {
  const { dropPathRate: rate } = options;
  requireRate(rate, "stochasticDepth", "dropPathRate");
  return {
    kind: "stochasticDepth",
    className: "StochasticDepth",
    options,
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call([x], { build, training, step, seed, stream }) {
        if (!training || rate === 0) return x;
        const shape = x.shape.map((size, axis) => (axis === 0 ? size : 1));
        const key = { shape, rate, seed, stream };
        return build.multiply(x, build.dropoutMask(step, key));
      },
    }),
  };
}
