// Weights that keep signals as wide as they were, uniform.

import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";
import { namedScaling } from "./variance-scaling.ts";

/**
 * Uniform with variance `1 / fanIn`, for any shape. Source: LeCun et al., 1998; as Keras's
 * `LecunUniform`.
 *
 * @example layers.dense({ units: 10, kernelInitializer: "lecunUniform" })
 */
export function lecunUniform(_options: object = {}): Initializer {
  requireOptions("initializers.lecunUniform", _options);
  return namedScaling("lecunUniform", { scale: 1, distribution: "uniform" });
}
