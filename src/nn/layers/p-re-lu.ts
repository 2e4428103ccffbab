// The rectifier whose slope is learned, as a layer.

import type { InitializerSetting } from "../initializers/index.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { axesOf } from "./axes.ts";

export interface PReLUOptions extends CommonOptions, WeightOptions<"alpha"> {
  /**
   * Axes, N being 0, along which one slope serves all: `[1, 2]` gives one a channel. None unless
   * told.
   */
  readonly sharedAxes?: readonly number[];
}

/**
 * Parametric rectifier: any shape. `x` above 0, else `alpha · x`. Weight: `alpha`, of the input's
 * shape with 1 for shared axes. Source: He et al., ICCV 2015; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where an axis does not exist.
 * @example layers.pReLU({ sharedAxes: [1, 2] })
 */
export function pReLU(options: PReLUOptions = {}): Layer<PReLUOptions> {
  const settings = { alphaInitializer: "zeros" as InitializerSetting, ...options };
  const { sharedAxes = [] } = settings;
  const alpha = weightMaker("alpha", settings);
  return {
    kind: "pReLU",
    className: "PReLU",
    options: settings,
    plan([input]) {
      const shared = sharedAxes.length === 0 ? [] : axesOf(sharedAxes, input, "pReLU");
      const shape = input.map((dimension, i) => (shared.includes(i + 1) ? 1 : dimension));
      return {
        outputShape: input,
        weights: [alpha(shape)],
        macs: 0,
        call([x], { build, weights }) {
          const below = build.relu(build.negate(x));
          return build.subtract(build.relu(x), build.multiply(below, weights.alpha));
        },
      };
    },
  };
}
