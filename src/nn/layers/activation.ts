// An activation function as a layer of its own.

import type { CommonOptions, Layer } from "../layer.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";

export interface ActivationOptions extends CommonOptions {
  /** Its name, a layer, or a function of nodes. */
  readonly activation: ActivationSetting;
}

/**
 * Applies an activation: any shape, unchanged; `softmax` works along the last axis. As in Keras.
 *
 * @throws ConfigError where there is no such activation.
 * @example layers.activation({ activation: "relu" })
 */
export function activation(options: ActivationOptions): Layer<ActivationOptions> {
  const { setting, apply } = activationFrom(options.activation);
  return {
    kind: "activation",
    className: "Activation",
    options: { ...options, activation: setting },
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call: ([x], context) => apply(x, context),
    }),
  };
}
