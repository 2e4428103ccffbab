// An activation function as a layer of its own. Floor 4.

import { type ActivationName, activate, requireActivation } from "../activations.ts";
import type { CommonOptions, Layer } from "../layer.ts";

export interface ActivationOptions extends CommonOptions {
  /** The function's name. */
  readonly activation: ActivationName;
}

/**
 * Applies an activation: any shape, unchanged; `softmax` works along the last axis. As in Keras.
 *
 * @throws ConfigError where there is no such activation.
 * @example layers.activation({ activation: "relu" })
 */
export function activation(options: ActivationOptions): Layer<ActivationOptions> {
  requireActivation(options.activation);
  return {
    kind: "activation",
    className: "Activation",
    options,
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call: ([x], { build }) => activate(options.activation, build, x),
    }),
  };
}
