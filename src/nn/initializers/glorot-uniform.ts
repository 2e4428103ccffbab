// Weights that keep signals and gradients as wide as they were, uniform.

import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";
import { namedScaling } from "./variance-scaling.ts";

/**
 * Uniform with variance `2 / (fanIn + fanOut)`, for any shape. Source: Glorot and Bengio, AISTATS 2010; as Keras's
 * `GlorotUniform`.
 *
 * @example layers.dense({ units: 10, kernelInitializer: "glorotUniform" })
 */
export function glorotUniform(_options: object = {}): Initializer {
  requireOptions("initializers.glorotUniform", _options);
  return namedScaling("glorotUniform", { scale: 1, mode: "fanAverage", distribution: "uniform" });
}
