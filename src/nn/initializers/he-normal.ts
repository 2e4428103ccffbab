// Weights that keep signals as wide as they were through relu, normal.

import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";
import { namedScaling } from "./variance-scaling.ts";

/**
 * Normal, cut off at two deviations, with variance `2 / fanIn`, for any shape. Source: He et al., ICCV 2015; as Keras's
 * `HeNormal`.
 *
 * @example layers.dense({ units: 10, kernelInitializer: "heNormal" })
 */
export function heNormal(_options: object = {}): Initializer {
  requireOptions("initializers.heNormal", _options);
  return namedScaling("heNormal", { scale: 2 });
}
