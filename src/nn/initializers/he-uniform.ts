// Weights that keep signals as wide as they were through relu, uniform.

import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";
import { namedScaling } from "./variance-scaling.ts";

/**
 * Uniform with variance `2 / fanIn`, for any shape. Source: He et al., ICCV 2015; as Keras's
 * `HeUniform`.
 *
 * @example layers.dense({ units: 10, kernelInitializer: "heUniform" })
 */
export function heUniform(_options: object = {}): Initializer {
  requireOptions("initializers.heUniform", _options);
  return namedScaling("heUniform", { scale: 2, distribution: "uniform" });
}
