// A penalty on what passes, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { regularizerFrom } from "../regularizers/index.ts";
import { requireNumber } from "./numbers.ts";

export interface ActivityRegularizationOptions extends CommonOptions {
  /** The factor of the sum of absolute values. Default: 0. */
  readonly l1?: number;
  /** The factor of the sum of squares. Default: 0. */
  readonly l2?: number;
}

/**
 * Activity regularization: any shape, unchanged. Adds `l1 · Σ |x| + l2 · Σ x²` to the loss, as a mean
 * over the batch. As in Keras.
 *
 * @throws ConfigError where a factor is below 0.
 * @example layers.activityRegularization({ l1: 1e-4 })
 */
export function activityRegularization(
  options: ActivityRegularizationOptions = {},
): Layer<ActivityRegularizationOptions> {
  const { l1 = 0, l2 = 0 } = options;
  requireNumber(l1, "l1", 0);
  requireNumber(l2, "l2", 0);
  return {
    kind: "activityRegularization",
    className: "ActivityRegularization",
    options: { ...options, l1, l2 },
    activityRegularizer: regularizerFrom({ name: "l1L2", options: { l1, l2 } }),
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call: ([x]) => x,
    }),
  };
}
