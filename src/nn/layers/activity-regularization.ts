// A penalty on activations, as a layer.

import { requireNumber } from "../../core/option.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { regularizerFrom } from "../regularizers/index.ts";

export interface ActivityRegularizationOptions extends CommonOptions {
  /** The factor of the sum of absolute values. Default: 0. */
  readonly l1?: number;
  /** The factor of the sum of squares. Default: 0. */
  readonly l2?: number;
}

/**
 * Activity regularization: any shape, unchanged. Adds `l1 · Σ |x| + l2 · Σ x²` to the loss, as a mean over
 * the batch. As in Keras.
 *
 * @throws ConfigError if a factor is below 0.
 * @example layers.activityRegularization({ l1: 1e-4 })
 */
export function activityRegularization(
  options: ActivityRegularizationOptions = {},
): LayerInstance<ActivityRegularizationOptions> {
  return makeLayer(activityRegularization.facts, options, (given) => {
    const { l1 = 0, l2 = 0 } = given;
    requireNumber("l1", l1, { least: 0 });
    requireNumber("l2", l2, { least: 0 });
    return {
      options: { ...given, l1, l2 },
      activityRegularizer: regularizerFrom({ name: "l1L2", options: { l1, l2 } }),
      plan: ([input]) => ({ outputShape: input, call: ([x]) => x }),
    };
  });
}
activityRegularization.facts = layerFacts<ActivityRegularizationOptions>({
  name: "activityRegularization",
  options: { l1: "l1", l2: "l2" },
  keras: { className: "ActivityRegularization" },
  example: "{ l2: 1e-4 }",
});
