// Weights that keep signals as wide as they were, normal.

import { requireOptions } from "../option.ts";
import type { Initializer } from "./initializer.ts";
import { namedScaling } from "./variance-scaling.ts";

/**
 * Normal, cut off at two deviations, with variance `1 / fanIn`, for any shape. Source: LeCun et al., 1998; as Keras's
 * `LecunNormal`.
 *
 * @example layers.dense({ units: 10, kernelInitializer: "lecunNormal" })
 */
export function lecunNormal(_options: object = {}): Initializer {
  requireOptions("initializers.lecunNormal", _options);
  return namedScaling("lecunNormal", { scale: 1 });
}
