// Weights that keep signals and gradients as wide as they were, normal.

import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";
import { namedScaling } from "./variance-scaling.ts";

/**
 * Normal, cut off at two deviations, with variance `2 / (fanIn + fanOut)`, for any shape. Source: Glorot and Bengio, AISTATS 2010; as Keras's
 * `GlorotNormal`.
 *
 * @example layers.dense({ units: 10, kernelInitializer: "glorotNormal" })
 */
export function glorotNormal(_options: object = {}): Initializer {
  requireOptions("initializers.glorotNormal", _options);
  return namedScaling("glorotNormal", { scale: 1, mode: "fanAverage" });
}
