// ReLU with a learned slope, as a layer.

import { requireOption } from "../../core/option.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { type AlphaOptions, weightMaker, weightNames } from "../weight-options.ts";
import { axesOf } from "./axes.ts";

export interface PreluOptions extends CommonOptions, AlphaOptions {
  /**
   * Axes that share one slope, N being 0: `[1, 2]` gives an image one slope for each channel.
   * Default: none, a slope for each element.
   */
  readonly sharedAxes?: readonly number[];
}

/**
 * Parametric ReLU (PReLU): any shape. `x` where it is above 0, else `alpha · x`.
 *
 * Weight: `alpha`, of the input's shape with 1 for shared axes. Source: He et al., "Delving deep into
 * rectifiers", ICCV 2015. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if an axis does not exist.
 * @example layers.prelu({ sharedAxes: [1, 2] })
 */
export function prelu(options: PreluOptions = {}): LayerInstance<PreluOptions> {
  return makeLayer(prelu.facts, options, (given) => {
    const settings = { alphaInitializer: "zeros" as const, ...given };
    const { sharedAxes = [] } = settings;
    requireOption("sharedAxes", sharedAxes, Array.isArray(sharedAxes), "a list of axes");
    const alpha = weightMaker("alpha", settings);
    return {
      options: settings,
      plan([input]) {
        const shared = sharedAxes.length === 0 ? [] : axesOf(sharedAxes, input, "prelu");
        const shape = input.map((dimension, i) => (shared.includes(i + 1) ? 1 : dimension));
        return {
          outputShape: input,
          weights: [alpha(shape)],
          call([x], { build, weights }) {
            const below = build.relu(build.negate(x));
            return build.subtract(build.relu(x), build.multiply(below, weights.alpha));
          },
        };
      },
    };
  });
}
prelu.facts = layerFacts<PreluOptions>({
  name: "prelu",
  options: { ...weightNames("alpha"), sharedAxes: "shared_axes" },
  keras: { className: "PReLU" },
  example: "{ sharedAxes: [1, 2] }",
});
